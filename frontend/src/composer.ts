/** The field to write in: it counts, schedules, sends, and loses nothing that was typed. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { ConversationRef, FieldError, SendResponse } from "./api.ts";
import { CommandError, newCallId } from "./client.ts";
import { callIdOf, type Draft, EMPTY_DRAFT, loadDraft, saveDraft, settle, takeBack } from "./drafts.ts";
import type { I18n } from "./i18n.ts";
import { ICONS, icon } from "./icons.ts";
import { estimate, isBlank } from "./segments.ts";
import { base } from "./styles.ts";

export interface Outgoing {
  callId: string;
  message: string;
  sendAt: string | null;
}

const HOUR = 3_600_000;
/** A phone has no Shift+Enter: Enter breaks the line there. */
const TOUCH = matchMedia("(pointer: coarse) and (hover: none)");

/** Sends; returns null where something else was wrong that is shown elsewhere. */
export type Submit = (outgoing: Outgoing) => Promise<SendResponse | null>;

/** Conversations whose text is on its way to the server, whichever of them is open by now. */
const sending = new Set<string>();
/** The composers on the page. When the answer comes, the one that shows the conversation says what became of the text. */
const composers = new Set<Composer>();

/** Registered under a name of its own by each bundle: one of another version may be on the same page. */
export class Composer extends LitElement {
  @property({ attribute: false }) i18n!: I18n;
  @property({ attribute: false }) submit!: Submit;
  /** Names the draft: the conversation. */
  @property() draftKey = "";
  /** Who gets it, where that is not always the same for this draft. */
  @property({ attribute: false }) to: readonly ConversationRef[] = [];
  /** Calls that the log has: what they sent is not in the field. */
  @property({ attribute: false }) logged: ReadonlySet<string> = new Set();
  @property() recipientName = "";
  @property() signature = "";
  @property() charset: "utf-8" | "gb2312" = "utf-8";
  /** How many get it; only whether it is one matters. */
  @property({ type: Number }) recipientCount = 1;
  @property({ type: Boolean }) offline = false;
  /** The conversation is gone: what was typed can be copied, and not sent. */
  @property({ type: Boolean }) readonly = false;
  @state() private _draft: Draft = EMPTY_DRAFT;
  @state() private _isScheduling = false;
  @state() private _fault = "";
  @state() private _timeFault = "";
  @state() private _notice = "";
  @query("textarea") private _field!: HTMLTextAreaElement;
  @query("input[type=datetime-local]") private _timeField!: HTMLInputElement | null;

  override connectedCallback(): void {
    super.connectedCallback();
    composers.add(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    composers.delete(this);
  }

  private get _isSending(): boolean {
    return sending.has(this.draftKey);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("draftKey")) {
      this._draft = loadDraft(this.draftKey);
      this._isScheduling = false;
      this._fault = this._timeFault = this._notice = "";
    }
    if (!this._isSending) this._settle();
  }

  /** What the log has is sent after all; a text that was being sent when the page was left is here again. */
  private _settle(): void {
    const settled = settle(this._draft, this.logged);
    if (settled !== this._draft) this._fault = "";
    const draft = takeBack(settled);
    if (draft !== this._draft) this._change(draft);
  }

  override updated(): void {
    if (this._field.value !== this._draft.text) this._field.value = this._draft.text;
  }

  override focus(): void {
    this._field?.focus();
  }

  get text(): string {
    return this._draft.text;
  }

  override render() {
    const { t } = this.i18n;
    const fault = this.offline ? t("composer.offline") : this._fault;
    return html`
      <form novalidate @submit=${this._onSubmit}>
        ${this._isScheduling && !this.readonly ? this._schedule() : nothing}
        <div class="row">
          ${this.readonly ? nothing : this._scheduleButton()}
          <div class="growing" data-text=${this._draft.text}><textarea
            rows="1" dir="auto" enterkeyhint=${TOUCH.matches ? "enter" : "send"} autocomplete="off" placeholder=${t("composer.placeholder")}
            aria-label=${this.recipientName ? t("composer.to", { name: this.recipientName }) : t("composer.label")}
            aria-describedby="counts fault" aria-invalid=${this._fault ? "true" : "false"} ?readonly=${this.readonly}
            @input=${this._onInput} @keydown=${this._onKey}
          ></textarea></div>
          ${this.readonly ? nothing : this._sendButton()}
        </div>
        <div class="below">
          <span class="fault" id="fault" role="alert">${fault}</span>
          ${fault ? nothing : html`<span class="hint">${this._hint()}</span>`}
          <span class="counts" id="counts">${this._counts()}</span>
        </div>
      </form>
    `;
  }

  private _scheduleButton() {
    const label = this.i18n.t("composer.schedule");
    return html`<button
      type="button" class="round ${this._draft.sendAt ? "chosen" : ""}" aria-label=${label} title=${label}
      aria-expanded=${this._isScheduling ? "true" : "false"} @click=${this._toggleSchedule}
    >${icon(ICONS.clock)}</button>`;
  }

