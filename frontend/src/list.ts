/** The conversations: newest first, searched and filtered, and only those drawn that are seen. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type {
  Account,
  ChangeEvent,
  Conversation,
  ConversationsRequest,
  ConversationsResponse,
  Counts,
  Hit,
  Preview,
} from "./api.ts";
import { avatar } from "./avatar.ts";
import { type Client, CommandError } from "./client.ts";
import type { I18n } from "./i18n.ts";
import { ICONS, icon, TONE_ICONS } from "./icons.ts";
import { displayNumber } from "./numbers.ts";
import { navigate, pathOf, type View, viewOf, viewOfHit } from "./routes.ts";
import { splitSignature } from "./segments.ts";
import { toneOf } from "./states.ts";
import { base, paneStyles } from "./styles.ts";
import { menuButton, menuStyles } from "./widgets.ts";
import { type Range, visibleRange } from "./windowing.ts";

export type Filter = ConversationsRequest["filter"];

export function keyOf({ config_entry_id, conversation_id }: { config_entry_id: string; conversation_id: string }): string {
  return `${config_entry_id}/${conversation_id}`;
}

/** Rows that fill a screen: the server needs a third of a millisecond for each. */
const FIRST = 20;
const PAGE = 60;
/** The most that the server returns at once. */
const MOST = 500;
const ROW = 72;
const FILTERS: Filter[] = ["all", "unread", "failed", "waiting", "unreadable"];

