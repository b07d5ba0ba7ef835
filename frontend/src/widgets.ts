/** A menu and a question: small parts that several views use. */
import { css, html, nothing, render, type TemplateResult } from "lit";
import type { I18n } from "./i18n.ts";
import { ICONS, icon } from "./icons.ts";

interface Menu {
  label: string;
  title: string;
  isOpen: boolean;
  setOpen: (isOpen: boolean) => void;
  items: { label: string; act: () => void }[];
}

/** Three dots with a menu: arrow keys move in it, Escape and a tap elsewhere close it. */
export function menuButton({ label, title, isOpen, setOpen, items }: Menu): TemplateResult {
  const close = (event: Event) => {
    setOpen(false);
    (event.currentTarget as HTMLElement).closest(".menu-holder")?.querySelector<HTMLElement>(".round")?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") return close(event);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const entries = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=menuitem]")];
    const index = entries.indexOf(event.target as HTMLElement) + step;
    entries.at(index % entries.length)?.focus();
  };
  const onOpen = (event: Event) => {
    setOpen(!isOpen);
    const holder = (event.currentTarget as HTMLElement).closest(".menu-holder");
    requestAnimationFrame(() => holder?.querySelector<HTMLElement>("[role=menuitem]")?.focus());
  };
  const onLeave = (event: FocusEvent) => {
    if (!(event.currentTarget as HTMLElement).contains(event.relatedTarget as Node | null)) setOpen(false);
  };
  return html`
    <span class="menu-holder" @focusout=${onLeave}>
      <button type="button" class="round" aria-label=${label} title=${label} aria-haspopup="menu" aria-expanded=${isOpen ? "true" : "false"} @click=${onOpen}>${icon(ICONS.menu)}</button>
      ${
        isOpen
          ? html`<div class="menu appears" @keydown=${onKey}>
        <div class="menu-title" id="menu-title">${icon(ICONS.download)}${title}</div>
        <div role="menu" aria-labelledby="menu-title">
          ${items.map(
            (item) =>
              html`<button type="button" role="menuitem" tabindex="-1" @click=${(event: Event) => {
                close(event);
                item.act();
              }}>${item.label}</button>`,
          )}
        </div>
      </div>`
          : nothing
      }
    </span>
  `;
}

export const menuStyles = css`
  .menu-holder {
    position: relative;
  }
  .menu {
    position: absolute;
    inset-inline-end: 0;
    top: 48px;
    z-index: 5;
    min-width: 210px;
    padding: 8px;
    border: 1px solid var(--line);
    border-radius: 16px;
    background: var(--surface);
    box-shadow: 0 6px 24px rgb(0 0 0 / 22%);
  }
  .menu-title {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 6px 10px;
    color: var(--ink-2);
    font-size: 13px;
    white-space: nowrap;
  }
  .menu-title .icon {
    width: 18px;
    height: 18px;
  }
  .menu button {
    display: block;
    width: 100%;
    min-height: 40px;
    padding: 8px 10px;
    border-radius: 10px;
    white-space: nowrap;
  }
  .menu button:hover,
  .menu button:focus-visible {
    background: var(--hover);
  }
  .menu button:focus-visible {
    outline-offset: -2px;
  }
`;

/** Say what an unconfirmed text may have become before it is sent again. */
export function askWhy(root: ShadowRoot, { t }: I18n, sendAgain: () => void): void {
  const holder = document.createElement("div");
  root.append(holder);
  // The dialog gives the focus back as it closes.
  const close = () => holder.querySelector("dialog")?.close();
  render(
    html`<dialog aria-labelledby="question" @close=${() => holder.remove()}>
      <h2 id="question">${t("unconfirmed.title")}</h2>
      <p>${t("unconfirmed.explanation")}</p>
      <p>${t("unconfirmed.risk")}</p>
      <div class="actions">
        <button type="button" class="outlined" @click=${() => {
          close();
          sendAgain();
        }}>${t("unconfirmed.confirm")}</button>
        <button type="button" class="filled" autofocus @click=${close}>${t("unconfirmed.dismiss")}</button>
      </div>
    </dialog>`,
    holder,
  );
  holder.querySelector("dialog")?.showModal();
}
