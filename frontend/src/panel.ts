/** The panel in the sidebar: conversations, and one of them beside or in place of the list. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type {
  Account,
  ChangeEvent,
  Conversation,
  ConversationRef,
  ConversationsResponse,
  Recipient,
  SendResponse,
} from "./api.ts";
import { Client, type CommandError } from "./client.ts";
import { Composer, unrecorded } from "./composer.ts";
import { setDraftOwner } from "./drafts.ts";
import type { Hass } from "./hass.ts";
import { I18n, localeKey } from "./i18n.ts";
import { ICONS, icon } from "./icons.ts";
import { keyOf, type List } from "./list.ts";
import "./list.ts";
import "./new.ts";
import "./recipient-form.ts";
import { back, navigate, parsePath, type View } from "./routes.ts";
import { base } from "./styles.ts";
import type { Thread, ThreadRef } from "./thread.ts";
import "./thread.ts";
import {
  composer as enComposer,
  error as enError,
  message as enMessage,
  panel as enPanel,
  unconfirmed as enUnconfirmed,
} from "./translations/en.json";
import {
  composer as hansComposer,
  error as hansError,
  message as hansMessage,
  panel as hansPanel,
  unconfirmed as hansUnconfirmed,
} from "./translations/zh-Hans.json";
import {
  composer as hantComposer,
  error as hantError,
  message as hantMessage,
  panel as hantPanel,
  unconfirmed as hantUnconfirmed,
} from "./translations/zh-Hant.json";

customElements.define("smsadmin-composer", class extends Composer {});

const TEXTS = {
  en: { composer: enComposer, error: enError, message: enMessage, panel: enPanel, unconfirmed: enUnconfirmed },
  "zh-Hans": { composer: hansComposer, error: hansError, message: hansMessage, panel: hansPanel, unconfirmed: hansUnconfirmed },
  "zh-Hant": { composer: hantComposer, error: hantError, message: hantMessage, panel: hantPanel, unconfirmed: hantUnconfirmed },
};

/** The hash in the path that this file was loaded from. */
const VERSION = new URL(import.meta.url).pathname.split("/").at(-2);

@customElement("smsadmin-panel")
export class Panel extends LitElement {
  @property({ attribute: false }) route: { prefix: string; path: string } = { prefix: "", path: "" };
  @property({ type: Boolean }) narrow = false;
  @property({ attribute: false }) panel: unknown;
  @state() private _i18n: I18n | null = null;
  @state() private _isAdmin = false;
  @state() private _isOffline = false;
  @state() private _accounts: Account[] = [];
  @state() private _recipients: Recipient[] = [];
  @state() private _isStale = false;
  @state() private _selected = "";
  @state() private _adding: Conversation | null = null;
  @state() private _notice = "";
  @query("smsadmin-list") private _list!: List | null;
  @query("smsadmin-thread") private _thread!: Thread | null;
  private _hass: Hass | null = null;
  private _localeKey = "";
  private _takesFocus = false;
  private _returns = false;
  private _ref: ThreadRef | null = null;
  private _unsubscribe: Promise<(() => Promise<void> | void) | undefined> | null = null;
  private readonly _client = new Client(() => this._hass as Hass);

