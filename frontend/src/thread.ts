/** A conversation: its texts by day, older ones as one scrolls, and the field to write. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { Actions, failedNumbers } from "./actions.ts";
import type {
  Account,
  ChangeEvent,
  Conversation,
  Item,
  NumberState,
  Requests,
  SendResponse,
  ThreadRequest,
  ThreadResponse,
} from "./api.ts";
import { avatar } from "./avatar.ts";
import { type BubbleContext, bubble, bubbleStyles, UNCONFIRMED } from "./bubble.ts";
import { type Client, CommandError } from "./client.ts";
import { type Composer, type Outgoing, unrecorded } from "./composer.ts";
import { moveDraft } from "./drafts.ts";
import { callsOf, type Entry, layOut, mergeItems } from "./grouping.ts";
import type { I18n } from "./i18n.ts";
import { ICONS, icon } from "./icons.ts";
import { keyOf } from "./list.ts";
import { displayNumber } from "./numbers.ts";
import { distanceFromEnd, goTo, type Place, placeIn, rowIn, scrollRow, sizeOf } from "./scrolling.ts";
import { base, paneStyles } from "./styles.ts";
import { askWhy, menuButton, menuStyles } from "./widgets.ts";

/** Which conversation: by its own id, or by one of its texts. */
export interface ThreadRef {
  config_entry_id: string;
  conversation_id: string | null;
  item_id: number | null;
  /** The text to show first and to mark. */
  around: number | null;
}

/** The least height of a text with its state, in pixels. */
const LEAST_HEIGHT = 68;
const PAGE = 50;
/** More than this many texts are not kept in the page at once. */
const MOST = 400;
/** So near to an end, in pixels, the next page is asked for. */
const NEAR = 800;

type Part = Partial<Pick<ThreadRequest, "before" | "after" | "around" | "since">>;

