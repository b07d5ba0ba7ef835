/** One text of a thread: its bubble, its state in symbol and words, and what happened to it. */
import { css, html, nothing, type TemplateResult } from "lit";
import type { Item, NumberState } from "./api.ts";
import { capitalised, type I18n } from "./i18n.ts";
import { ICONS, icon, TONE_ICONS } from "./icons.ts";
import { displayNumber } from "./numbers.ts";
import { splitSignature } from "./segments.ts";
import { type Summary, summarise, toneOf } from "./states.ts";

export interface BubbleContext {
  i18n: I18n;
  isExpanded: boolean;
  isHighlighted: boolean;
  continues: boolean;
  /** Of the conversation, without brackets. */
  signature: string;
  /** Whether several numbers belong to the conversation, so that each reply names its own. */
  isGroup: boolean;
  canSend: boolean;
  /** Whether something is being done about it that was asked for. */
  isBusy: boolean;
  /** The numbers that it can be sent to again because it failed. */
  failed: readonly NumberState[];
  onToggle: (item: Item) => void;
  /** What became of one number was opened or closed. */
  onDetails: (item: Item) => void;
  onCancel: (item: Item) => void;
  onSendAgain: (item: Item) => void;
  onWhy: (item: Item) => void;
  onQuote: (id: number) => void;
}

export const UNCONFIRMED = (number: NumberState) => number.state === "unconfirmed";

export function bubble(item: Item, context: BubbleContext): TemplateResult {
  const summary = summarise(item.numbers.map((number) => number.state));
  const side = item.direction === "out" ? "out" : "in";
  const tone = item.direction === "out" ? summary.tone : item.direction === "in" ? "received" : "unclear";
  const [front, rest] = item.direction === "out" ? splitSignature(item.message, context.signature) : ["", item.message];
  const toggle = () => {
    // A text that is being marked stays as it is. A selection inside of a shadow tree is said to be collapsed.
    if (!getSelection()?.toString()) context.onToggle(item);
  };
  return html`
    <div class="message ${side} tone-${tone} ${context.continues ? "continues" : ""} ${context.isHighlighted ? "highlighted" : ""}">
      <div class="bubble" @click=${toggle}>
        ${item.in_reply_to ? quote(item, context) : nothing}<span class="words" dir="auto">${front ? html`<span class="front">${front}</span>` : nothing}${rest}</span>
      </div>
      <div class="meta">${metaOf(item, summary, context)}</div>
      ${context.isExpanded ? details(item, context) : nothing}
    </div>
  `;
}

function quote(item: Item, { i18n, onQuote, signature }: BubbleContext): TemplateResult | typeof nothing {
  const quoted = item.in_reply_to;
  if (!quoted) return nothing;
  const content = html`<span class="for-readers">${i18n.t("message.answers")} </span>
    <span class="quoted" dir="auto">${splitSignature(quoted.message, signature)[1]}</span><span class="quoted-at">${i18n.moment(quoted.at)}</span>`;
  const jump = (event: Event) => {
    event.stopPropagation();
    if (quoted.id !== null) onQuote(quoted.id);
  };
  return quoted.id === null
    ? html`<span class="quote">${content}</span>`
    : html`<button type="button" class="quote" @click=${jump}>${content}</button>`;
}

function metaOf(item: Item, summary: Summary, context: BubbleContext): TemplateResult {
  const { i18n } = context;
  // Told in full where it is pointed at; for all that are drawn, it would take as long as the texts themselves.
  const tellInFull = ({ currentTarget }: Event) => {
    (currentTarget as HTMLElement).title = i18n.full(item.at);
  };
  const time = html`<time datetime=${item.at} @pointerenter=${tellInFull}>${i18n.time(item.at)}</time>`;
  const toggle = (content: TemplateResult | string, tone: string) => html`<button
    type="button" class="state ${tone}" aria-expanded=${context.isExpanded ? "true" : "false"} @click=${() => context.onToggle(item)}
  >${content}</button>`;
  if (item.direction !== "out") {
    const from = item.mobile && context.isGroup ? displayNumber(item.mobile) : "";
    const words = item.direction === "unreadable" ? (item.reason ?? i18n.t("message.quarantined")) : from;
    return html`${time}${words ? toggle(words, item.direction === "unreadable" ? "unclear" : "received") : detailsButton(item, context)}`;
  }
  return html`${time}${toggle(html`${icon(TONE_ICONS[summary.tone])}<span>${stateWords(item, summary, i18n)}</span>`, summary.tone)}${actions(item, context)}`;
}

function detailsButton(item: Item, context: BubbleContext): TemplateResult {
  return html`<button
    type="button" class="state received more" aria-label=${context.i18n.t("message.details")}
    aria-expanded=${context.isExpanded ? "true" : "false"} @click=${() => context.onToggle(item)}
  >${icon(ICONS.expand)}</button>`;
}

