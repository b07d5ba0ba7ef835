/** A new text: to whom, from which account, and what. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Account, ConversationRef, FieldError, Recipient, SendResponse } from "./api.ts";
import { avatar } from "./avatar.ts";
import type { Client } from "./client.ts";
import type { Composer, Outgoing } from "./composer.ts";
import { EMPTY_DRAFT, loadDraft, saveDraft } from "./drafts.ts";
import { callsOf } from "./grouping.ts";
import type { I18n } from "./i18n.ts";
import { ICONS, icon } from "./icons.ts";
import { keyOf } from "./list.ts";
import { displayNumber, looksLikeNumber, splitNumbers } from "./numbers.ts";
import { base, paneStyles } from "./styles.ts";

const DRAFT = "new-to";
const TEXT_DRAFT = "new";
const MOST_SUGGESTIONS = 50;

interface Choice {
  /** Null: the number that is typed. */
  recipient: Recipient | null;
  take: () => void;
}

@customElement("smsadmin-new")
export class NewText extends LitElement {
  @property({ attribute: false }) client!: Client;
  @property({ attribute: false }) i18n!: I18n;
  @property({ attribute: false }) accounts: Account[] = [];
  @property({ attribute: false }) recipients: Recipient[] = [];
  @property({ type: Boolean }) offline = false;
  @state() private _chosen: string[] = [];
  @state() private _numbers: string[] = [];
  @state() private _account = "";
  @state() private _typed = "";
  @state() private _active = -1;
  @state() private _fault = "";
  @state() private _accountFault = "";
  @state() private _logged: ReadonlySet<string> = new Set();
  @query("#to") private _field!: HTMLInputElement;
  @query("smsadmin-composer") private _composer!: Composer;