  /** Handed down with every change of any state: what depends on nothing new is not drawn again. */
  @property({ attribute: false, noAccessor: true })
  set hass(hass: Hass) {
    const isFirst = this._hass === null;
    const old = this._hass;
    this._hass = hass;
    setDraftOwner(hass.user?.id ?? "");
    const key = localeKey(hass);
    if (key !== this._localeKey) {
      this._localeKey = key;
      this._i18n = new I18n(hass, TEXTS);
    }
    this._isAdmin = hass.user?.is_admin === true;
    this._isOffline = !hass.connected;
    const menu = this.renderRoot?.querySelector<HTMLElement & { hass: Hass }>("ha-menu-button");
    if (menu) menu.hass = hass;
    if ((isFirst && this.isConnected) || (old && old.connection !== hass.connection)) this._connect();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this._hass) this._connect();
    visualViewport?.addEventListener("resize", this._fit);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this._disconnect();
    visualViewport?.removeEventListener("resize", this._fit);
  }

  override updated(): void {
    if (!this._returns || parsePath(this.route.path).name !== "list") return;
    this._returns = false;
    this._list?.focusRow(this._selected);
  }

  private _connect(): void {
    this._disconnect();
    const connection = (this._hass as Hass).connection;
    connection.addEventListener("ready", this._onReady);
    this._unsubscribe = this._client.subscribe(this._onChange, { config_entry_id: null, conversation_id: null }).catch(() => {
      // Tried again when the connection is back.
      this._unsubscribe = null;
      return undefined;
    });
  }

  private _disconnect(): void {
    this._hass?.connection.removeEventListener("ready", this._onReady);
    void this._unsubscribe?.then((unsubscribe) => unsubscribe?.());
    this._unsubscribe = null;
  }

  /** The connection is back: whatever happened meanwhile is read. */
  private readonly _onReady = (): void => {
    if (!this._unsubscribe) this._connect();
    this._list?.refresh();
    this._thread?.refresh();
  };

  private readonly _onChange = (event: ChangeEvent): void => {
    this._list?.onChange(event);
    this._thread?.onChange(event);
  };

  /** The keyboard of a phone covers a part of the page: the field to write has to be above it. */
  private readonly _fit = (): void => {
    const viewport = visualViewport;
    if (!viewport) return;
    const isCovered = viewport.scale === 1 && window.innerHeight - viewport.height > 120;
    this.style.setProperty("--panel-height", isCovered ? `${viewport.height}px` : "100dvh");
  };

  private _onOverview(event: CustomEvent<ConversationsResponse>): void {
    const { accounts, recipients, panel_version } = event.detail;
    this._accounts = accounts;
    if (recipients) this._recipients = recipients;
    this._isStale = panel_version !== VERSION;
  }

  private async _export(event: CustomEvent<{ format: "csv" | "json"; conversation: Conversation | null }>): Promise<void> {
    const { format, conversation } = event.detail;
    await this._try(() =>
      this._client.download({
        format,
        config_entry_id: conversation?.config_entry_id ?? null,
        conversation_id: conversation?.conversation_id ?? null,
        filter: conversation ? "all" : (this._list?.filter ?? "all"),
        query: conversation ? "" : (this._list?.words ?? ""),
      }),
    );
  }

  private async _try(action: () => Promise<void>): Promise<void> {
    this._notice = "";
    try {
      await action();
    } catch (error) {
      this._notice = (error as CommandError).message || (this._i18n?.t("error.failed") ?? "");
    }
  }

  private async _onSent(event: CustomEvent<SendResponse>): Promise<void> {
    const { conversations } = event.detail;
    await this._show(conversations);
    const broken = this._accounts.filter(({ log_error }) => log_error).map(({ config_entry_id }) => config_entry_id);
    if (this._i18n && conversations.some(({ config_entry_id }) => broken.includes(config_entry_id)))
      this._notice = unrecorded(event.detail, this._i18n);
  }

  /** The conversation that has the new text; with several of them, the list. */
  private async _show([only, more]: readonly ConversationRef[]): Promise<void> {
    if (!only || more) return back(this.route.prefix);
    const entry = only.config_entry_id;
    if (!only.conversation_id.startsWith("mobile:"))
      return this._go({ name: "recipient", entry, id: only.conversation_id, item: null });
    await this._try(async () => {
      const none = { item_id: null, entity_id: null, before: null, after: null, around: null, since: null };
      const { items } = await this._client.call("smsadmin/thread", { ...only, ...none, limit: 1 });
      const last = items.at(-1);
      this._go(last ? { name: "number", entry, item: last.id } : { name: "list" });
    });
  }

  /** In the place of the field that it was written in. */
  private _go(view: View): void {
    navigate(this.route.prefix, view, true);
  }

  private readonly _back = (): void => {
    this._returns = true;
    back(this.route.prefix);
  };

  private _onSelected(event: CustomEvent<string>): void {
    this._selected = event.detail;
    this._takesFocus = true;
  }

  /** What was chosen in the list takes the focus; what a link opened does not. */
  private _onOpened(event: CustomEvent<Conversation>): void {
    this._selected = keyOf(event.detail);
    if (this._takesFocus) this._thread?.focus();
    this._takesFocus = false;
  }

  private _onSaved(): void {
    this._adding = null;
    this._list?.refresh();
    this._thread?.refresh();
    // The button that led here goes.
    this._thread?.focus();
  }

  override render() {
    const i18n = this._i18n;
    if (!i18n) return nothing;
    const view = parsePath(this.route.path);
    return html`
      ${this._isStale ? this._reload(i18n) : nothing}
      ${this._isOffline ? html`<div class="bar" role="status">${icon(ICONS.alert)}<span><strong>${i18n.t("error.offline")}.</strong> ${i18n.t("error.offline_hint")}</span></div>` : nothing}
      ${
        this._notice
          ? html`<div class="bar bad" role="alert">${icon(ICONS.alert)}<span>${this._notice}</span>
        <button type="button" class="round" aria-label=${i18n.t("panel.cancel")} @click=${() => {
          this._notice = "";
        }}>${icon(ICONS.close)}</button></div>`
          : nothing
      }
      <div class="panes ${view.name === "list" ? "" : "inside"}">
        <nav aria-label=${i18n.t("panel.conversations")}>
          <smsadmin-list
            .client=${this._client} .i18n=${i18n} .urlPrefix=${this.route.prefix} .selected=${this._selectedKey(view)} .isAdmin=${this._isAdmin}
            @overview=${this._onOverview} @export=${this._export} @selected=${this._onSelected}
          ><ha-menu-button slot="menu" .hass=${this._hass} .narrow=${this.narrow}></ha-menu-button></smsadmin-list>
        </nav>
        <section class="detail" aria-label=${i18n.t("panel.title")}>${this._detail(view, i18n)}</section>
      </div>
      ${
        this._adding
          ? html`<smsadmin-recipient-form .hass=${() => this._hass} .i18n=${i18n} .conversation=${this._adding}
        @saved=${this._onSaved} @closed=${() => {
          this._adding = null;
        }}></smsadmin-recipient-form>`
          : nothing
      }
    `;
  }

  private _reload(i18n: I18n) {
    return html`<div class="bar info" role="status">${icon(ICONS.download)}<span><strong>${i18n.t("panel.reload")}</strong> ${i18n.t("panel.reload_hint")}</span>
      <button type="button" class="outlined" @click=${() => location.reload()}>${i18n.t("panel.reload_do")}</button></div>`;
  }

  private _selectedKey(view: View): string {
    if (view.name === "recipient") return `${view.entry}/${view.id}`;
    if (view.name === "unreadable") return `${view.entry}/unreadable`;
    return view.name === "list" || view.name === "new" ? "" : this._selected;
  }

  private _detail(view: View, i18n: I18n) {
    if (view.name === "list")
      return html`<div class="nothing">${icon(ICONS.message)}<h2>${i18n.t("panel.pick")}</h2><p>${i18n.t("panel.pick_hint")}</p></div>`;
    if (view.name === "new") {
      return html`<smsadmin-new .client=${this._client} .i18n=${i18n} .accounts=${this._accounts} .recipients=${this._recipients} .offline=${this._isOffline}
        @sent=${this._onSent} @go-back=${this._back}></smsadmin-new>`;
    }
    const ref = this._refOf(view);
    return html`<smsadmin-thread
      .client=${this._client} .i18n=${i18n} .ref=${ref} .account=${this._accounts.find((each) => each.config_entry_id === ref.config_entry_id)}
      .isAdmin=${this._isAdmin} .severalAccounts=${this._accounts.length > 1} .offline=${this._isOffline}
      @go-back=${this._back} @export=${this._export} @add-recipient=${(event: CustomEvent<Conversation>) => {
        this._adding = event.detail;
      }}
      @conversation-opened=${this._onOpened}
    ></smsadmin-thread>`;
  }

  /** The same object for the same conversation: drawing the panel again opens nothing again. */
  private _refOf(view: Exclude<View, { name: "list" | "new" }>): ThreadRef {
    const ref: ThreadRef = {
      config_entry_id: view.entry,
      conversation_id: view.name === "recipient" ? view.id : view.name === "unreadable" ? "unreadable" : null,
      item_id: view.name === "number" || view.name === "message" ? view.item : null,
      around: view.name === "recipient" || view.name === "message" ? view.item : null,
    };
    if (JSON.stringify(ref) !== JSON.stringify(this._ref)) this._ref = ref;
    return this._ref as ThreadRef;
  }

  static override styles = [
    base,
    css`
      :host {
        container-type: inline-size;
        display: flex;
        flex-direction: column;
        height: var(--panel-height, 100dvh);
        overflow: hidden;
        background: var(--canvas);
        padding-top: var(--safe-area-inset-top, env(safe-area-inset-top, 0px));
        padding-inline-end: var(--safe-area-inset-right, env(safe-area-inset-right, 0px));
      }
      .panes {
        flex: 1;
        min-height: 0;
        display: grid;
        grid-template-columns: clamp(300px, 32%, 380px) minmax(0, 1fr);
        grid-template-rows: minmax(0, 1fr);
      }
      nav,
      .detail {
        display: grid;
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
        min-width: 0;
        min-height: 0;
      }
      nav {
        border-inline-end: 1px solid var(--line);
      }
      ha-menu-button {
        color: var(--ink-2);
      }
      .nothing {
        display: grid;
        justify-items: center;
        align-content: center;
        gap: 4px;
        text-align: center;
        color: var(--ink-2);
      }
      .nothing .icon {
        width: 64px;
        height: 64px;
        padding: 16px;
        border-radius: 50%;
        background: var(--tint);
        color: var(--link);
      }
      .nothing h2 {
        margin: 14px 0 0;
        font-size: 18px;
        font-weight: 500;
        color: var(--ink);
      }
      .nothing p {
        margin: 0;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 48px;
        padding: 6px 16px;
        flex: none;
        background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, var(--surface));
        color: var(--warn);
        border-bottom: 1px solid var(--line);
      }
      .bar span {
        flex: 1;
      }
      .bar.bad {
        background: color-mix(in srgb, var(--error-color, #db4437) 12%, var(--surface));
        color: var(--bad);
      }
      .bar.info {
        background: var(--tint);
        color: var(--ink);
      }
      @container (max-width: 760px) {
        .panes {
          grid-template-columns: minmax(0, 1fr);
        }
        nav {
          border: 0;
        }
        .panes:not(.inside) .detail,
        .inside nav {
          display: none;
        }
      }
    `,
  ];
}
