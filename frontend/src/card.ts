/** A card for dashboards: the last texts with one recipient, and the field to write. */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { property, query, state } from "lit/decorators.js";
import { Actions, failedNumbers } from "./actions.ts";
import type { ConversationRef, Item, NumberState, SendResponse, ThreadResponse } from "./api.ts";
import { avatar } from "./avatar.ts";
import { type BubbleContext, bubble, bubbleStyles, UNCONFIRMED } from "./bubble.ts";
import { Client, CommandError } from "./client.ts";
import { Composer, type Outgoing, unrecorded } from "./composer.ts";
import { setDraftOwner } from "./drafts.ts";
import { callsOf, layOut } from "./grouping.ts";
import type { Hass } from "./hass.ts";
import { I18n, localeKey, textLanguage } from "./i18n.ts";
import { ICONS, icon } from "./icons.ts";
import { displayNumber } from "./numbers.ts";
import { navigate, panelPrefix, viewOf } from "./routes.ts";
import { distanceFromEnd, goTo, type Place, placeIn, sizeOf } from "./scrolling.ts";
import { base } from "./styles.ts";
import {
  card as enCard,
  composer as enComposer,
  error as enError,
  message as enMessage,
  unconfirmed as enUnconfirmed,
} from "./translations/en.json";
import {
  card as hansCard,
  composer as hansComposer,
  error as hansError,
  message as hansMessage,
  unconfirmed as hansUnconfirmed,
} from "./translations/zh-Hans.json";
import {
  card as hantCard,
  composer as hantComposer,
  error as hantError,
  message as hantMessage,
  unconfirmed as hantUnconfirmed,
} from "./translations/zh-Hant.json";
import { askWhy } from "./widgets.ts";

const TEXTS = {
  en: { card: enCard, composer: enComposer, error: enError, message: enMessage, unconfirmed: enUnconfirmed },
  "zh-Hans": { card: hansCard, composer: hansComposer, error: hansError, message: hansMessage, unconfirmed: hansUnconfirmed },
  "zh-Hant": { card: hantCard, composer: hantComposer, error: hantError, message: hantMessage, unconfirmed: hantUnconfirmed },
};
const NAME = "smsadmin-conversation-card";

interface CardConfig {
  type: string;
  /** The notify entity of a recipient. */
  entity?: string;
  /** How many texts are shown. */
  texts?: number;
  /** Whether there is a field to write. */
  write?: boolean;
}

const DEFAULTS = { texts: 5, write: true };

export class ConversationCard extends LitElement {
  @state() private _config: CardConfig | null = null;
  @state() private _i18n: I18n | null = null;
  @state() private _thread: ThreadResponse | null = null;
  @state() private _error: CommandError | null = null;
  @state() private _notice = "";
  @state() private _expanded: ReadonlySet<number> = new Set();
  @state() private _isOffline = false;
  @property({ type: Boolean }) preview = false;
  @query(".texts") private _texts!: HTMLElement | null;
  private _hass: Hass | null = null;
  private _localeKey = "";
  private _entity = "";
  private _refresh: ReturnType<typeof setTimeout> | undefined;
  private _unsubscribe: Promise<(() => Promise<void> | void) | undefined> | null = null;
  private readonly _resizes = new ResizeObserver(() => this._keepPlace());
  private _isAtEnd = true;
  /** The first row in sight: it stays where it is while the end is not in sight. */
  private _place: Place | null = null;
  private _size = "";
  /** Whether the last text is on the screen. */
  private _isLastSeen = false;
  private _last: Element | null = null;
  private readonly _sights = new IntersectionObserver((entries) => {
    this._isLastSeen = entries.at(-1)?.isIntersecting === true;
    this._markRead();
  });
  private readonly _client = new Client(() => this._hass as Hass);
  private readonly _actions = new Actions(this, {
    client: () => this._client,
    i18n: () => this._i18n as I18n,
    entryId: () => this._ref?.config_entry_id ?? "",
    read: async () => {
      await this._read();
      return this._thread?.items ?? [];
    },
    setNotice: (notice) => {
      this._notice = notice;
    },
  });

  static getConfigForm() {
    const texts = () => textsOf((document.querySelector("home-assistant") as { hass?: Hass } | null)?.hass?.language ?? "en");
    return {
      schema: [
        { name: "entity", required: true, selector: { entity: { filter: { integration: "smsadmin", domain: "notify" } } } },
        { name: "texts", default: DEFAULTS.texts, selector: { number: { min: 1, max: 50, mode: "box" } } },
        { name: "write", default: DEFAULTS.write, selector: { boolean: {} } },
      ],
      computeLabel: ({ name }: { name: "entity" | "texts" | "write" }) => texts()[name],
    };
  }