@customElement("smsadmin-list")
export class List extends LitElement {
  @property({ attribute: false }) client!: Client;
  @property({ attribute: false }) i18n!: I18n;
  @property() urlPrefix = "";
  @property() selected = "";
  @property({ type: Boolean }) isAdmin = false;
  @state() private _accounts: Account[] = [];
  @state() private _counts: Counts = { unread: 0, failed: 0, waiting: 0, unreadable: 0 };
  @state() private _conversations: Conversation[] | null = null;
  @state() private _hits: Hit[] | null = null;
  @state() private _filter: Filter = "all";
  @state() private _query = "";
  @state() private _range: Range = { first: 0, last: FIRST };
  @state() private _error: CommandError | null = null;
  @state() private _isMenuOpen = false;
  @state() private _areAccountsOpen = false;
  @state() private _copied = "";
  @query(".rows") private _rows!: HTMLElement;
  /** The row that had the focus before an update. */
  private _focused = "";
  private _hasMore = false;
  private _isLoading = false;
  private _reading = 0;
  private _typing: ReturnType<typeof setTimeout> | undefined;
  private _refresh: ReturnType<typeof setTimeout> | undefined;
  private readonly _resizes = new ResizeObserver(() => this._onScroll());

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this._read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this._resizes.disconnect();
    clearTimeout(this._typing);
    clearTimeout(this._refresh);
    this._refresh = undefined;
  }

  override firstUpdated(): void {
    void this._read();
  }

  override willUpdate(): void {
    this._focused = (this.shadowRoot?.activeElement as HTMLElement | null)?.dataset.key ?? "";
  }

  override updated(changed: PropertyValues): void {
    this._resizes.observe(this._rows);
    // A row that changes its place loses the focus.
    if (this._focused && !this.shadowRoot?.activeElement) this._focus(this._focused, { preventScroll: true });
    if (changed.get("i18n")) this.refresh();
    // What came may be more, or less, than what was drawn.
    if (changed.has("_conversations") || changed.has("_hits")) this._onScroll();
  }

  /** Where one was before a conversation took the place of the list. */
  focusRow(key: string): void {
    void this.updateComplete.then(() => this._focus(key));
  }

  private _focus(key: string, options?: FocusOptions): void {
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("a.row")];
    rows.find((row) => row.dataset.key === key)?.focus(options);
  }

  get filter(): Filter {
    return this._filter;
  }

  get words(): string {
    return this._query.trim();
  }

  onChange(_event: ChangeEvent): void {
    this.refresh();
  }

  /** Several changes in a moment are one reading. */
  refresh(): void {
    if (this._refresh !== undefined) return;
    this._refresh = setTimeout(() => {
      this._refresh = undefined;
      void this._read();
    }, 250);
  }

  /** The first page, or as much as is shown; what was loaded beyond it stays. */
  private async _read(): Promise<void> {
    const query = this.words;
    const limit = Math.min(MOST, Math.max(FIRST, this._range.last));
    const reading = ++this._reading;
    try {
      const [overview, found] = await Promise.all([
        this.client.call("smsadmin/conversations", { filter: this._filter, before: null, limit }),
        query ? this.client.call("smsadmin/search", { query, before: null, limit: PAGE }) : null,
      ]);
      if (reading !== this._reading) return;
      this._takeOverview(overview);
      if (this._error) return;
      this._takePage(found ? found.conversations : overview.conversations, found === null && overview.has_more, !found);
      this._hits = found ? found.hits : null;
      if (found) this._hasMore = found.has_more;
    } catch (error) {
      if (reading === this._reading) this._error = error as CommandError;
    }
  }

  private _takeOverview(overview: ConversationsResponse): void {
    const [error, ...others] = overview.accounts.map(({ log_error }) => log_error);
    this._error = error && others.every(Boolean) ? new CommandError("log_failed", error) : null;
    this._accounts = overview.accounts;
    this._counts = overview.counts;
    this.dispatchEvent(new CustomEvent("overview", { detail: overview }));
  }

  private _takePage(page: Conversation[], hasMore: boolean, keepsRest: boolean): void {
    const keys = new Set(page.map(keyOf));
    const known = keepsRest && hasMore ? (this._conversations ?? []) : [];
    const rest = known.length > page.length ? known.filter((each) => !keys.has(keyOf(each))) : [];
    this._conversations = [...page, ...rest];
    this._hasMore = rest.length ? this._hasMore : hasMore;
  }

  private async _readMore(): Promise<void> {
    const reading = this._reading;
    this._isLoading = true;
    try {
      const isCurrent = () => reading === this._reading;
      await (this._hits
        ? this._readMoreHits(this._hits, isCurrent)
        : this._readMoreConversations(this._conversations ?? [], isCurrent));
    } catch {
      // Scrolling asks again.
      return;
    } finally {
      this._isLoading = false;
    }
  }

  private async _readMoreConversations(known: readonly Conversation[], isCurrent: () => boolean): Promise<void> {
    const request = { filter: this._filter, before: known.at(-1)?.cursor ?? null, limit: PAGE };
    const page = await this.client.call("smsadmin/conversations", request);
    if (!isCurrent()) return;
    const keys = new Set(known.map(keyOf));
    this._hasMore = page.has_more;
    this._conversations = [...known, ...page.conversations.filter((each) => !keys.has(keyOf(each)))];
  }

  private async _readMoreHits(known: readonly Hit[], isCurrent: () => boolean): Promise<void> {
    const request = { query: this.words, before: known.at(-1)?.cursor ?? null, limit: PAGE };
    const page = await this.client.call("smsadmin/search", request);
    if (!isCurrent()) return;
    this._hasMore = page.has_more;
    this._hits = [...known, ...page.hits];
  }

  private _onScroll(): void {
    const rows = this._rows;
    const above = this.renderRoot.querySelector<HTMLElement>(".window")?.offsetTop ?? 0;
    const count = this._conversations?.length ?? 0;
    const range = visibleRange(rows.scrollTop - above, rows.clientHeight, ROW, count);
    if (range.first !== this._range.first || range.last !== this._range.last) this._range = range;
    const below = rows.scrollHeight - rows.scrollTop - rows.clientHeight;
    if (this._hasMore && !this._isLoading && below < 10 * ROW) void this._readMore();
  }

  private _onQuery(event: Event): void {
    this._query = (event.target as HTMLInputElement).value;
    clearTimeout(this._typing);
    this._typing = setTimeout(() => this._restart(), this.words ? 200 : 0);
  }

  private _clear(): void {
    this._query = "";
    this._restart();
    this.renderRoot.querySelector<HTMLElement>("input[type=search]")?.focus();
  }

  private _setFilter(filter: Filter): void {
    this._filter = filter;
    this._restart();
  }

  /** What is shown stays until the answer is there: nothing jumps. */
  private _restart(): void {
    this._hasMore = false;
    this._rows.scrollTop = 0;
    void this._read();
  }

  override render() {
    return html`
      ${this._header()}
      ${this._areAccountsOpen ? html`<div class="accounts appears">${this._accounts.map((account) => this._account(account))}</div>` : nothing}
      <div class="tools">
        <div class="search">
          ${icon(ICONS.search)}
          <input type="search" autocomplete="off" spellcheck="false" enterkeyhint="search" .value=${this._query}
            placeholder=${this.i18n.t("panel.search")} aria-label=${this.i18n.t("panel.search")} @input=${this._onQuery} />
          ${this._query ? html`<button type="button" class="round small" aria-label=${this.i18n.t("panel.clear")} @click=${this._clear}>${icon(ICONS.close)}</button>` : nothing}
        </div>
        ${this._chips()}
      </div>
      <div class="rows" @scroll=${this._onScroll} @keydown=${this._onKey} role="group" aria-label=${this.i18n.t("panel.conversations")} aria-busy=${this._conversations ? "false" : "true"}>
        ${this._lines()}${this._content()}
      </div>
      <div class="for-readers" role="status">${this._hits ? this.i18n.t("panel.found", { n: (this._conversations?.length ?? 0) + this._hits.length }) : ""}</div>
    `;
  }

  private _header() {
    const { t } = this.i18n;
    const exports = (format: "csv" | "json") => () =>
      this.dispatchEvent(new CustomEvent("export", { detail: { format, conversation: null } }));
    return html`
      <header>
        <slot name="menu"></slot>
        <div class="titles">
          <h1>${t("panel.title")}</h1>
          ${this.isAdmin ? html`<div class="balance">${this._balance()}</div>` : nothing}
        </div>
        <button type="button" class="filled" @click=${() => navigate(this.urlPrefix, { name: "new" })}>${icon(ICONS.add)}<span class="new">${t("panel.new")}</span></button>
        ${
          this.isAdmin
            ? menuButton({
                label: t("panel.more"),
                title: t("panel.export_all"),
                isOpen: this._isMenuOpen,
                setOpen: (open) => {
                  this._isMenuOpen = open;
                },
                items: [
                  { label: t("panel.export_csv"), act: exports("csv") },
                  { label: t("panel.export_json"), act: exports("json") },
                ],
              })
            : nothing
        }
      </header>
    `;
  }

  /** The balance of one account, or the way to those of several, and to the push URL. */
  private _balance() {
    if (!this._accounts.length) return nothing;
    const [only] = this._accounts;
    const known = this._accounts.filter(({ balance }) => balance !== null);
    const total = known.reduce((sum, { balance }) => sum + (balance ?? 0), 0);
    const isLow = this._accounts.some(({ is_balance_low }) => is_balance_low);
    const words = known.length
      ? this.i18n.t("panel.texts_left", { n: total })
      : this._accounts.length === 1
        ? (only?.name ?? "")
        : this.i18n.t("panel.account");
    return html`<button type="button" class=${isLow ? "waiting" : ""} aria-expanded=${this._areAccountsOpen ? "true" : "false"}
      @click=${() => {
        this._areAccountsOpen = !this._areAccountsOpen;
      }}>${words}${icon(ICONS.expand)}</button>`;
  }

  private _account(account: Account) {
    const { t } = this.i18n;
    return html`
      <section>
        <h2><span class="ellipsis">${account.name}</span><span class=${account.is_balance_low ? "waiting" : "left"}>${account.balance === null ? "" : t("panel.texts_left", { n: account.balance })}</span></h2>
        ${
          account.push_url
            ? html`
          <div class="push">
            <span class="push-url"><span class="label">${t("panel.push_url")}</span><code>${account.push_url}</code></span>
            <button type="button" class="outlined" @click=${() => this._copy(account)}>${icon(this._copied === account.config_entry_id ? ICONS.done : ICONS.copy)}
              <span aria-live="polite">${t(this._copied === account.config_entry_id ? "panel.copied" : "panel.copy")}</span></button>
          </div>
          <p>${t("panel.push_url_hint")}</p>`
            : nothing
        }
      </section>
    `;
  }

  private async _copy({ config_entry_id, push_url }: Account): Promise<void> {
    await copyText(push_url ?? "", this.renderRoot as ShadowRoot);
    this._copied = config_entry_id;
    setTimeout(() => {
      this._copied = "";
    }, 2500);
  }

  private _chips() {
    const { t } = this.i18n;
    if (!this._conversations && !this._error)
      return html`<div class="chips" aria-hidden="true">${[40, 64, 56].map((width) => html`<span class="bone chip" style="width: ${width}px"></span>`)}</div>`;
    const shown = FILTERS.filter(
      (filter) => filter !== "unreadable" || (this.isAdmin && (this._counts.unreadable > 0 || this._filter === filter)),
    );
    return html`<div class="chips" role="group" aria-label=${t("panel.filters")}>${shown.map((filter) => {
      const count = filter === "all" ? 0 : this._counts[filter];
      return html`<button type="button" class="chip" aria-pressed=${filter === this._filter ? "true" : "false"} @click=${() => this._setFilter(filter)}
        >${t(`panel.filter_${filter}`)}${count ? html`<span class="count">${this.i18n.number(count)}</span>` : nothing}</button>`;
    })}</div>`;
  }

  /** What is wrong with an account, above everything: all of it for administrators, what can't be shown for other users too. */
  private _lines() {
    const { t } = this.i18n;
    const error = this._conversations && this._error?.code !== "offline" ? this._error : null;
    if (error)
      return html`<div class="line bad" role="alert">${icon(ICONS.alert)}<span>${error.message || t("error.failed")}</span></div>`;
    return this._accounts.map((account) => {
      const problem = account.problem ?? account.log_error;
      const parts = [
        account.log_error ? t("panel.not_shown") : "",
        account.unreachable_since ? t("panel.unreachable", { time: this.i18n.moment(account.unreachable_since) }) : "",
        account.queued ? t(account.unreachable_since ? "panel.waiting" : "panel.waiting_only", { n: account.queued }) : "",
      ].filter(Boolean);
      if (!problem && !parts.length) return nothing;
      const name = this._accounts.length > 1 ? html`<strong>${account.name}</strong> ` : nothing;
      return html`<div class="line ${problem ? "bad" : ""}" role="status">${icon(problem ? ICONS.alert : TONE_ICONS.waiting)}<span>${name}${problem}<div>${this.i18n.sentences(parts)}</div></span></div>`;
    });
  }

  private _content() {
    const { t } = this.i18n;
    if (this._error && !this._conversations) return this._trouble(this._error);
    if (!this._conversations)
      return html`<div aria-hidden="true">${Array.from({ length: 7 }, () => html`<div class="row"><span class="avatar plain"></span><span class="texts"><span class="bone"></span><span class="bone long"></span></span></div>`)}</div>`;
    if (this._hits) return this._found(this._conversations, this._hits);
    if (!this._conversations.length) {
      const isKnown = this._filter === "all" && !this._accounts.some(({ log_error }) => log_error);
      return this._empty(t(isKnown ? "panel.none" : "panel.none_filtered"), isKnown ? t("panel.none_hint") : "");
    }
    const { first, last } = this._range;
    const drawn = this._conversations.slice(first, last);
    return html`<div class="window" role="list" style="height: ${this._conversations.length * ROW}px">
      ${repeat(drawn, keyOf, (each, index) => this._row(each, first + index))}
    </div>`;
  }

  private _found(conversations: readonly Conversation[], hits: readonly Hit[]) {
    const { t } = this.i18n;
    if (!conversations.length && !hits.length) return this._empty(t("panel.none_found", { query: this.words }), "");
    return html`
      ${conversations.length ? html`<h2 class="found">${t("panel.found_conversations")}</h2><div role="list">${conversations.map((each) => this._row(each, null))}</div>` : nothing}
      ${hits.length ? html`<h2 class="found">${t("panel.found_texts")}</h2><div role="list">${hits.map((hit) => this._hit(hit))}</div>` : nothing}
    `;
  }

  private _row(conversation: Conversation, index: number | null) {
    const { last, unread } = conversation;
    const isSelected = keyOf(conversation) === this.selected;
    const style = index === null ? "" : `position: absolute; inset-inline: 0; top: ${index * ROW}px`;
    return html`<div role="listitem" aria-setsize=${index === null ? nothing : this._hasMore ? -1 : (this._conversations?.length ?? 0)} aria-posinset=${index === null ? nothing : index + 1} style=${style}>
      <a class="row ${unread ? "unread" : ""}" data-key=${keyOf(conversation)} href=${this.urlPrefix + pathOf(viewOf(conversation))} aria-current=${isSelected ? "true" : nothing}
        @click=${(event: MouseEvent) => this._go(event, viewOf(conversation), keyOf(conversation))}>
        ${avatar(conversation)}
        <span class="texts">
          <span class="first"><span class="name">${this._name(conversation)}</span>${last ? html`<time datetime=${last.at}>${this.i18n.brief(last.at)}</time>` : nothing}</span>
          <span class="second"><span class="preview">${last ? this._preview(last, conversation.signature) : nothing}</span>
            ${unread ? html`<span class="badge" role="img" aria-label=${this.i18n.t("panel.unread", { n: unread })}>${this.i18n.number(unread)}</span>` : nothing}</span>
        </span>
      </a></div>`;
  }

  private _name({ kind, name, mobiles, config_entry_id }: Conversation) {
    const account =
      this._accounts.length > 1 ? this._accounts.find((each) => each.config_entry_id === config_entry_id)?.name : "";
    const shown = kind === "unreadable" ? this.i18n.t("panel.number_unreadable") : kind === "number" ? displayNumber(name) : name;
    const size = kind === "recipient" && mobiles.length > 1 ? this.i18n.number(mobiles.length) : "";
    return html`<span class="ellipsis" dir="auto">${shown}</span>${size ? html`<span class="aside" title=${this.i18n.t("panel.group", { n: mobiles.length })}>· ${size}</span>` : nothing}${account ? html`<span class="aside ellipsis">· <bdi>${account}</bdi></span>` : nothing}`;
  }

  private _preview(preview: Preview, signature: string) {
    const words = (message: string) => html`<span class="ellipsis" dir="auto">${message}</span>`;
    if (preview.direction !== "out") return words(preview.message);
    const tone = toneOf(preview.state);
    const isPart = preview.total > 1 && preview.delivered > 0;
    return html`<span class="sign ${tone}" role="img" aria-label=${this.i18n.t(`message.${preview.state}`, { time: preview.send_at ? this.i18n.moment(preview.send_at) : "" })}>${icon(TONE_ICONS[tone])}</span>${isPart ? html`<span class="part">${preview.delivered}/${preview.total}</span>` : nothing}${words(splitSignature(preview.message, signature)[1])}`;
  }

  private _hit(hit: Hit) {
    const { preview, name } = hit;
    return html`<div role="listitem"><a class="row hit" href=${this.urlPrefix + pathOf(viewOfHit(hit))} @click=${(event: MouseEvent) => this._go(event, viewOfHit(hit), keyOf(hit))}>
      <span class="texts">
        <span class="first"><span class="name"><span class="ellipsis" dir="auto">${displayNumber(name)}</span></span><time datetime=${preview.at}>${this.i18n.brief(preview.at)}</time></span>
        <span class="preview two" dir="auto">${preview.direction === "out" ? html`<span class="sign ${toneOf(preview.state)}" aria-hidden="true">${icon(TONE_ICONS[toneOf(preview.state)])}</span>` : nothing}${this._marked(preview.message)}</span>
      </span></a></div>`;
  }

  /** The text from a little before the words on, with the words marked. */
  private _marked(message: string) {
    const at = message.toLocaleLowerCase().indexOf(this.words.toLocaleLowerCase());
    if (at < 0) return message;
    const end = at + this.words.length;
    const start = Math.max(0, at - 24);
    return html`${start ? "…" : ""}${message.slice(start, at)}<mark>${message.slice(at, end)}</mark>${message.slice(end)}`;
  }

  private _empty(title: string, hint: string) {
    return html`<div class="nothing">${icon(ICONS.message)}<h2>${title}</h2>${hint ? html`<p>${hint}</p>` : nothing}</div>`;
  }

  private _trouble({ code, message }: CommandError) {
    const { t } = this.i18n;
    const isOffline = code === "offline";
    const title = isOffline ? "error.offline" : code === "log_failed" ? "error.log_failed" : "error.failed";
    return html`<div class="nothing" role="alert">${icon(ICONS.alert)}<h2>${t(title)}</h2><p>${isOffline ? t("error.offline_hint") : message}</p>
      <button type="button" class="outlined" @click=${() => this._read()}>${t("error.retry")}</button></div>`;
  }

  private _go(event: MouseEvent, view: View, key: string): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("selected", { detail: key }));
    navigate(this.urlPrefix, view);
  }

  /** Arrow keys move from row to row; the focus scrolls, and what comes into sight is drawn. */
  private _onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...this._rows.querySelectorAll<HTMLElement>("a.row")];
    const index = links.indexOf((event.target as HTMLElement).closest("a.row") as HTMLElement);
    if (!step || index < 0) return;
    event.preventDefault();
    const next = links[index + step];
    next?.focus();
  }

  static override styles = [
    base,
    paneStyles,
    menuStyles,
    css`
      header {
        position: relative;
        z-index: 4;
        gap: 4px;
        padding: 6px 8px;
      }
      .titles {
        flex: 1;
        margin-inline-start: 8px;
        min-width: 0;
      }
      h1 {
        margin: 0;
        font-size: 22px;
        font-weight: 400;
        line-height: 26px;
      }
      .balance {
        min-height: 20px;
        font-size: 13px;
        line-height: 20px;
        color: var(--ink-2);
      }
      .balance button {
        white-space: nowrap;
        display: inline-flex;
        align-items: center;
        border-radius: 4px;
        min-height: 24px;
        margin: -2px 0;
      }
      .balance .icon {
        width: 18px;
        height: 18px;
        transition: transform 0.15s;
      }
      .balance button[aria-expanded="true"] .icon {
        transform: rotate(180deg);
      }
      .accounts {
        max-height: 45%;
        overflow-y: auto;
        flex: none;
        margin: 0 12px 12px;
        border: 1px solid var(--line);
        border-radius: 16px;
        background: var(--canvas);
      }
      .accounts section {
        padding: 12px 14px;
      }
      .accounts section + section {
        border-top: 1px solid var(--line);
      }
      .accounts h2 {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        margin: 0;
        font-size: 14px;
        font-weight: 500;
      }
      .accounts .left {
        color: var(--ink-2);
        font-weight: 400;
        white-space: nowrap;
      }
      .accounts p {
        margin: 6px 0 0;
        font-size: 12px;
        color: var(--ink-2);
      }
      .push {
        display: flex;
        align-items: center;
        gap: 10px;
        margin-top: 10px;
      }
      .push-url {
        flex: 1;
        min-width: 0;
      }
      .push .label {
        display: block;
        font-size: 12px;
        color: var(--ink-2);
      }
      .push code {
        display: block;
        font-size: 12px;
        overflow-wrap: anywhere;
        user-select: all;
      }
      .push .outlined {
        min-height: 36px;
        padding: 0 14px;
      }
      .tools {
        flex: none;
        padding: 0 12px 6px;
      }
      .search {
        display: flex;
        align-items: center;
        gap: 10px;
        height: 44px;
        padding: 0 4px 0 14px;
        border-radius: 22px;
        background: color-mix(in srgb, var(--ink) 6%, var(--surface));
        color: var(--ink-2);
      }
      .search:focus-within {
        outline: 2px solid var(--link);
      }
      .search .icon {
        width: 22px;
        height: 22px;
      }
      .search input {
        flex: 1;
        min-width: 0;
        height: 100%;
        border: 0;
        background: none;
        font-size: 16px;
        color: var(--ink);
        appearance: none;
      }
      .search input:focus-visible {
        outline: none;
      }
      .search input::-webkit-search-cancel-button {
        display: none;
      }
      .search input::placeholder {
        color: var(--ink-2);
        opacity: 1;
      }
      .round.small {
        width: 36px;
        height: 36px;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        min-height: 46px;
        padding: 8px 0 4px;
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        height: 34px;
        padding: 0 12px;
        border: 1px solid var(--line);
        border-radius: 17px;
        font-size: 13px;
        white-space: nowrap;
        color: var(--ink-2);
        flex: none;
      }
      .chip:hover {
        background: var(--hover);
      }
      .chip[aria-pressed="true"] {
        border-color: transparent;
        background: var(--tint);
        color: var(--link);
        font-weight: 500;
      }
      .chip:focus-visible {
        outline-offset: 0;
      }
      .count {
        font-weight: 500;
        font-variant-numeric: tabular-nums;
      }
      .rows {
        position: relative;
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        overscroll-behavior: contain;
        padding-bottom: var(--safe-area-inset-bottom, env(safe-area-inset-bottom, 0px));
      }
      .window {
        position: relative;
        contain: layout;
      }
      .line {
        display: flex;
        gap: 12px;
        margin: 2px 12px 8px;
        padding: 10px 14px;
        border-radius: 14px;
        background: color-mix(in srgb, var(--warning-color, #ffa600) 14%, var(--surface));
        color: var(--warn);
        font-size: 13px;
      }
      .line.bad {
        background: color-mix(in srgb, var(--error-color, #db4437) 11%, var(--surface));
        color: var(--bad);
      }
      .line .icon {
        width: 20px;
        height: 20px;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 14px;
        height: 72px;
        margin: 0 8px;
        padding: 0 12px;
        border-radius: 16px;
        transition: background-color 0.15s;
      }
      a.row:hover {
        background: var(--hover);
      }
      a.row[aria-current] {
        background: var(--tint);
      }
      a.row:focus-visible {
        outline-offset: -2px;
      }
      .texts {
        display: flex;
        flex-direction: column;
        gap: 2px;
        flex: 1;
        min-width: 0;
      }
      .first,
      .second {
        display: flex;
        align-items: center;
        gap: 10px;
        min-width: 0;
      }
      .first {
        align-items: baseline;
      }
      .name {
        flex: 1;
        display: flex;
        align-items: baseline;
        gap: 4px;
        min-width: 0;
        font-size: 15px;
      }
      .aside {
        flex: none;
        color: var(--ink-2);
        font-size: 13px;
        font-weight: 400;
      }
      .aside.ellipsis {
        flex: 0 999 auto;
        min-width: 0;
      }
      .row time {
        font-size: 12px;
        color: var(--ink-2);
        white-space: nowrap;
      }
      .preview {
        flex: 1;
        display: flex;
        align-items: center;
        min-width: 0;
        min-height: 20px;
        color: var(--ink-2);
      }
      .preview.two {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      .sign {
        display: inline-block;
        vertical-align: -3px;
        margin-inline-end: 5px;
      }
      .sign .icon {
        width: 17px;
        height: 17px;
      }
      .part {
        margin-inline-end: 6px;
        font-variant-numeric: tabular-nums;
      }
      .unread .name,
      .unread .preview {
        font-weight: 600;
        color: var(--ink);
      }
      .unread time {
        color: var(--link);
        font-weight: 500;
      }
      .badge {
        font-weight: 500;
        flex: none;
      }
      .row.hit {
        height: auto;
        min-height: 64px;
        padding-block: 8px;
      }
      mark {
        background: color-mix(in srgb, var(--primary) 28%, transparent);
        color: var(--ink);
        border-radius: 3px;
      }
      .found {
        margin: 10px 20px 4px;
        font-size: 13px;
        font-weight: 500;
        color: var(--ink-2);
      }
      .nothing {
        display: grid;
        justify-items: center;
        gap: 6px;
        padding: 56px 24px 24px;
        text-align: center;
        color: var(--ink-2);
      }
      .nothing .icon {
        width: 48px;
        height: 48px;
        opacity: 0.55;
      }
      .nothing h2 {
        margin: 8px 0 0;
        font-size: 16px;
        font-weight: 500;
        color: var(--ink);
      }
      .nothing p {
        margin: 0 0 8px;
        max-width: 300px;
      }
      .bone {
        height: 12px;
        width: 42%;
        border-radius: 6px;
        background: color-mix(in srgb, var(--ink-2) 14%, transparent);
      }
      .bone.long {
        width: 76%;
        margin-top: 8px;
      }
      .bone.chip {
        height: 34px;
        border: 0;
        border-radius: 17px;
      }
      /* Two panes with little room. */
      @container (min-width: 761px) and (max-width: 1020px) {
        .filled {
          padding: 0 12px;
        }
        .filled .icon {
          margin: 0;
        }
        .new {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      @container (max-width: 760px) {
        .titles {
          margin-inline-start: 0;
        }
        h1 {
          font-size: 20px;
        }
      }
    `,
  ];
}

/** Pages without https have no clipboard of their own. */
async function copyText(text: string, root: ShadowRoot): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text });
  root.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