@customElement("smsadmin-thread")
export class Thread extends LitElement {
  @property({ attribute: false }) client!: Client;
  @property({ attribute: false }) i18n!: I18n;
  @property({ attribute: false }) ref!: ThreadRef;
  @property({ attribute: false }) account: Account | undefined;
  @property({ type: Boolean }) isAdmin = false;
  @property({ type: Boolean }) severalAccounts = false;
  @property({ type: Boolean }) offline = false;
  @state() private _conversation: Conversation | null = null;
  @state() private _items: Item[] = [];
  @state() private _hasOlder = false;
  @state() private _hasNewer = false;
  @state() private _readUpTo = 0;
  @state() private _expanded: ReadonlySet<number> = new Set();
  @state() private _highlighted: number | null = null;
  @state() private _error: CommandError | null = null;
  @state() private _notice = "";
  @state() private _isAtEnd = true;
  @state() private _isMenuOpen = false;
  @state() private _announcement = "";
  @query(".scroller") private _scroller!: HTMLElement | null;
  @query("smsadmin-composer") private _composer!: Composer | null;
  @query(".jump-date") private _dateField!: HTMLInputElement;
  private _isLoading = false;
  private _refresh: ReturnType<typeof setTimeout> | undefined;
  /** The frame that brings the end in sight; what has changed before it is not seen yet. */
  private _frame: number | undefined;
  private _shownKey = "";
  /** The first row in sight, while the end is not, and where it is below the top. */
  private _anchor: Place | null = null;
  private _scrollTo: number | "end" | null = null;
  private _size = "";
  private readonly _actions = new Actions(this, {
    client: () => this.client,
    i18n: () => this.i18n,
    entryId: () => this.ref.config_entry_id,
    read: async () => {
      await this._reread();
      return this._items;
    },
    setNotice: (notice) => {
      this._notice = notice;
    },
  });
  private readonly _resizes = new ResizeObserver(() => this._restoreScroll());

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this._markRead);
    // Home Assistant takes a panel out of a page that is hidden for long, and puts it back: a scroller is then at its top.
    if (!this._scroller) return;
    this._resizes.observe(this._scroller);
    this._restoreScroll();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this._markRead);
    clearTimeout(this._refresh);
    this._refresh = undefined;
    this._resizes.disconnect();
  }

  get conversation(): Conversation | null {
    return this._conversation;
  }

  /** Called by the panel for each change on the server. */
  onChange(event: ChangeEvent): void {
    if (event.config_entry_id === this.ref.config_entry_id) this.refresh();
  }

  /** Read what is shown again; several changes in a moment are one reading. */
  refresh(): void {
    if (this._refresh !== undefined) return;
    this._refresh = setTimeout(async () => {
      this._refresh = undefined;
      await this._reread();
    }, 200);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("ref") && JSON.stringify(this.ref) !== this._shownKey) this._open();
    this._rememberAnchor();
  }

  override updated(changed: PropertyValues<this>): void {
    // Reasons come in the user's language.
    if (changed.get("i18n")) this.refresh();
    if (this._scroller && this.isConnected) this._resizes.observe(this._scroller);
    if (!this._isAtEnd) {
      // Readers may be scrolling: by the next frame they would have moved on.
      this._restoreScroll();
    } else {
      // Once for all changes until the page is drawn: each question about heights would lay it out.
      this._frame ??= requestAnimationFrame(() => {
        this._frame = undefined;
        this._restoreScroll();
      });
    }
  }

  private _open(): void {
    this._shownKey = JSON.stringify(this.ref);
    this._items = [];
    this._conversation = null;
    this._error = null;
    this._notice = "";
    this._expanded = new Set();
    this._highlighted = this.ref.around;
    this._hasOlder = this._hasNewer = this._isLoading = false;
    this._isAtEnd = true;
    // As many as fill the screen: those above are asked for once these are drawn.
    if (this.ref.around === null) void this._load({}, "replace", 1 + Math.floor(innerHeight / LEAST_HEIGHT));
    else void this._load({ around: this.ref.around }, "replace");
  }

  private async _load(part: Part, how: "replace" | "merge", limit = PAGE): Promise<void> {
    const key = this._shownKey;
    const { config_entry_id, conversation_id, item_id } = this.ref;
    const request: Requests["smsadmin/thread"] = {
      config_entry_id,
      conversation_id,
      item_id,
      entity_id: null,
      before: null,
      after: null,
      around: null,
      since: null,
      ...part,
      limit,
    };
    this._isLoading = true;
    try {
      const response = await this.client.call("smsadmin/thread", request);
      if (key === this._shownKey) this._take(response, part, how);
    } catch (error) {
      if (key === this._shownKey) this._error = error as CommandError;
    } finally {
      if (key === this._shownKey) this._isLoading = false;
    }
  }

  private _take(response: ThreadResponse, part: Part, how: "replace" | "merge"): void {
    // The log has what was sent without a record, once it works.
    if (this._isUnrecorded && response.log_error === null) this._notice = "";
    this._error = null;
    const before = this._conversation && keyOf(this._conversation);
    const key = keyOf(response.conversation);
    this._conversation = response.conversation;
    // A number has become a recipient.
    if (before && before !== key) moveDraft(before, key);
    if (!this._items.length) this._readUpTo = response.read_up_to;
    if (response.log_error !== null) {
      this._error = new CommandError("log_failed", response.log_error);
    } else if (how === "replace") {
      this._items = response.items;
      this._hasOlder = response.has_older;
      this._hasNewer = response.has_newer;
      this._scrollTo = part.around ?? (part.since ? (response.items[0]?.id ?? "end") : "end");
    } else {
      this._merge(response, part);
    }
    if (before !== key) this.dispatchEvent(new CustomEvent("conversation-opened", { detail: response.conversation }));
  }

  private _merge(response: ThreadResponse, part: Part): void {
    const newest = this._items.at(-1)?.id ?? 0;
    let items = mergeItems(this._items, response.items);
    if (part.before != null) {
      this._hasOlder = response.has_older;
      if (items.length > MOST) {
        items = items.slice(0, MOST);
        this._hasNewer = true;
      }
    } else {
      this._hasNewer = response.has_newer;
      if (items.length > MOST) {
        items = items.slice(-MOST);
        this._hasOlder = true;
      }
    }
    this._items = items;
    if (part.before == null) this._announce(items.filter(({ id, direction }) => id > newest && direction === "in"));
  }

  /** States change and texts come: what is shown is read again, and what is new with it. */
  private async _reread(): Promise<void> {
    const first = this._items[0];
    const last = this._items.at(-1);
    if (!this._conversation || !first || !last) return this._load({}, "replace");
    const shown = this._items.length;
    await this._load({ after: first.id - 1 }, "merge", this._hasNewer ? shown : shown + PAGE);
  }

  private _announce(items: readonly Item[]): void {
    const last = items.at(-1);
    if (!last || !this._conversation) return;
    this._announcement = this.i18n.t("panel.arrived", { name: this._conversation.name, message: last.message });
  }

  private _rememberAnchor(): void {
    const scroller = this._scroller;
    if (scroller && this.isConnected) this._anchor = this._isAtEnd ? null : placeIn(scroller);
  }

  private _restoreScroll(): void {
    const scroller = this._scroller;
    if (!scroller || !this.isConnected) return;
    if (this._scrollTo !== null && this._items.length) {
      const row = this._scrollTo === "end" ? null : rowIn(scroller, this._scrollTo);
      this._scrollTo = null;
      this._isAtEnd = !row;
      // A third below the top. An element's own way of coming into view would scroll the page around the panel too.
      if (row) scrollRow(scroller, row, scroller.clientHeight / 3);
      else scroller.scrollTop = scroller.scrollHeight;
    } else {
      this._keepPlace();
    }
    this._look();
  }

  /** What the reader looks at stays where it is, whatever is put above it and however wide it is. */
  private _keepPlace(): void {
    const scroller = this._scroller;
    if (!scroller) return;
    if (this._isAtEnd) {
      if (!this._hasNewer) scroller.scrollTop = scroller.scrollHeight;
    } else if (this._anchor) {
      goTo(scroller, this._anchor);
    }
  }

  private _onScroll(): void {
    // What grew or shrank scrolls too: only readers leave their place.
    if (this._scroller && sizeOf(this._scroller) !== this._size) this._keepPlace();
    this._look();
  }

  private _look(): void {
    const scroller = this._scroller;
    if (!scroller) return;
    const below = distanceFromEnd(scroller);
    this._size = sizeOf(scroller);
    this._isAtEnd = below < 40 && !this._hasNewer;
    this._rememberAnchor();
    if (this._isAtEnd) this._markRead();
    if (this._isLoading || this._error || !this._items.length) return;
    if (this._hasOlder && scroller.scrollTop < NEAR) void this._load({ before: this._items[0]?.id ?? null }, "merge");
    else if (this._hasNewer && below < NEAR) void this._load({ after: this._items.at(-1)?.id ?? null }, "merge");
  }

  private readonly _markRead = (): void => {
    const last = this._items.at(-1);
    const isDrawn = this._frame === undefined && document.visibilityState === "visible";
    const isSeen = isDrawn && this._isAtEnd && !this._hasNewer;
    if (!isSeen || !last || !this._conversation?.unread || this.offline) return;
    const { config_entry_id, conversation_id } = this._conversation;
    this._conversation = { ...this._conversation, unread: 0 };
    // The next reading says again what is unread.
    this.client.call("smsadmin/read", { config_entry_id, conversation_id, up_to: last.id }).catch(() => undefined);
  };

  private _toEnd(): void {
    // The button goes.
    this._scroller?.focus();
    if (this._hasNewer) void this._load({}, "replace");
    else this._show("end");
  }

  private _toItem(id: number): void {
    this._highlighted = id;
    if (this._scroller && rowIn(this._scroller, id)) this._show(id);
    else void this._load({ around: id }, "replace");
  }

  /** At once: each change of the thread would end a smooth movement halfway. */
  private _show(what: number | "end"): void {
    this._scrollTo = what;
    this.requestUpdate();
  }

  private _pickDate(): void {
    try {
      this._dateField.showPicker();
    } catch {
      this._dateField.focus();
    }
  }

  private _onDate(): void {
    const value = this._dateField.value;
    if (!value) return;
    void this._load({ since: this.i18n.instantOf(`${value}T00:00`) }, "replace");
  }

  private readonly _send = async ({ callId, message, sendAt }: Outgoing): Promise<SendResponse> => {
    const { config_entry_id, conversation_id } = this._conversation as Conversation;
    const answer = await this.client.call("smsadmin/send", {
      call_id: callId,
      config_entry_id: null,
      conversations: [{ config_entry_id, conversation_id }],
      mobiles: [],
      message_ids: [],
      message,
      send_at: sendAt,
    });
    const response = this._isUnrecorded ? this._tell(answer) : answer;
    if (!response.errors.length) {
      this._isAtEnd = true;
      if (this._hasNewer) void this._load({}, "replace");
      else this.refresh();
    }
    return response;
  };

  /** The log does not work: what is sent now is shown nowhere. */
  private get _isUnrecorded(): boolean {
    return this._error?.code === "log_failed";
  }

  /** The account or the recipient was removed while its texts are shown. */
  private get _isGone(): boolean {
    return this._error?.code === "not_found";
  }

  /** Nothing else shows what became of a text without a record; one that has failed wholly is given back. */
  private _tell(answer: SendResponse): SendResponse {
    const { errors, accepted, queued, unconfirmed } = answer;
    if (errors.length) return answer;
    const message = unrecorded(answer, this.i18n);
    if (!(accepted + queued + unconfirmed)) return { ...answer, errors: [{ field: "message", message }] };
    this._notice = message;
    return answer;
  }

  private _why(item: Item): void {
    askWhy(this.renderRoot as ShadowRoot, this.i18n, () => void this._sendAgain(item, item.numbers.filter(UNCONFIRMED)));
  }

  private async _sendAgain(item: Item, numbers: readonly NumberState[]): Promise<void> {
    if (await this._actions.sendAgain(item, numbers)) this._isAtEnd = true;
  }

  private _toggle(item: Item): void {
    const expanded = new Set(this._expanded);
    if (!expanded.delete(item.id)) expanded.add(item.id);
    this._expanded = expanded;
    this._keepInSight(item);
  }

  /** The details that open at the end of the thread are meant to be seen; what else is in sight stays there. */
  private _keepInSight(item: Item): void {
    if (this._items.at(-1)?.id === item.id) return;
    this._isAtEnd = false;
    this._rememberAnchor();
  }

  override render() {
    return html`
      ${this._header()}
      <div class="for-readers" aria-live="polite">${this._announcement}</div>
      ${this._error && !this._items.length ? this._trouble(this._error) : this._texts()}
      ${this._footer()}
    `;
  }

  private _header() {
    const { t } = this.i18n;
    const conversation = this._conversation;
    return html`
      <header>
        <button type="button" class="round back" aria-label=${t("panel.back")} @click=${() => this._emit("go-back")}>${icon(ICONS.back)}</button>
        ${conversation ? avatar(conversation) : this._error ? nothing : html`<span class="avatar plain"></span>`}
        <div class="who-is">
          ${conversation ? html`<h1 class="ellipsis" dir="auto" tabindex="-1">${this._name(conversation)}</h1>` : nothing}
          <div class="ellipsis below">${conversation ? this._subtitle(conversation) : this._error ? nothing : html`<span class="bone wide"></span>`}</div>
        </div>
        ${conversation && !this._isGone ? this._tools(conversation) : nothing}
      </header>
    `;
  }

  private _name({ kind, name }: Conversation): string {
    if (kind === "unreadable") return this.i18n.t("panel.number_unreadable");
    return kind === "number" ? displayNumber(name) : name;
  }

  private _subtitle({ kind, mobiles }: Conversation): string {
    const numbers =
      mobiles.length > 2 ? this.i18n.t("panel.group", { n: mobiles.length }) : mobiles.map(displayNumber).join(" · ");
    return [kind === "recipient" ? numbers : "", this.severalAccounts || kind !== "recipient" ? (this.account?.name ?? "") : ""]
      .filter(Boolean)
      .join(" · ");
  }

  private _tools(conversation: Conversation) {
    const { t } = this.i18n;
    const canAdd = conversation.kind === "number" && this.isAdmin;
    const exports = (format: "csv" | "json") => () => this._emit("export", { format, conversation });
    return html`
      ${canAdd ? html`<button type="button" class="outlined add" @click=${() => this._emit("add-recipient", conversation)}>${icon(ICONS.addPerson)}<span>${t("panel.add_recipient")}</span></button>` : nothing}
      <span class="date">
        <button type="button" class="round" aria-label=${t("panel.jump")} title=${t("panel.jump")} @click=${this._pickDate}>${icon(ICONS.calendar)}</button>
        <input class="jump-date" type="date" tabindex="-1" aria-label=${t("panel.jump")} max=${this.i18n.dayOf(new Date())} @change=${this._onDate} />
      </span>
      ${
        this.isAdmin
          ? menuButton({
              label: t("panel.more"),
              isOpen: this._isMenuOpen,
              setOpen: (open) => {
                this._isMenuOpen = open;
              },
              title: t("panel.export_this"),
              items: [
                { label: t("panel.export_csv"), act: exports("csv") },
                { label: t("panel.export_json"), act: exports("json") },
              ],
            })
          : nothing
      }
    `;
  }

  private _texts() {
    const { t } = this.i18n;
    if (!this._conversation)
      return html`<div class="scroller" aria-busy="true" aria-label=${t("panel.loading")} role="group">${this._skeleton()}</div>`;
    const failed = failedNumbers(this._items);
    const days = layOut(this._items, this.i18n.dayOf, this._readUpTo);
    return html`
      <div class="middle">
        <div class="scroller" tabindex="0" role="group" aria-label=${this._name(this._conversation)} @scroll=${this._onScroll}>
          <div class="older">${this._hasOlder ? html`<span class="spinner" role="img" aria-label=${t("panel.older")}></span>` : nothing}</div>
          ${this._conversation.kind === "unreadable" ? html`<p class="hint">${t("panel.unreadable_hint")}</p>` : nothing}
          ${this._items.length ? nothing : html`<p class="hint">${t("panel.none")}</p>`}
          <div class="days">${repeat(
            days,
            ({ day }) => day,
            ({ entries }) => this._day(entries, failed),
          )}</div>
        </div>
        ${
          this._isAtEnd && !this._hasNewer
            ? nothing
            : html`<button type="button" class="to-end appears" aria-label=${t("panel.latest")} title=${t("panel.latest")} @click=${this._toEnd}>
          ${icon(ICONS.down)}${this._conversation.unread ? html`<span class="badge">${this._conversation.unread}</span>` : nothing}</button>`
        }
      </div>
    `;
  }

  /** A day of its own, so that its name stays in sight as long as its texts do. */
  private _day(entries: readonly Entry[], failed: ReturnType<typeof failedNumbers>) {
    const [first] = entries;
    return html`<section>
      <div class="day"><span>${first ? this.i18n.day(first.item.at) : ""}</span></div>
      <ol>${repeat(
        entries,
        ({ item }) => item.id,
        ({ item, startsUnread, continues }) => html`
        ${startsUnread ? html`<li class="unread"><span>${this.i18n.t("message.unread_below")}</span></li>` : nothing}
        <li data-id=${item.id}>${bubble(item, this._context(item, continues, failed.get(item.id) ?? []))}</li>`,
      )}</ol>
    </section>`;
  }

  private _context(item: Item, continues: boolean, failed: readonly NumberState[]): BubbleContext {
    return {
      i18n: this.i18n,
      continues,
      isExpanded: this._expanded.has(item.id),
      isHighlighted: this._highlighted === item.id,
      signature: this._conversation?.signature ?? "",
      isGroup: (this._conversation?.mobiles.length ?? 0) > 1,
      canSend: this._conversation?.can_send === true && !this.offline && !this._isGone,
      isBusy: this._actions.isBusy(item),
      failed,
      onToggle: (each) => this._toggle(each),
      onDetails: (each) => {
        this._keepInSight(each);
        this._restoreScroll();
      },
      onCancel: (each) => void this._actions.cancel(each),
      onSendAgain: (each) => void this._sendAgain(each, failed),
      onWhy: (each) => this._why(each),
      onQuote: (id) => this._toItem(id),
    };
  }

  private _skeleton() {
    return html`<div class="skeleton" aria-hidden="true">${[62, 40, 74, 48].map((width, index) => html`<span class="bone" style="width: ${width}%; align-self: ${index % 2 ? "flex-start" : "flex-end"}"></span>`)}</div>`;
  }

  private _trouble(error: CommandError) {
    const { t } = this.i18n;
    const key = ["offline", "not_found", "log_failed"].includes(error.code) ? error.code : "failed";
    const hint = key === "offline" || key === "not_found" ? t(`error.${key}_hint`) : error.message;
    return html`
      <div class="trouble" role="alert">
        ${icon(ICONS.alert)}
        <h2>${t(`error.${key}`)}</h2>
        <p>${hint}</p>
        ${
          key === "not_found"
            ? html`<button type="button" class="outlined" @click=${() => this._emit("go-back")}>${t("error.back")}</button>`
            : html`<button type="button" class="outlined" @click=${this._open}>${t("error.retry")}</button>`
        }
      </div>
    `;
  }

  private _footer() {
    const { t } = this.i18n;
    const conversation = this._conversation;
    const notice =
      this._isGone && this._items.length
        ? `${t("error.not_found")}. ${t("error.not_found_hint")}`
        : this._notice ||
          (this._items.length && this._error && this._error.code !== "offline" ? this._error.message || t("error.failed") : "");
    const line = notice ? html`<div class="notice" role="alert">${icon(ICONS.alert)}<span>${notice}</span></div>` : nothing;
    if (!conversation) return this._error ? nothing : html`<footer class="empty"></footer>`;
    if (conversation.kind === "unreadable") return line;
    if (!conversation.can_send) return html`<footer>${line}<p class="read-only">${t("composer.read_only")}</p></footer>`;
    return html`
      <footer>
        ${line}
        <smsadmin-composer
          .i18n=${this.i18n} .submit=${this._send} .signature=${conversation.signature} .charset=${this.account?.charset ?? "utf-8"}
          .recipientName=${this._name(conversation)} .recipientCount=${conversation.mobiles.length} .offline=${this.offline} .readonly=${this._isGone}
          .draftKey=${keyOf(conversation)} .logged=${callsOf(this._items)}
        ></smsadmin-composer>
      </footer>
    `;
  }

  private _emit(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** On a device with a keyboard one writes at once; on a phone the screen would be half covered. */
  override focus(): void {
    void this.updateComplete.then(() => {
      const field = matchMedia("(pointer: fine)").matches ? this._composer : null;
      (field ?? this.renderRoot.querySelector<HTMLElement>("h1"))?.focus();
    });
  }

  static override styles = [
    base,
    paneStyles,
    bubbleStyles,
    menuStyles,
    css`
      :host {
        background: var(--canvas);
      }
      header {
        padding: 6px 8px 6px 20px;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      .back {
        display: none;
      }
      header .avatar {
        width: 40px;
        height: 40px;
        margin-inline-end: 6px;
      }
      .who-is {
        flex: 1;
        min-width: 0;
      }
      h1 {
        margin: 0;
        font-size: 17px;
        font-weight: 500;
        line-height: 24px;
      }
      .who-is .below {
        font-size: 13px;
        line-height: 18px;
        color: var(--ink-2);
        font-variant-numeric: tabular-nums;
      }
      .add {
        min-height: 36px;
      }
      .date {
        position: relative;
      }
      .jump-date {
        position: absolute;
        inset: auto 0 0 0;
        width: 100%;
        height: 1px;
        padding: 0;
        border: 0;
        opacity: 0;
        pointer-events: none;
        color-scheme: light dark;
      }
      .middle {
        position: relative;
        display: flex;
        flex: 1;
        min-height: 0;
      }
      .scroller {
        flex: 1;
        min-height: 0;
        display: flex;
        flex-direction: column;
        overflow-y: auto;
        overflow-x: hidden;
        overflow-anchor: none;
        overscroll-behavior: contain;
        padding: 0 max(20px, (100% - 920px) / 2) 12px;
      }
      .scroller:focus-visible {
        outline-offset: -3px;
      }
      .older {
        display: grid;
        place-items: center;
        height: 40px;
        flex: none;
      }
      .spinner {
        width: 22px;
        height: 22px;
        border-radius: 50%;
        border: 3px solid var(--line);
        border-top-color: var(--primary);
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(360deg);
        }
      }
      .hint {
        margin: 0 auto 8px;
        max-width: 480px;
        text-align: center;
        color: var(--ink-2);
      }
      .days {
        margin-top: auto;
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      .day {
        position: sticky;
        top: 8px;
        z-index: 1;
        display: flex;
        justify-content: center;
        padding: 14px 0 2px;
        pointer-events: none;
      }
      .day span {
        padding: 3px 14px;
        border-radius: 14px;
        border: 1px solid var(--line);
        background: var(--surface);
        color: var(--ink-2);
        font-size: 12px;
      }
      .unread {
        display: flex;
        align-items: center;
        gap: 12px;
        margin-top: 14px;
        color: var(--link);
        font-size: 12px;
        font-weight: 500;
      }
      .unread::before,
      .unread::after {
        content: "";
        flex: 1;
        height: 1px;
        background: color-mix(in srgb, var(--primary) 40%, transparent);
      }
      .to-end {
        position: absolute;
        right: 20px;
        bottom: 14px;
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        background: var(--surface);
        border: 1px solid var(--line);
        box-shadow: 0 2px 8px rgb(0 0 0 / 18%);
        color: var(--ink-2);
      }
      .badge {
        position: absolute;
        top: -6px;
        right: -4px;
      }
      footer {
        flex: none;
        background: var(--surface);
        border-top: 1px solid var(--line);
        padding-bottom: var(--safe-area-inset-bottom, env(safe-area-inset-bottom, 0px));
      }
      footer.empty {
        height: 87px;
      }
      .notice {
        display: flex;
        align-items: center;
        gap: 10px;
        padding: 10px 20px;
        background: color-mix(in srgb, var(--error-color, #db4437) 10%, var(--surface));
        color: var(--bad);
        font-size: 13px;
      }
      .notice .icon {
        width: 20px;
        height: 20px;
      }
      .read-only {
        margin: 0;
        padding: 16px 20px;
        text-align: center;
        color: var(--ink-2);
      }
      .trouble {
        flex: 1;
        display: grid;
        justify-items: center;
        align-content: center;
        gap: 8px;
        padding: 24px;
        text-align: center;
        color: var(--ink-2);
      }
      .trouble .icon {
        width: 44px;
        height: 44px;
        color: var(--warn);
      }
      .trouble h2 {
        margin: 4px 0 0;
        font-size: 18px;
        font-weight: 500;
        color: var(--ink);
      }
      .trouble p {
        margin: 0 0 8px;
        max-width: 420px;
      }
      .skeleton {
        display: flex;
        flex-direction: column;
        justify-content: flex-end;
        gap: 30px;
        flex: 1;
        padding-bottom: 34px;
      }
      .bone {
        display: inline-block;
        width: 110px;
        height: 12px;
        border-radius: 6px;
        background: color-mix(in srgb, var(--ink-2) 14%, transparent);
      }
      .bone.wide {
        width: 160px;
      }
      .skeleton .bone {
        height: 40px;
        border-radius: 20px;
        max-width: 420px;
      }
      @container (max-width: 760px) {
        header {
          padding-inline-start: 4px;
        }
        .back {
          display: inline-grid;
        }
        .scroller {
          padding-inline: 12px;
        }
        .bubble {
          max-width: 84%;
        }
        .add {
          padding: 0;
          width: 44px;
          min-height: 44px;
          border: 0;
        }
        .add .icon {
          width: 24px;
          height: 24px;
          margin: 0;
        }
        .add span {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
    `,
  ];
}