  private _sendButton() {
    const label = this.i18n.t(this._draft.sendAt ? "composer.send_scheduled" : "composer.send");
    return html`<button
      type="submit" class="send ${isBlank(this._draft.text) ? "idle" : ""}" aria-label=${label} title=${label}
      aria-disabled=${this.offline || this._isSending ? "true" : "false"}
    >${icon(this._draft.sendAt ? ICONS.clock : ICONS.send)}</button>`;
  }

  private _hint() {
    const { t } = this.i18n;
    if (this._isSending) return t("composer.sending");
    if (this.readonly) return "";
    if (this._draft.sendAt && !this._isScheduling) {
      return html`<button type="button" class="textual" @click=${this._toggleFromElsewhere}>${t("composer.scheduled_for", { time: this.i18n.moment(this.i18n.instantOf(this._draft.sendAt)) })}</button>`;
    }
    if (this._notice) return this._notice;
    return this.signature ? t("composer.signature", { signature: this.signature }) : "";
  }

  /** What goes out; of a text that is empty, nothing does. */
  private _counts() {
    if (isBlank(this._draft.text)) return nothing;
    const { t } = this.i18n;
    const { characters, room, texts, lacking } = estimate(this._draft.text, this.signature, this.charset);
    const each = t(this.recipientCount > 1 ? "composer.texts_each" : "composer.texts", { n: texts });
    return html`${lacking ? html`<span class="unclear">${t("composer.lacking", { n: lacking })}</span> · ` : nothing}<span
      aria-label=${t("composer.count_label", { characters, room })} role="img"
      >${t("composer.count", { characters, room })}</span> · ${each}`;
  }

  private _schedule() {
    const { t } = this.i18n;
    const { dayOf, fieldOf, instantOf } = this.i18n;
    const today = dayOf(new Date());
    const tomorrow = dayOf(new Date(Date.parse(instantOf(`${today}T12:00`)) + 24 * HOUR));
    const choices: [string, string][] = [
      ["hour", fieldOf(new Date(Date.now() + HOUR))],
      ["evening", `${today}T20:00`],
      ["tomorrow", `${tomorrow}T08:00`],
    ];
    return html`
      <div class="schedule appears">
        ${choices
          .filter(([, value]) => Date.parse(instantOf(value)) > Date.now())
          .map(
            ([name, value]) => html`<button
          type="button" class="chip" @click=${() => this._setTime(value)}
        >${t(`composer.schedule_${name}`)}<small>${this.i18n.time(instantOf(value))}</small></button>`,
          )}
        <label class="when"><span class="for-readers">${t("composer.schedule_at")}</span><input
          type="datetime-local" class="field" .value=${this._draft.sendAt} min=${fieldOf(new Date())} max="9999-12-31T23:59"
          aria-invalid=${this._timeFault ? "true" : "false"} aria-describedby="time-fault"
          @input=${(event: Event) => this._setTime((event.target as HTMLInputElement).value)}
        /></label>
        ${
          this._draft.sendAt
            ? html`<button type="button" class="textual" @click=${() => {
                this._setTime("");
                this._toggleFromElsewhere();
              }}>${t("composer.schedule_remove")}</button>`
            : nothing
        }
        <small class="final">${t("composer.schedule_final")}</small>
        <span class="fault" id="time-fault" role="alert">${this._timeFault}</span>
      </div>
    `;
  }

  private _toggleSchedule(): void {
    this._isScheduling = !this._isScheduling;
  }

  /** By a button that goes thereby: the one that stays takes the focus. */
  private _toggleFromElsewhere(): void {
    this._toggleSchedule();
    this.renderRoot.querySelector<HTMLElement>(".round")?.focus();
  }

  private _setTime(sendAt: string): void {
    this._timeFault = "";
    this._change({ sendAt });
  }

  private _onInput(): void {
    this._fault = this._notice = "";
    this._change({ text: this._field.value });
  }

  private _change(change: Partial<Draft>): void {
    this._draft = { ...this._draft, ...change };
    saveDraft(this.draftKey, this._draft);
  }

  /** Change a draft that may be another conversation's, and another field's, by now. */
  private _changeOf(key: string, change: (draft: Draft) => Draft): void {
    const shown = [...composers].filter(({ draftKey }) => draftKey === key);
    if (!shown.length) saveDraft(key, change(loadDraft(key)));
    for (const composer of shown) composer._change(change(composer._draft));
  }