  /** The first recipient. */
  static getStubConfig(hass: Hass, entities: string[] = [], others: string[] = []): Omit<CardConfig, "type"> {
    const isRecipient = (id: string) => id.startsWith("notify.") && hass.entities?.[id]?.platform === "smsadmin";
    return { entity: [...entities, ...others, ...Object.keys(hass.states)].find(isRecipient) ?? "" };
  }

  setConfig(config: CardConfig): void {
    if (config.texts !== undefined && !(Number(config.texts) >= 1)) throw new Error("texts: a number from 1 on");
    this._config = { ...DEFAULTS, ...config };
    if (this._hass && this.isConnected) this._connect();
  }

  getCardSize(): number {
    return 2 + 2 * this._count;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: Math.min(10, 3 + this._count), min_rows: 4 };
  }

  @property({ attribute: false, noAccessor: true })
  set hass(hass: Hass) {
    const isFirst = this._hass === null;
    this._hass = hass;
    setDraftOwner(hass.user?.id ?? "");
    const key = localeKey(hass);
    if (key !== this._localeKey) {
      this._localeKey = key;
      this._i18n = new I18n(hass, TEXTS);
    }
    this._isOffline = !hass.connected;
    if (isFirst && this.isConnected) this._connect();
  }

  private get _count(): number {
    return Math.min(50, Number(this._config?.texts ?? DEFAULTS.texts));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this._markRead);
    // Home Assistant takes a dashboard out of a page that is hidden for long, and puts it back: a scroller is then at its top.
    this._keepPlace();
    if (this._hass) this._connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this._markRead);
    this._resizes.disconnect();
    this._sights.disconnect();
    this._last = null;
    this._disconnect();
  }

  private _connect(): void {
    this._disconnect();
    this._hass?.connection.addEventListener("ready", this._readSoon);
    const entity = this._config?.entity ?? "";
    if (entity !== this._entity) {
      this._thread = null;
      this._isAtEnd = true;
    }
    this._entity = entity;
    this._error = null;
    if (entity) void this._read().then(() => this._subscribe());
  }

  private _disconnect(): void {
    clearTimeout(this._refresh);
    this._refresh = undefined;
    this._hass?.connection.removeEventListener("ready", this._readSoon);
    void this._unsubscribe?.then((unsubscribe) => unsubscribe?.());
    this._unsubscribe = null;
  }

  private _subscribe(): void {
    const ref = this._ref;
    if (!ref || this._unsubscribe || !this.isConnected) return;
    this._unsubscribe = this._client.subscribe(this._readSoon, ref).catch(() => undefined);
  }

  /** The account or the recipient was removed while its texts are shown. */
  private get _isGone(): boolean {
    return this._error?.code === "not_found";
  }

  private get _ref(): ConversationRef | null {
    if (!this._thread) return null;
    const { config_entry_id, conversation_id } = this._thread.conversation;
    return { config_entry_id, conversation_id };
  }

  private readonly _readSoon = (): void => {
    this._refresh ??= setTimeout(() => {
      this._refresh = undefined;
      void this._read().then(() => this._subscribe());
    }, 250);
  };

  private async _read(): Promise<void> {
    const entity = this._entity;
    try {
      const thread = await this._client.call("smsadmin/thread", {
        entity_id: entity,
        config_entry_id: null,
        conversation_id: null,
        item_id: null,
        before: null,
        after: null,
        around: null,
        since: null,
        limit: this._count,
      });
      if (entity !== this._entity) return;
      this._thread = thread;
      // The log has what was sent without a record, once it works.
      if (this._error?.code === "log_failed" && thread.log_error === null) this._notice = "";
      this._error = thread.log_error === null ? null : new CommandError("log_failed", thread.log_error);
    } catch (error) {
      if (entity === this._entity) this._error = error as CommandError;
    }
  }

  private readonly _send = async ({ callId, message, sendAt }: Outgoing): Promise<SendResponse> => {
    const response = await this._client.call("smsadmin/send", {
      call_id: callId,
      config_entry_id: null,
      conversations: this._ref ? [this._ref] : [],
      mobiles: [],
      message_ids: [],
      message,
      send_at: sendAt,
    });
    if (this._error?.code === "log_failed" && !response.errors.length && this._i18n)
      this._notice = unrecorded(response, this._i18n);
    this._readSoon();
    return response;
  };

  override willUpdate(): void {
    if (this._texts && this.isConnected) this._place = placeIn(this._texts);
  }

  override updated(changed: PropertyValues): void {
    // Reasons come in the user's language.
    if (changed.get("_i18n")) this._readSoon();
    if (this._texts) this._resizes.observe(this._texts);
    this._keepPlace();
    this._watchLast();
  }

  private _watchLast(): void {
    const last = this.renderRoot.querySelector(".texts li:last-child .meta");
    if (last !== this._last) {
      this._sights.disconnect();
      this._isLastSeen = false;
      this._last = last;
      if (last) this._sights.observe(last);
    }
    this._markRead();
  }

  /** What is on the screen is read, as in the panel; what a dashboard has further down is not. */
  private readonly _markRead = (): void => {
    const thread = this._thread;
    const last = thread?.items.at(-1);
    const isSeen = this._isLastSeen && document.visibilityState === "visible";
    if (!isSeen || !thread?.conversation.unread || !last || this.preview || this._isOffline) return;
    const { config_entry_id, conversation_id } = thread.conversation;
    this._thread = { ...thread, conversation: { ...thread.conversation, unread: 0 } };
    // The next reading says again what is unread.
    this._client.call("smsadmin/read", { config_entry_id, conversation_id, up_to: last.id }).catch(() => undefined);
  };

  /** The details that open at the end are meant to be seen; what else is in sight stays there. */
  private _keepInSight(item: Item): void {
    this._isAtEnd = this._thread?.items.at(-1)?.id === item.id;
  }

  private readonly _onScroll = (): void => {
    // What grew or shrank scrolls too: only readers leave their place.
    if (this._texts && sizeOf(this._texts) === this._size) this._look(this._texts);
    else this._keepPlace();
  };

  /** The newest text is the one to be seen, unless the reader is at an older one. */
  private _keepPlace(): void {
    const texts = this._texts;
    if (!texts || !this.isConnected) return;
    if (this._isAtEnd) texts.scrollTop = texts.scrollHeight;
    else if (this._place) goTo(texts, this._place);
    this._look(texts);
  }

  private _look(texts: HTMLElement): void {
    this._size = sizeOf(texts);
    this._isAtEnd = distanceFromEnd(texts) < 40;
    this._place = placeIn(texts);
  }

  override render() {
    const i18n = this._i18n;
    if (!i18n || !this._config) return nothing;
    return html`<ha-card>${this._config.entity ? this._content(i18n) : html`<p class="hint">${i18n.t("card.missing")}</p>`}</ha-card>`;
  }

  private _content(i18n: I18n) {
    if (this._error && !this._thread) return this._trouble(i18n, this._error);
    if (!this._thread) return html`<div class="head"><span class="avatar plain"></span></div><div class="texts"></div>`;
    const { conversation, items } = this._thread;
    const shown = items.slice(-this._count);
    const failed = failedNumbers(items);
    const notice = this._notice || (shown.length && this._error ? this._explain(i18n, this._error) : "");
    return html`
      ${this._head(i18n)}
      <div class="texts" tabindex="0" role="group" aria-label=${conversation.name} @scroll=${this._onScroll}>
        ${shown.length ? nothing : this._error?.code === "log_failed" ? this._trouble(i18n, this._error) : html`<p class="hint">${i18n.t("card.none")}</p>`}
        <ol>${layOut(shown, i18n.dayOf, Number.MAX_SAFE_INTEGER).map(({ entries }) =>
          entries.map(
            ({ item, continues }, index) => html`
          ${index ? nothing : html`<li class="day">${i18n.day(item.at)}</li>`}
          <li data-id=${item.id}>${bubble(item, this._context(item, continues, failed.get(item.id) ?? [], i18n))}</li>`,
          ),
        )}</ol>
      </div>
      ${notice ? html`<p class="fault notice" role="alert">${notice}</p>` : nothing}
      ${
        this._config?.write && conversation.can_send
          ? html`<smsadmin-card-composer
        .i18n=${i18n} .submit=${this._send} .signature=${conversation.signature} .charset=${this._thread.charset} .offline=${this._isOffline} .readonly=${this._isGone}
        .recipientName=${conversation.name} .recipientCount=${conversation.mobiles.length}
        .draftKey=${`${conversation.config_entry_id}/${conversation.conversation_id}`} .logged=${callsOf(items)}
      ></smsadmin-card-composer>`
          : nothing
      }
    `;
  }

  private _head(i18n: I18n) {
    const { conversation } = this._thread as ThreadResponse;
    const { mobiles, name } = conversation;
    const numbers = mobiles.length > 2 ? i18n.t("message.group", { n: mobiles.length }) : mobiles.map(displayNumber).join(" · ");
    return html`<button type="button" class="head" @click=${() => this._open()}>
      ${avatar(conversation)}<span class="who-is"><span class="name ellipsis" dir="auto">${name}</span><span class="numbers ellipsis">${numbers}</span></span>
      ${conversation.unread ? html`<span class="badge">${i18n.number(conversation.unread)}</span>` : nothing}
      <span class="for-readers">${i18n.t("card.open")}</span>
    </button>`;
  }

  private _open(): void {
    if (this._thread && this._hass && !this.preview) navigate(panelPrefix(this._hass), viewOf(this._thread.conversation));
  }

  /** Why what is shown may be out of date; that there is no connection stands at the field. */
  private _explain({ t }: I18n, { code, message }: CommandError): string {
    if (code === "not_found") return `${t("error.not_found")}. ${t("error.not_found_hint")}`;
    return code === "offline" ? "" : message || t("error.failed");
  }

  private _trouble(i18n: I18n, { code, message }: CommandError) {
    const key = ["offline", "not_found", "log_failed"].includes(code) ? code : "failed";
    const hint = key === "offline" || key === "not_found" ? i18n.t(`error.${key}_hint`) : message;
    return html`<div class="trouble" role="alert">${icon(ICONS.alert)}<strong>${i18n.t(`error.${key}`)}</strong><span>${hint}</span></div>`;
  }

  private _context(item: Item, continues: boolean, failed: readonly NumberState[], i18n: I18n): BubbleContext {
    return {
      i18n,
      continues,
      isExpanded: this._expanded.has(item.id),
      isHighlighted: false,
      signature: this._thread?.conversation.signature ?? "",
      isGroup: (this._thread?.conversation.mobiles.length ?? 0) > 1,
      canSend: this._thread?.conversation.can_send === true && !this._isOffline && !this._isGone,
      isBusy: this._actions.isBusy(item),
      failed,
      onToggle: (each) => {
        const expanded = new Set(this._expanded);
        if (!expanded.delete(each.id)) expanded.add(each.id);
        this._expanded = expanded;
        this._keepInSight(each);
      },
      onDetails: (each) => {
        this._keepInSight(each);
        this._keepPlace();
      },
      onCancel: (each) => void this._actions.cancel(each),
      onSendAgain: (each) => void this._actions.sendAgain(each, failed),
      onWhy: (each) =>
        askWhy(this.renderRoot as ShadowRoot, i18n, () => void this._actions.sendAgain(each, each.numbers.filter(UNCONFIRMED))),
      onQuote: () => this._open(),
    };
  }

  static override styles = [
    base,
    bubbleStyles,
    css`
      :host {
        height: 100%;
      }
      ha-card {
        display: flex;
        flex-direction: column;
        height: 100%;
        overflow: hidden;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 64px;
        padding: 10px 16px;
        flex: none;
      }
      button.head:hover {
        background: var(--hover);
      }
      .head:focus-visible {
        outline-offset: -3px;
      }
      .head .avatar {
        width: 40px;
        height: 40px;
      }
      .who-is {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-width: 0;
      }
      .name {
        font-size: 16px;
        font-weight: 500;
      }
      .numbers {
        font-size: 13px;
        color: var(--ink-2);
        font-variant-numeric: tabular-nums;
      }
      .texts {
        flex: 1 1 auto;
        min-height: 96px;
        display: flex;
        flex-direction: column;
        overflow-y: auto;
        padding: 0 14px 8px;
      }
      .texts:focus-visible {
        outline-offset: -3px;
      }
      ol {
        list-style: none;
        margin: auto 0 0;
        padding: 0;
      }
      .day {
        padding-top: 8px;
        text-align: center;
        font-size: 12px;
        color: var(--ink-2);
      }
      .bubble {
        max-width: 88%;
      }
      .hint {
        margin: 0;
        padding: 20px 16px;
        text-align: center;
        color: var(--ink-2);
      }
      .notice {
        margin: 0;
        padding: 6px 16px;
      }
      smsadmin-card-composer {
        flex: none;
        border-top: 1px solid var(--line);
      }
      .trouble {
        display: grid;
        justify-items: center;
        gap: 6px;
        padding: 24px 16px;
        text-align: center;
        color: var(--ink-2);
      }
      .trouble strong {
        font-weight: 500;
        color: var(--ink);
      }
      .trouble .icon {
        color: var(--warn);
      }
    `,
  ];
}

// This file may run before Home Assistant replaces the registry of elements, which forgets whatever was defined until then.
void customElements.whenDefined("home-assistant").then(() => {
  customElements.define("smsadmin-card-composer", class extends Composer {});
  customElements.define(NAME, ConversationCard);
});

function textsOf(language: string): Record<string, string> {
  return TEXTS[textLanguage(language)].card;
}

interface CardWindow {
  customCards?: { type: string; name: string; description: string; preview: boolean; documentationURL?: string }[];
}

const { name, description } = textsOf(document.documentElement.lang || navigator.language) as {
  name: string;
  description: string;
};
const host = window as CardWindow;
host.customCards ??= [];
host.customCards.push({ type: NAME, name, description, preview: true });