/** The state in words; of a text to several numbers, how many have it and how many never will. */
export function stateWords(item: Item, summary: Summary, i18n: I18n): string {
  const number = item.numbers.find((each) => each.state === summary.state);
  if (summary.total > 1 && (summary.delivered || summary.failed || summary.unclear)) {
    const parts = [i18n.t("message.progress", { delivered: summary.delivered, total: summary.total })];
    if (summary.failed) parts.push(i18n.t("message.failed_of", { n: summary.failed }));
    if (summary.unclear) parts.push(i18n.t("message.unclear_of", { n: summary.unclear }));
    return parts.join(" · ");
  }
  return number ? numberWords(number, item, i18n) : "";
}

function numberWords(number: NumberState, item: Item, i18n: I18n): string {
  const words = plainWords(number, item, i18n);
  if (!number.reason) return words;
  // The reason that a report gives says the state too.
  const isReported = number.history.some(({ state, source }) => state === number.state && source !== null);
  return isReported ? capitalised(number.reason) : i18n.t("message.with_reason", { state: words, reason: number.reason });
}

function plainWords({ state, at }: NumberState, item: Item, i18n: I18n): string {
  if (state === "delivered") return i18n.t("message.delivered_at", { time: i18n.moment(at) });
  if (state === "scheduled" && item.send_at) return i18n.t("message.scheduled", { time: i18n.moment(item.send_at) });
  if (state === "queued" && item.expires_at) return i18n.t("message.queued_until", { time: i18n.moment(item.expires_at) });
  return i18n.t(`message.${state}`, { time: item.send_at ? i18n.moment(item.send_at) : "" });
}

function actions(item: Item, context: BubbleContext): TemplateResult | typeof nothing {
  if (!context.canSend) return nothing;
  const action = (key: string, act: (item: Item) => void) =>
    html`<button type="button" class="textual" aria-disabled=${context.isBusy ? "true" : nothing} @click=${() => act(item)}>${context.i18n.t(`message.${key}`)}</button>`;
  if (item.numbers.some((number) => number.state === "queued")) return action("cancel", context.onCancel);
  if (context.failed.length) return action("send_again", context.onSendAgain);
  if (item.numbers.some(UNCONFIRMED)) return action("why", context.onWhy);
  return nothing;
}

function details(item: Item, context: BubbleContext): TemplateResult {
  return html`<div class="details appears">${item.direction === "out" ? outgoingDetails(item, context) : incomingDetails(item, context.i18n)}</div>`;
}

/** Who has it and who has not, those who have not first; the history of each behind its line where there are several. */
function outgoingDetails(item: Item, { i18n, onDetails }: BubbleContext): TemplateResult | TemplateResult[] {
  const isDelivered = (number: NumberState) => number.state === "delivered";
  const numbers = [...item.numbers.filter((number) => !isDelivered(number)), ...item.numbers.filter(isDelivered)];
  const [only, more] = numbers;
  if (only && !more) return html`<div class="who">${numberLine(only, item, i18n)}</div>${historyOf(only, item, i18n)}`;
  return numbers.map(
    (number) =>
      html`<details @toggle=${() => onDetails(item)}><summary class="who">${numberLine(number, item, i18n)}</summary>${historyOf(number, item, i18n)}</details>`,
  );
}

function numberLine(number: NumberState, item: Item, i18n: I18n): TemplateResult {
  const tone = toneOf(number.state);
  return html`<span class="mobile">${displayNumber(number.mobile)}</span>
    <span class="fate ${tone}">${icon(TONE_ICONS[tone])}<span>${numberWords(number, item, i18n)}</span></span>`;
}

function historyOf({ history }: NumberState, item: Item, i18n: I18n): TemplateResult {
  return html`<ul class="history">${history.map(({ state, status, at, source }) => {
    const words = i18n.t(`message.${state}`, { time: item.send_at ? i18n.moment(item.send_at) : "" });
    return step(at, [words, status, source && i18n.t(`message.${source}`)], i18n);
  })}</ul>`;
}

function step(at: string, parts: readonly (string | null)[], i18n: I18n): TemplateResult {
  return html`<li><time datetime=${at} title=${i18n.full(at)}>${i18n.moment(at)}</time><span>${parts.filter(Boolean).join(" · ")}</span></li>`;
}

function incomingDetails({ at, mobile, source, direction }: Item, i18n: I18n): TemplateResult {
  const words = i18n.t(direction === "in" ? "message.received" : "message.quarantined");
  return html`<ul class="history">${step(at, [mobile && displayNumber(mobile), words, source && i18n.t(`message.${source}`)], i18n)}</ul>`;
}

