/** Looks that all parts share, made of Home Assistant's theme variables alone. */
import { css } from "lit";

/**
 * Colours of small text are a theme's colour with some of its text colour: darker on light themes and lighter on dark ones, so that they
 * can be read on both.
 */
export const base = css`
  :host {
    --surface: var(--card-background-color, #fff);
    --canvas: var(--primary-background-color, #fafafa);
    --ink: var(--primary-text-color, #141414);
    --ink-2: color-mix(in srgb, var(--secondary-text-color, #5e5e5e) 85%, var(--ink));
    --line: var(--divider-color, rgba(0, 0, 0, 0.12));
    --primary: var(--primary-color, #009ac7);
    --link: color-mix(in srgb, var(--primary) 62%, var(--ink));
    --good: color-mix(in srgb, var(--success-color, #43a047) 60%, var(--ink));
    --warn: color-mix(in srgb, var(--warning-color, #ffa600) 45%, var(--ink));
    --bad: color-mix(in srgb, var(--error-color, #db4437) 78%, var(--ink));
    --fill: color-mix(in srgb, var(--primary) 72%, black);
    --fill-ink: #fff;
    --tint: color-mix(in srgb, var(--primary) 13%, var(--surface));
    --hover: color-mix(in srgb, var(--ink) 5%, transparent);
    --sent: color-mix(in srgb, var(--primary) 17%, var(--surface));
    --round: 20px;
    --font: var(--ha-font-family-body, var(--paper-font-common-base_-_font-family, Roboto, Noto, sans-serif));
    display: block;
    color: var(--ink);
    font-family: var(--font);
    font-size: 14px;
    line-height: 1.45;
    -webkit-font-smoothing: antialiased;
    -webkit-tap-highlight-color: transparent;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  .icon {
    width: 24px;
    height: 24px;
    fill: currentColor;
    flex: none;
    display: block;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  button {
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
    text-align: inherit;
  }
  button:disabled {
    cursor: default;
    opacity: 0.45;
  }
  a {
    color: inherit;
    text-decoration: none;
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--link);
    outline-offset: 2px;
  }
  .round {
    display: inline-grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
    flex: none;
    color: var(--ink-2);
    transition: background-color 0.15s;
  }
  .round:hover:not(:disabled),
  .round[aria-expanded="true"] {
    background: var(--hover);
    color: var(--ink);
  }
  .round:focus-visible {
    outline-offset: -3px;
  }
  .filled,
  .outlined {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 40px;
    padding: 0 18px;
    border-radius: 20px;
    font-weight: 500;
    white-space: nowrap;
  }
  .filled {
    background: var(--fill);
    color: var(--fill-ink);
  }
  .filled:hover:not(:disabled) {
    background: color-mix(in srgb, var(--fill) 88%, black);
  }
  .outlined {
    color: var(--link);
    border: 1px solid var(--line);
  }
  .outlined:hover:not(:disabled) {
    background: var(--hover);
  }
  .filled .icon,
  .outlined .icon {
    width: 20px;
    height: 20px;
    margin-inline-start: -4px;
  }
  .textual {
    color: var(--link);
    font-weight: 500;
    border-radius: 4px;
  }
  .textual:hover {
    text-decoration: underline;
  }
  .textual[aria-disabled="true"] {
    opacity: 0.5;
  }
  .ellipsis {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* A name or preview in Arabic or Hebrew runs from right to left, and stands where all others stand. */
  .ellipsis[dir="auto"],
  .preview[dir="auto"] {
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
  .for-readers {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .field {
    width: 100%;
    min-height: 44px;
    padding: 10px 14px;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    font-size: 16px;
    color-scheme: light dark;
  }
  .field:focus-visible {
    outline-offset: -1px;
  }
  .field[aria-invalid="true"] {
    border-color: var(--bad);
  }
  .fault {
    color: var(--bad);
    font-size: 13px;
  }
  .avatar {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
    flex: none;
    color: #fff;
    font-size: 18px;
    font-weight: 500;
    user-select: none;
    background: oklch(0.5 0.13 var(--hue, 250));
  }
  .avatar.plain {
    background: color-mix(in srgb, var(--ink-2) 16%, var(--surface));
    color: var(--ink-2);
  }
  .badge {
    min-width: 20px;
    padding: 0 6px;
    border-radius: 10px;
    background: var(--fill);
    color: var(--fill-ink);
    font-size: 12px;
    line-height: 20px;
    text-align: center;
  }
  .delivered {
    color: var(--good);
  }
  .failed {
    color: var(--bad);
  }
  .waiting,
  .unclear {
    color: var(--warn);
  }
  .accepted,
  .going,
  .scheduled,
  .ended,
  .received {
    color: var(--ink-2);
  }
  dialog {
    width: min(440px, calc(100vw - 32px));
    padding: 24px;
    border: 0;
    border-radius: 24px;
    background: var(--surface);
    color: var(--ink);
    box-shadow: 0 8px 40px rgb(0 0 0 / 35%);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  dialog h2 {
    margin: 0 0 12px;
    font-size: 20px;
    font-weight: 500;
  }
  dialog p {
    margin: 0 0 12px;
  }
  dialog .actions {
    display: flex;
    flex-wrap: wrap-reverse;
    justify-content: flex-end;
    gap: 8px;
    margin-top: 20px;
  }
  /* Where the system sets the colours, there are no backgrounds and shadows: borders say the same. */
  @media (forced-colors: active) {
    .filled,
    .send,
    .search,
    .badge,
    .token {
      border: 1px solid;
    }
    [aria-pressed="true"],
    [aria-current="true"],
    [aria-selected="true"],
    .highlighted .bubble {
      border: 3px solid Highlight !important;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .appears {
      animation: appears 0.18s ease-out;
    }
    @keyframes appears {
      from {
        opacity: 0;
        transform: translateY(6px);
      }
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** A pane of the panel: a column below a header. */
export const paneStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
    background: var(--surface);
  }
  header {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 64px;
    padding: 6px 20px;
    flex: none;
  }
`;