  /** Enter that ends the composition of Chinese is not ours: Safari sends it after the composition, with key code 229. */
  private _onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || TOUCH.matches || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    void this._send();
  }

  private _onSubmit(event: Event): void {
    event.preventDefault();
    void this._send();
  }

  private async _send(): Promise<void> {
    if (this.offline || this.readonly || this._isSending || this._hasFault()) return;
    const { text, sendAt } = this._draft;
    const what = { text, sendAt, to: this.to };
    const callId = callIdOf(this._draft, what) ?? newCallId();
    const key = this.draftKey;
    this._change({ text: "", attempt: { callId, ...what }, isPending: true });
    sending.add(key);
    try {
      const response = await this.submit({ callId, message: text, sendAt: sendAt ? this.i18n.instantOf(sendAt) : null });
      this._finish(key, response);
    } catch (error) {
      this._fail(key, error);
    } finally {
      sending.delete(key);
      for (const composer of composers) composer.requestUpdate();
    }
  }

  private _hasFault(): boolean {
    this._fault = isBlank(this._draft.text) ? this.i18n.t("composer.empty") : "";
    const isPast = this._draft.sendAt !== "" && Date.parse(this.i18n.instantOf(this._draft.sendAt)) <= Date.now();
    // A date without a time has no value, and is no wish to send at once.
    const isIncomplete = this._timeField?.validity.badInput === true;
    this._timeFault = isIncomplete ? this.i18n.t("composer.incomplete") : isPast ? this.i18n.t("composer.past") : "";
    this._isScheduling ||= isPast;
    return this._fault !== "" || this._timeFault !== "";
  }

  private _finish(key: string, response: SendResponse | null): void {
    if (!response || response.errors.length) {
      this._changeOf(key, (draft) => ({ ...takeBack(draft), attempt: null }));
      if (response && key === this.draftKey) this._show(response.errors);
      return;
    }
    this._changeOf(key, (draft) => ({ ...draft, attempt: null, isPending: false, sendAt: "" }));
    this._isScheduling = false;
    this._notice = response.replaced_characters ? this.i18n.t("composer.replaced", { n: response.replaced_characters }) : "";
  }

  private _show(errors: readonly FieldError[]): void {
    const of = (isTime: boolean) =>
      this.i18n.sentences(errors.filter(({ field }) => (field === "send_at") === isTime).map(({ message }) => message));
    this._fault = of(false);
    this._timeFault = of(true);
    this._isScheduling ||= this._timeFault !== "";
  }

  private _fail(key: string, error: unknown): void {
    this._changeOf(key, takeBack);
    if (key !== this.draftKey) return;
    const isLost = error instanceof CommandError && error.code === "offline";
    const reason = error instanceof Error ? error.message : "";
    this._fault = isLost ? this.i18n.t("composer.lost") : this.i18n.t("composer.failed", { reason });
  }

  static override styles = [
    base,
    css`
:host {
        background: var(--surface);
      }
      form {
        max-width: 960px;
        margin: 0 auto;
        padding: 10px 12px 8px;
      }
      .row {
        display: flex;
        align-items: flex-end;
        gap: 6px;
      }
      /* The same text behind the field makes it as high as its text is, however wide it is. */
      .growing {
        flex: 1;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
      }
      .growing::after {
        content: attr(data-text) " ";
        visibility: hidden;
        overflow: hidden;
        white-space: pre-wrap;
        overflow-wrap: break-word;
      }
      textarea,
      .growing::after {
        grid-area: 1 / 1;
        min-height: 44px;
        max-height: min(40dvh, 260px);
        padding: 10px 16px;
        border: 1px solid var(--line);
        font-size: 16px;
        line-height: 22px;
      }
      textarea {
        border-radius: 22px;
        background: var(--canvas);
        resize: none;
        overflow-y: auto;
        overscroll-behavior: contain;
      }
      textarea::placeholder {
        color: var(--ink-2);
        opacity: 1;
      }
      textarea:focus-visible {
        outline-offset: -1px;
      }
      .send {
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        flex: none;
        background: var(--fill);
        color: var(--fill-ink);
        transition: background-color 0.15s, color 0.15s;
      }
      .send .icon {
        width: 22px;
        height: 22px;
      }
      .send.idle {
        background: color-mix(in srgb, var(--ink-2) 14%, var(--surface));
        color: var(--ink-2);
      }
      .send[aria-disabled="true"] {
        opacity: 0.5;
      }
      .chosen {
        color: var(--link);
        background: var(--tint);
      }
      .below {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 12px;
        min-height: 22px;
        padding: 4px 12px 0 66px;
        font-size: 12px;
        color: var(--ink-2);
      }
      .counts {
        margin-inline-start: auto;
        font-variant-numeric: tabular-nums;
        text-align: end;
      }
      .fault:empty {
        display: none;
      }
      .schedule {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 2px 4px 10px;
      }
      .chip {
        display: inline-flex;
        align-items: baseline;
        gap: 6px;
        min-height: 36px;
        line-height: 34px;
        padding: 0 14px;
        border: 1px solid var(--line);
        border-radius: 18px;
      }
      .chip:hover {
        background: var(--hover);
      }
      .chip small {
        color: var(--ink-2);
        font-size: 12px;
      }
      .when .field {
        width: auto;
        min-height: 36px;
        padding: 4px 10px;
        font-size: 14px;
      }
      .final {
        flex-basis: 100%;
        font-size: 12px;
        color: var(--ink-2);
      }
      @media (max-width: 480px) {
        .below {
          padding-inline: 12px;
        }
      }
    `,
  ];
}

/** What became of a text that is shown nowhere, as the log does not work. */
export function unrecorded({ accepted, queued, rejected, unconfirmed, not_sent }: SendResponse, { t }: I18n): string {
  return t("composer.unrecorded", { accepted, queued, total: accepted + queued + rejected + unconfirmed + not_sent });
}