export const bubbleStyles = css`
  .message {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    padding-top: 12px;
    max-width: 100%;
  }
  .message.continues {
    padding-top: 4px;
  }
  .message.out {
    align-items: flex-end;
  }
  .bubble {
    max-width: min(78%, 560px);
    padding: 8px 14px;
    border-radius: var(--round);
    border: 1px solid transparent;
    font-size: 15px;
    cursor: pointer;
    overflow-wrap: anywhere;
    transition: box-shadow 0.4s;
  }
  .words {
    white-space: pre-wrap;
    user-select: text;
  }
  .front {
    color: var(--ink-2);
  }
  .more:not([aria-expanded="true"], :focus-visible) {
    opacity: 0;
  }
  .message:hover .more {
    opacity: 1;
  }
  .in .bubble {
    background: var(--surface);
    border-color: var(--line);
    border-end-start-radius: 6px;
  }
  .out .bubble {
    background: var(--sent);
    border-end-end-radius: 6px;
  }
  .out.tone-failed .bubble {
    background: color-mix(in srgb, var(--error-color, #db4437) 10%, var(--surface));
    border-color: color-mix(in srgb, var(--error-color, #db4437) 40%, var(--surface));
  }
  .out.tone-waiting .bubble,
  .out.tone-unclear .bubble,
  .out.tone-scheduled .bubble,
  .in.tone-unclear .bubble {
    background: var(--surface);
    border: 1px dashed color-mix(in srgb, var(--ink-2) 60%, var(--surface));
  }
  .out.tone-ended .words {
    text-decoration: line-through;
    color: var(--ink-2);
  }
  .in.tone-unclear .words {
    font-family: var(--ha-font-family-code, ui-monospace, monospace);
    font-size: 13px;
  }
  .highlighted .bubble {
    box-shadow: 0 0 0 3px color-mix(in srgb, var(--primary) 55%, transparent);
  }
  .quote {
    /* What is for screen readers alone stays inside, or the panel could be scrolled as far as its oldest quote is. */
    position: relative;
    display: flex;
    align-items: baseline;
    gap: 10px;
    width: 100%;
    margin: 1px 0 5px;
    padding-inline-start: 9px;
    border-inline-start: 3px solid var(--primary);
    font-size: 13px;
    color: var(--ink-2);
    border-radius: 2px;
  }
  .quoted {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    text-align: start;
  }
  .quoted-at {
    margin-inline-start: auto;
    font-size: 12px;
    white-space: nowrap;
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 8px;
    max-width: 100%;
    min-height: 24px;
    padding: 1px 6px;
    font-size: 12px;
    color: var(--ink-2);
  }
  .out .meta {
    justify-content: flex-end;
  }
  .meta time {
    white-space: nowrap;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-height: 24px;
    border-radius: 6px;
    text-align: start;
  }
  .state .icon,
  .fate .icon {
    width: 16px;
    height: 16px;
  }
  .state.received .icon {
    transition: transform 0.15s;
  }
  .state.received[aria-expanded="true"] .icon {
    transform: rotate(180deg);
  }
  .meta .textual {
    min-height: 24px;
    padding: 0 4px;
  }
  .details {
    width: min(100%, 420px);
    margin: 4px 0 6px;
    padding: 10px 14px;
    border: 1px solid var(--line);
    border-radius: 14px;
    background: var(--surface);
    font-size: 13px;
  }
  .who {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 2px 12px;
  }
  .mobile {
    font-weight: 500;
    font-variant-numeric: tabular-nums;
  }
  .fate {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .history {
    list-style: none;
    margin: 6px 0 0;
    padding: 0;
    color: var(--ink-2);
  }
  summary {
    cursor: pointer;
    list-style: none;
    min-height: 28px;
    align-items: center;
    border-radius: 6px;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  details + details {
    margin-top: 4px;
    padding-top: 4px;
    border-top: 1px solid var(--line);
  }
  details .history {
    padding-bottom: 6px;
  }
  .details > .history:first-child {
    margin-top: 0;
  }
  .history li {
    position: relative;
    display: flex;
    flex-wrap: wrap;
    gap: 0 10px;
    padding: 2px 0 2px 16px;
  }
  .history li::before {
    content: "";
    position: absolute;
    left: 2px;
    top: 9px;
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: color-mix(in srgb, var(--ink-2) 55%, var(--surface));
  }
  .history li:not(:last-child)::after {
    content: "";
    position: absolute;
    left: 5px;
    top: 16px;
    bottom: -9px;
    width: 1px;
    background: var(--line);
  }
  .history time {
    font-variant-numeric: tabular-nums;
  }
`;