  override connectedCallback(): void {
    super.connectedCallback();
    const { recipients, numbers, account } = loadDraft(DRAFT);
    this._chosen = recipients;
    this._numbers = numbers;
    this._account = account;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!this.hasUpdated || changed.get("offline")) void this._readLogged();
  }

  /** Whether the text whose answer has not come is in the log after all: no thread is read here that would show it. */
  private async _readLogged(): Promise<void> {
    const [first] = loadDraft(TEXT_DRAFT).attempt?.to ?? [];
    if (!first) return;
    const newest = { item_id: null, entity_id: null, before: null, after: null, around: null, since: null, limit: 50 };
    try {
      this._logged = callsOf((await this.client.call("smsadmin/thread", { ...first, ...newest })).items);
    } catch {
      // The text is in the field, and the same call can't send it twice.
    }
  }

  override firstUpdated(): void {
    this._field.focus();
  }

  override updated(changed: PropertyValues): void {
    if (["_chosen", "_numbers", "_account"].some((name) => changed.has(name))) {
      saveDraft(DRAFT, { ...EMPTY_DRAFT, recipients: this._chosen, numbers: this._numbers, account: this._account });
    }
  }

  private get _to(): Recipient[] {
    return this._chosen.flatMap((key) => this.recipients.find((each) => keyOf(each) === key) ?? []);
  }

  private get _refs(): ConversationRef[] {
    const entry = this._sender?.config_entry_id ?? "";
    return [
      ...this._to.map(({ config_entry_id, conversation_id }) => ({ config_entry_id, conversation_id })),
      ...this._numbers.map((number) => ({ config_entry_id: entry, conversation_id: `mobile:${number}` })),
    ];
  }

  private get _open(): Account[] {
    return this.accounts.filter(({ can_send_to_numbers }) => can_send_to_numbers);
  }

  /** The account that numbers are sent by: the only one, or the chosen one. */
  private get _sender(): Account | undefined {
    return this._open.length === 1 ? this._open[0] : this._open.find(({ config_entry_id }) => config_entry_id === this._account);
  }

  private get _suggestions(): Recipient[] {
    const words = this._typed.trim().toLocaleLowerCase();
    const digits = words.replace(/\D/g, "");
    return this.recipients
      .filter((each) => !this._chosen.includes(keyOf(each)))
      .filter(
        ({ name, mobiles }) =>
          name.toLocaleLowerCase().includes(words) || (digits !== "" && mobiles.some((mobile) => mobile.includes(digits))),
      )
      .slice(0, MOST_SUGGESTIONS);
  }

  /** Whether what is typed is numbers, which this user may write to. */
  private get _isUsable(): boolean {
    const parts = splitNumbers(this._typed);
    return this._open.length > 0 && parts.length > 0 && parts.every(looksLikeNumber);
  }

  /** Recipients, and the number that is typed as it is. */
  private get _choices(): Choice[] {
    const recipients = this._suggestions.map((recipient) => ({ recipient, take: () => this._choose(recipient) }));
    return this._isUsable ? [...recipients, { recipient: null, take: () => this._takeNumber() }] : recipients;
  }

  private _choose(recipient: Recipient): void {
    this._chosen = [...this._chosen, keyOf(recipient)];
    this._typed = "";
    this._active = -1;
    this._fault = "";
    this._field.focus();
  }

  private _takeNumber(): void {
    this._takeTyped();
    this._active = -1;
    this._field.focus();
  }

  /** Take what is typed as names and numbers; what is neither stays, with the reason. */
  private _takeTyped(): boolean {
    const wrong: string[] = [];
    for (const part of splitNumbers(this._typed)) {
      const named = this.recipients.find((each) => each.name.toLocaleLowerCase() === part.toLocaleLowerCase());
      if (named) this._chosen = [...new Set([...this._chosen, keyOf(named)])];
      else if (looksLikeNumber(part) && this._open.length) this._numbers = [...new Set([...this._numbers, part])];
      else wrong.push(part);
    }
    const key = wrong[0] && looksLikeNumber(wrong[0]) ? "panel.numbers_by_admin" : "panel.not_a_number";
    this._fault = wrong[0] ? this.i18n.t(key, { typed: wrong[0] }) : "";
    this._typed = wrong.join("; ");
    return !wrong.length;
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    const choices = this._choices;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this._active = Math.max(-1, Math.min(choices.length - 1, this._active + step));
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector("[role=option][aria-selected=true]")?.scrollIntoView({ block: "nearest" }),
      );
    } else if (event.key === "Enter") {
      event.preventDefault();
      const only = this._typed && choices.length === 1 && !looksLikeNumber(this._typed) ? choices[0] : undefined;
      const chosen = choices[this._active] ?? only;
      if (chosen) chosen.take();
      else if (this._typed.trim()) this._takeTyped();
      else if (this._chosen.length || this._numbers.length) this._composer.focus();
    } else if (/^[,;，；、]$/.test(event.key)) {
      event.preventDefault();
      this._takeTyped();
    } else if (event.key === "Backspace" && !this._typed) {
      if (this._numbers.length) this._numbers = this._numbers.slice(0, -1);
      else this._chosen = this._chosen.slice(0, -1);
    } else if (event.key === "Escape") {
      this._active = -1;
    }
  }

  private _onBlur(): void {
    if (this._typed.trim()) this._takeTyped();
  }

  private readonly _send = async ({ callId, message, sendAt }: Outgoing): Promise<SendResponse | null> => {
    if (!this._isComplete()) return null;
    const conversations = this._to.map(({ config_entry_id, conversation_id }) => ({ config_entry_id, conversation_id }));
    const response = await this.client.call("smsadmin/send", {
      call_id: callId,
      config_entry_id: this._sender?.config_entry_id ?? null,
      conversations,
      mobiles: this._numbers,
      message_ids: [],
      message,
      send_at: sendAt,
    });
    if (response.errors.length) return this._showFaults(response);
    this._chosen = [];
    this._numbers = [];
    saveDraft(DRAFT, EMPTY_DRAFT);
    this.dispatchEvent(new CustomEvent("sent", { detail: response }));
    return response;
  };

  private _isComplete(): boolean {
    const isTaken = this._takeTyped();
    if (isTaken && !this._to.length && !this._numbers.length) this._fault = this.i18n.t("panel.no_recipient");
    this._accountFault = this._numbers.length && !this._sender ? this.i18n.t("panel.choose_account") : "";
    if (this._fault) this._field.focus();
    return !this._fault && !this._accountFault;
  }

  /** Each fault at its field; those of text and time are the composer's. */
  private _showFaults(response: SendResponse): SendResponse | null {
    const of = (...fields: FieldError["field"][]) => response.errors.filter(({ field }) => fields.includes(field));
    const words = (errors: FieldError[]) => this.i18n.sentences(errors.map(({ message }) => message));
    this._fault = words(of("recipients", "mobiles"));
    this._accountFault = words(of("account"));
    const errors = of("message", "send_at");
    return errors.length ? { ...response, errors } : null;
  }

  override render() {
    const { t } = this.i18n;
    const [first] = this._to;
    const account = first
      ? this.accounts.find((each) => each.config_entry_id === first.config_entry_id)
      : (this._sender ?? this.accounts[0]);
    const choices = this._choices;
    const count = this._to.reduce((sum, { mobiles }) => sum + mobiles.length, this._numbers.length);
    return html`
      <header>
        <button type="button" class="round back" aria-label=${t("panel.back")} @click=${() => this.dispatchEvent(new CustomEvent("go-back"))}>${icon(ICONS.back)}</button>
        <h1>${t("panel.new_text")}</h1>
      </header>
      <div class="to-line">
        <label for="to">${t("panel.to")}</label>
        <div class="tokens" @click=${() => this._field.focus()}>
          ${this._to.map((each) =>
            this._token(each.name, () => {
              this._chosen = this._chosen.filter((key) => key !== keyOf(each));
            }),
          )}
          ${this._numbers.map((number) =>
            this._token(displayNumber(number), () => {
              this._numbers = this._numbers.filter((each) => each !== number);
            }),
          )}
          <input
            id="to" autocomplete="off" spellcheck="false" dir="auto" role="combobox" aria-expanded=${choices.length ? "true" : "false"} aria-controls="suggestions" aria-autocomplete="list"
            aria-activedescendant=${this._active >= 0 ? `option-${this._active}` : nothing} aria-invalid=${this._fault ? "true" : "false"} aria-describedby="to-fault"
            placeholder=${this._chosen.length || this._numbers.length ? "" : t("panel.to_placeholder")} .value=${this._typed}
            @input=${() => {
              this._typed = this._field.value;
              this._active = -1;
              this._fault = "";
            }} @keydown=${this._onKey} @blur=${this._onBlur}
          />
        </div>
        <span class="fault" id="to-fault" role="alert">${this._fault}</span>
      </div>
      ${this._numbers.length && this._open.length > 1 ? this._accounts() : nothing}
      ${this._options(choices)}
      <footer>
        <smsadmin-composer
          .i18n=${this.i18n} .submit=${this._send} .draftKey=${TEXT_DRAFT} .to=${this._refs} .logged=${this._logged} .recipientCount=${count} .offline=${this.offline}
          .signature=${first ? first.signature : (account?.signature ?? "")} .charset=${account?.charset ?? "utf-8"}
        ></smsadmin-composer>
      </footer>
    `;
  }

  private _token(name: string, remove: () => void) {
    return html`<span class="token"><span class="ellipsis" dir="auto">${name}</span><button type="button" aria-label=${this.i18n.t("panel.remove", { name })} @click=${remove}>${icon(ICONS.close)}</button></span>`;
  }

  private _accounts() {
    const { t } = this.i18n;
    return html`<div class="to-line">
      <label for="account">${t("panel.account")}</label>
      <select id="account" class="field" aria-invalid=${this._accountFault ? "true" : "false"} aria-describedby="account-fault"
        @change=${(event: Event) => {
          this._account = (event.target as HTMLSelectElement).value;
          this._accountFault = "";
        }}>
        <option value="" ?selected=${!this._account}></option>
        ${this._open.map(({ config_entry_id, name }) => html`<option value=${config_entry_id} ?selected=${config_entry_id === this._account}>${name}</option>`)}
      </select>
      <span class="fault" id="account-fault" role="alert">${this._accountFault}</span>
    </div>`;
  }

  private _options(choices: readonly Choice[]) {
    return html`<div class="suggestions" id="suggestions" role="listbox" aria-label=${this.i18n.t("panel.suggestions")}>
      ${choices.map(
        ({ recipient, take }, index) => html`<div
        class="suggestion" role="option" id="option-${index}" aria-selected=${index === this._active ? "true" : "false"}
        @pointerdown=${(event: Event) => event.preventDefault()} @click=${take}
      >${recipient ? this._suggestion(recipient) : this._numberOption()}</div>`,
      )}
    </div>`;
  }

  private _suggestion(recipient: Recipient) {
    const { name, mobiles, config_entry_id } = recipient;
    const numbers =
      mobiles.length > 2 ? this.i18n.t("panel.group", { n: mobiles.length }) : mobiles.map(displayNumber).join(" · ");
    const account = this.accounts.length > 1 ? this.accounts.find((each) => each.config_entry_id === config_entry_id)?.name : "";
    return html`${avatar({ ...recipient, kind: "recipient" })}<span class="texts"><span class="ellipsis" dir="auto">${name}</span>
      <span class="numbers ellipsis">${numbers}${account ? html` · <bdi>${account}</bdi>` : nothing}</span></span>`;
  }

  private _numberOption() {
    const number = splitNumbers(this._typed).map(displayNumber).join(" · ");
    return html`${avatar({ kind: "number", name: "", mobiles: [] })}<span class="ellipsis">${this.i18n.t("panel.use_number", { number })}</span>`;
  }

  static override styles = [
    base,
    paneStyles,
    css`
      :host {
        background: var(--canvas);
      }
      header {
        background: var(--surface);
      }
      .back {
        display: none;
      }
      h1 {
        margin: 0;
        font-size: 17px;
        font-weight: 500;
      }
      .to-line {
        display: grid;
        grid-template-columns: auto 1fr;
        align-items: center;
        gap: 4px 14px;
        padding: 6px 20px 10px;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
        flex: none;
      }
      .to-line label {
        color: var(--ink-2);
      }
      .to-line .fault {
        grid-column: 2;
      }
      .fault:empty {
        display: none;
      }
      .tokens {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        max-height: 148px;
        overflow-y: auto;
        cursor: text;
      }
      .token {
        display: inline-flex;
        align-items: center;
        max-width: 100%;
        height: 34px;
        padding-inline-start: 14px;
        border-radius: 17px;
        background: var(--tint);
      }
      .token button {
        display: grid;
        place-items: center;
        width: 32px;
        height: 32px;
        border-radius: 50%;
        color: var(--ink-2);
        flex: none;
      }
      .token .icon {
        width: 18px;
        height: 18px;
      }
      .tokens input {
        flex: 1;
        min-width: 140px;
        height: 40px;
        border: 0;
        background: none;
        font-size: 16px;
      }
      .tokens input:focus-visible {
        outline: none;
      }
      .tokens input::placeholder {
        color: var(--ink-2);
        opacity: 1;
      }
      .tokens:focus-within {
        box-shadow: 0 2px 0 var(--link);
      }
      .suggestions {
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        padding: 8px;
      }
      .suggestion {
        display: flex;
        align-items: center;
        gap: 14px;
        min-height: 60px;
        padding: 6px 12px;
        border-radius: 16px;
        cursor: pointer;
      }
      .suggestion:hover,
      .suggestion[aria-selected="true"] {
        background: var(--hover);
      }
      .suggestion .texts {
        display: flex;
        flex-direction: column;
        min-width: 0;
      }
      .suggestion .texts > :first-child {
        font-size: 15px;
      }
      .numbers {
        color: var(--ink-2);
        font-size: 13px;
        font-variant-numeric: tabular-nums;
      }
      footer {
        flex: none;
        background: var(--surface);
        border-top: 1px solid var(--line);
        padding-bottom: var(--safe-area-inset-bottom, env(safe-area-inset-bottom, 0px));
      }
      @container (max-width: 760px) {
        header {
          padding-inline: 4px;
        }
        .back {
          display: inline-grid;
        }
      }
    `,
  ];
}
