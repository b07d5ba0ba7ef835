/** The server's side of `src/api.ts` in memory, for the harness: no test of the integration, only something that behaves like it. */
import type {
  Account,
  ChangeEvent,
  Conversation,
  ConversationsRequest,
  ConversationsResponse,
  ExportRequest,
  Item,
  NumberState,
  Preview,
  ReadRequest,
  Recipient,
  SearchRequest,
  SearchResponse,
  SendRequest,
  SendResponse,
  ThreadRequest,
  ThreadResponse,
} from "../src/api.ts";
import { looksLikeNumber } from "../src/numbers.ts";
import { signed } from "../src/segments.ts";
import { type State, summarise, toneOf } from "../src/states.ts";

export interface Options {
  language: string;
  isAdmin: boolean;
  /** 0: an empty log; 1: the demonstration; more: so many conversations. */
  size: number;
  /** Texts of the longest thread. */
  depth: number;
  accounts: number;
  /** Milliseconds until an answer. */
  delay: number;
  /** That the message log does not work, in words. */
  logError: string | null;
}

interface Talk {
  conversation: Conversation;
  items: Item[];
  readUpTo: number;
}

const HOUR = 3_600_000;

export class Backend {
  accounts: Account[] = [];
  talks: Talk[] = [];
  version = "";
  /** What every number that is sent to becomes. */
  outcome: "accepted" | "rejected" = "accepted";
  /** Commands that fail, with which code and words. */
  readonly failures = new Map<string, { code: string | number; message: string }>();
  readonly calls: Record<string, unknown>[] = [];
  #id = 1000;
  #listeners = new Set<(event: ChangeEvent) => void>();
  #sent = new Map<string, SendResponse>();
  readonly #zh: boolean;
  readonly #now = Date.now();

  constructor(readonly options: Options) {
    this.#zh = options.language.startsWith("zh");
    for (let index = 0; index < options.accounts; index++) this.accounts.push(this.#account(index));
    if (options.size === 1) this.#demonstrate();
    else if (options.size > 1) this.#fill(options.size, options.depth);
  }

  async handle(message: Record<string, unknown> & { type: string }): Promise<unknown> {
    this.calls.push(message);
    const { delay } = this.options;
    if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
    const failure = this.failures.get(message.type);
    if (failure) throw failure;
    switch (message.type) {
      case "smsadmin/conversations":
        return this.#conversations(message as unknown as ConversationsRequest);
      case "smsadmin/thread":
        return this.#thread(message as unknown as ThreadRequest);
      case "smsadmin/search":
        return this.#search(message as unknown as SearchRequest);
      case "smsadmin/send":
        return this.#send(message as unknown as SendRequest);
      case "smsadmin/cancel":
        return this.#cancel(message.message_ids as string[]);
      case "smsadmin/read":
        return this.#read(message as unknown as ReadRequest);
      case "smsadmin/export":
        return { path: `/api/smsadmin/export?format=${(message as unknown as ExportRequest).format}` };
      default:
        throw { code: "unknown_command", message: "Unknown command." };
    }
  }

  subscribe(listener: (event: ChangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(kind: ChangeEvent["kind"] = "messages", talk?: Talk): void {
    const event = { kind, config_entry_id: talk?.conversation.config_entry_id ?? "a0" };
    for (const listener of this.#listeners) listener(event);
  }

  /** A reply comes in. */
  receive(name: string, message: string): void {
    const talk = this.#named(name);
    const at = new Date().toISOString();
    talk.items.push(this.#in(message, at, talk.conversation.mobiles[0] ?? ""));
    this.changed("messages", talk);
  }

  /** A report comes in for the last text of a conversation. */
  report(name: string, state: State): void {
    const talk = this.#named(name);
    const item = talk.items.findLast(({ direction }) => direction === "out");
    for (const number of item?.numbers ?? []) this.#move(number, state, new Date().toISOString(), "DELIVRD");
    this.changed("messages", talk);
  }

  remove(): void {
    this.accounts = [];
    this.talks = [];
    this.changed("removed");
  }

  makeRecipient(mobile: string, name: string): void {
    const talk = this.talks.find(({ conversation }) => conversation.mobiles[0] === mobile);
    if (talk) talk.conversation = { ...talk.conversation, kind: "recipient", conversation_id: `r${++this.#id}`, name };
  }

  #named(name: string): Talk {
    const talk = this.talks.find(({ conversation }) => conversation.name === name);
    if (!talk) throw new Error(name);
    return talk;
  }

  #visible(): Talk[] {
    return this.options.isAdmin
      ? this.talks
      : this.talks.filter(({ conversation }) => conversation.kind === "recipient").slice(0, 3);
  }

  #shown(talk: Talk): Conversation {
    const last = talk.items.at(-1);
    const unread = talk.items.filter(({ id, direction }) => direction === "in" && id > talk.readUpTo).length;
    return { ...talk.conversation, unread, last: last ? preview(last) : null, cursor: String(last?.id ?? 0) };
  }

  #matching(filter: ConversationsRequest["filter"]): Conversation[] {
    const all = this.#visible()
      .filter(({ items, conversation }) => items.length && !this.#logError(conversation))
      .map((talk) => this.#shown(talk));
    const isShown = (each: Conversation) => {
      const tone = each.last && each.last.direction === "out" ? toneOf(each.last.state) : null;
      if (filter === "unreadable" || each.kind === "unreadable") return filter === "unreadable" && each.kind === "unreadable";
      if (filter === "unread") return each.unread > 0;
      if (filter === "failed") return tone === "failed";
      return filter === "all" || tone === "waiting";
    };
    return all
      .filter(isShown)
      .sort(
        (one, other) =>
          Date.parse(other.last?.at ?? "") - Date.parse(one.last?.at ?? "") || Number(other.cursor) - Number(one.cursor),
      );
  }

  #conversations({ filter, before, limit }: ConversationsRequest): ConversationsResponse {
    const all = this.#matching(filter);
    const from = before === null ? 0 : all.findIndex(({ cursor }) => cursor === before) + 1;
    const count = (each: ConversationsRequest["filter"]) => this.#matching(each).length;
    return {
      panel_version: this.version,
      accounts: this.accounts.map((each) =>
        this.options.isAdmin
          ? each
          : { ...each, can_send_to_numbers: false, balance: null, push_url: null, unreachable_since: null, queued: 0 },
      ),
      recipients: before === null ? this.#recipients() : null,
      conversations: all.slice(from, from + limit),
      has_more: from + limit < all.length,
      counts: {
        unread: count("unread"),
        failed: count("failed"),
        waiting: count("waiting"),
        unreadable: this.options.isAdmin ? count("unreadable") : 0,
      },
    };
  }

  #logError({ config_entry_id }: Conversation): string | null {
    return this.accounts.find((account) => account.config_entry_id === config_entry_id)?.log_error ?? null;
  }

  #recipients(): Recipient[] {
    return this.#visible()
      .map(({ conversation }) => conversation)
      .filter(({ kind }) => kind === "recipient");
  }

  #talkOf({ config_entry_id, conversation_id, item_id, entity_id }: ThreadRequest): Talk {
    const talk = this.#visible().find(({ conversation, items }) => {
      if (entity_id) return conversation.entity_id === entity_id;
      if (conversation.config_entry_id !== config_entry_id) return false;
      return conversation_id === null ? items.some(({ id }) => id === item_id) : conversation.conversation_id === conversation_id;
    });
    if (!talk) throw { code: "not_found", message: "Not found." };
    return talk;
  }

  #thread(request: ThreadRequest): ThreadResponse {
    const talk = this.#talkOf(request);
    const logError = this.#logError(talk.conversation);
    const [from, to] = logError ? [0, 0] : part(talk.items, request);
    return {
      conversation: this.#shown(talk),
      charset: "utf-8",
      items: structuredClone(talk.items.slice(from, to)),
      has_older: from > 0,
      has_newer: !logError && to < talk.items.length,
      read_up_to: talk.readUpTo,
      log_error: logError,
    };
  }

  #search({ query, before, limit }: SearchRequest): SearchResponse {
    const words = query.toLocaleLowerCase();
    const digits = words.replace(/\D/g, "");
    const conversations = this.#visible()
      .map((talk) => this.#shown(talk))
      .filter(
        ({ name, mobiles }) =>
          name.toLocaleLowerCase().includes(words) || (digits && mobiles.some((each) => each.includes(digits))),
      );
    const hits = this.#visible().flatMap(({ conversation, items }) =>
      items
        .filter(({ message }) => message.toLocaleLowerCase().includes(words))
        .map((item) => ({
          config_entry_id: conversation.config_entry_id,
          conversation_id: conversation.conversation_id,
          name: conversation.name,
          preview: preview(item),
          cursor: String(item.id),
        })),
    );
    const from = before === null ? 0 : hits.findIndex(({ cursor }) => cursor === before) + 1;
    return {
      conversations: before === null ? conversations.slice(0, limit) : [],
      hits: hits.slice(from, from + limit),
      has_more: from + limit < hits.length,
    };
  }

  #send(request: SendRequest): SendResponse {
    const known = this.#sent.get(request.call_id);
    if (known) return known;
    const wrong = request.mobiles.find((mobile) => !looksLikeNumber(mobile) || mobile.length < 5);
    const response: SendResponse = {
      errors: [],
      conversations: [],
      accepted: 0,
      queued: 0,
      rejected: 0,
      unconfirmed: 0,
      not_sent: 0,
      replaced_characters: 0,
    };
    if (wrong) return { ...response, errors: [{ field: "mobiles", message: `“${wrong}” is not a phone number.` }] };
    if (request.message.length > 800)
      return { ...response, errors: [{ field: "message", message: "The text is longer than the channel allows." }] };
    for (const talk of this.#receivers(request)) {
      const old = talk.items.find(({ numbers }) => numbers.some(({ message_id }) => request.message_ids.includes(message_id)));
      const message = old?.message ?? signed(request.message, talk.conversation.signature);
      const at = new Date().toISOString();
      const item = this.#out(
        message,
        at,
        talk.conversation.mobiles.map((mobile) => this.#number(mobile, request.send_at ? "scheduled" : this.outcome, at)),
      );
      talk.items.push({ ...item, call_id: request.call_id, send_at: request.send_at });
      response.conversations.push(talk.conversation);
      response[this.outcome] += talk.conversation.mobiles.length;
      this.changed("messages", talk);
    }
    this.#sent.set(request.call_id, response);
    return response;
  }

  #receivers({ conversations, mobiles, message_ids }: SendRequest): Talk[] {
    const named = conversations.flatMap(
      ({ conversation_id }) => this.talks.find((talk) => talk.conversation.conversation_id === conversation_id) ?? [],
    );
    const numbers = mobiles.map(
      (mobile) =>
        this.talks.find(({ conversation }) => conversation.name === mobile) ??
        this.#talk({ kind: "number", name: mobile, mobiles: [mobile] }, []),
    );
    const again = this.talks.filter(({ items }) =>
      items.some((item) => item.numbers.some(({ message_id }) => message_ids.includes(message_id))),
    );
    return [...named, ...numbers, ...again];
  }

  #cancel(ids: string[]): { cancelled: number } {
    let cancelled = 0;
    for (const talk of this.talks) {
      for (const number of talk.items.flatMap(({ numbers }) => numbers)) {
        if (!ids.includes(number.message_id) || number.state !== "queued") continue;
        this.#move(number, "cancelled", new Date().toISOString());
        cancelled++;
        this.changed("messages", talk);
      }
    }
    if (!cancelled) throw { code: "not_queued", message: "Nothing is waiting any more." };
    return { cancelled };
  }

  #read({ config_entry_id, conversation_id, up_to }: ReadRequest): null {
    const talk = this.talks.find(
      ({ conversation }) => conversation.config_entry_id === config_entry_id && conversation.conversation_id === conversation_id,
    );
    if (talk) talk.readUpTo = Math.max(talk.readUpTo, up_to);
    this.changed("messages", talk);
    return null;
  }

  #account(index: number): Account {
    return {
      config_entry_id: `a${index}`,
      name: index ? `SMSAdmin factory${index}` : "SMSAdmin 10001",
      charset: index ? "gb2312" : "utf-8",
      signature: this.#zh ? "我们家" : "Our house",
      can_send_to_numbers: true,
      log_error: this.options.logError,
      balance: 999 - index * 990,
      is_balance_low: index > 0,
      queued: 0,
      unreachable_since: null,
      problem: null,
      push_url: `http://home.example.net/api/webhook/${"0f3a9c".repeat(5)}`,
    };
  }

  #talk(known: Partial<Conversation>, items: Item[]): Talk {
    const conversation: Conversation = {
      config_entry_id: "a0",
      conversation_id: known.kind === "number" ? `mobile:${known.name}` : `r${++this.#id}`,
      kind: "recipient",
      name: "",
      mobiles: [],
      entity_id: null,
      signature: this.accounts[0]?.signature ?? "",
      can_send: true,
      unread: 0,
      last: null,
      cursor: "",
      ...known,
    };
    const talk = { conversation, items, readUpTo: items.at(-1)?.id ?? 0 };
    this.talks.push(talk);
    return talk;
  }

  #number(mobile: string, state: State, at: string, reason: string | null = null, code: string | null = null): NumberState {
    const later = (seconds: number) => new Date(Date.parse(at) + seconds * 1000).toISOString();
    const steps: NumberState["history"] = [{ state: "submitting", status: null, at, source: null }];
    if (state !== "queued" && state !== "rejected" && state !== "unconfirmed")
      steps.push({ state: "accepted", status: "000", at: later(1), source: null });
    if (state !== "accepted" && state !== "submitting")
      steps.push({
        state,
        status: code ?? (state === "delivered" ? "DELIVRD" : null),
        at: later(64),
        source: state === "delivered" ? "push" : null,
      });
    return { message_id: `m${++this.#id}`, mobile, state, reason, code, at: steps.at(-1)?.at ?? at, history: steps };
  }

  #move(number: NumberState, state: State, at: string, status: string | null = null): void {
    Object.assign(number, { state, at, reason: null });
    number.history.push({ state, status, at, source: status ? "push" : null });
  }

  #out(message: string, at: string, numbers: NumberState[]): Item {
    return {
      id: ++this.#id,
      direction: "out",
      message,
      at,
      mobile: null,
      in_reply_to: null,
      source: null,
      reason: null,
      call_id: null,
      send_at: null,
      expires_at: new Date(Date.parse(at) + HOUR).toISOString(),
      numbers,
    };
  }

  #in(message: string, at: string, mobile: string, quoted?: Item): Item {
    const in_reply_to = quoted ? { id: quoted.id, message: quoted.message, at: quoted.at } : null;
    return {
      id: ++this.#id,
      direction: "in",
      message,
      at,
      mobile,
      in_reply_to,
      source: "push",
      reason: null,
      call_id: null,
      send_at: null,
      expires_at: null,
      numbers: [],
    };
  }

  /** A household's texts, in the order in which they came. */
  #demonstrate(): void {
    const say = (en: string, zh: string) => (this.#zh ? zh : en);
    const sign = (en: string, zh: string) => (this.#zh ? `【我们家】${zh}` : `【Our house】${en}`);
    const ago = (minutes: number) => new Date(this.#now - minutes * 60_000).toISOString();
    const out = (
      text: string,
      minutes: number,
      mobile: string,
      state: State,
      reason: string | null = null,
      code: string | null = null,
    ) => this.#out(text, ago(minutes), [this.#number(mobile, state, ago(minutes), reason, code)]);

    const old = "13900000004";
    const wang = this.#talk({ name: say("Old Wang", "老王"), mobiles: [old] }, []);
    const greeting = out(sign("Happy new year!", "新年快乐！"), 60 * 24 * 40, old, "delivered");
    const scheduled = out(
      sign("Your parcel is in the shed, the code is 4711.", "快递在车棚里，密码 4711。"),
      60 * 30,
      old,
      "scheduled",
    );
    wang.items.push(greeting, this.#in(say("The same to you! 🎉", "同乐同乐！🎉"), ago(60 * 24 * 40 - 9), old, greeting), {
      ...scheduled,
      send_at: new Date(this.#now + 11 * HOUR).toISOString(),
    });

    const parcel = "13900000001";
    const stranger = this.#talk({ kind: "number", name: parcel, mobiles: [parcel] }, []);
    stranger.items.push(
      this.#in(say("Your parcel is at the gate", "您的快递已到门口"), ago(60 * 24 * 3), parcel),
      out(
        sign("Please put it into the box", "请放进快递箱"),
        60 * 24 * 3 - 6,
        parcel,
        "rejected",
        say("the balance is too low (code 102)", "余额不足（响应码 102）"),
        "102",
      ),
    );

    const [father, aunt, sister, cousin] = ["13900000011", "13900000012", "13900000013", "13900000014"] as const;
    const family = this.#talk({ name: say("Family", "家人"), mobiles: [father, aunt, sister, cousin] }, []);
    const dinner = this.#out(
      sign("Dinner is at 7. Grandmother comes too: who brings the cake?", "七点吃饭，奶奶也来，谁带蛋糕？"),
      ago(180),
      [
        this.#number(father, "delivered", ago(180)),
        this.#number(aunt, "delivered", ago(180)),
        this.#number(sister, "delivered", ago(180)),
        this.#number(cousin, "undeliverable", ago(180), null, "UNDELIV"),
      ],
    );
    family.items.push(dinner, this.#in(say("I do", "我带"), ago(174), sister, dinner));
    family.items.push(
      this.#out(
        sign("Thank you!", "谢谢！"),
        ago(170),
        [father, aunt, sister, cousin].map((mobile, index) =>
          this.#number(mobile, index < 3 ? "delivered" : "accepted", ago(170)),
        ),
      ),
    );

    for (const talk of this.talks) talk.readUpTo = this.#id;

    const near = "13900000002";
    const neighbours = this.#talk({ name: say("Neighbours", "邻居"), mobiles: [near, "13900000003"] }, []);
    const water = this.#out(sign("There is water in the cellar, can you have a look?", "地下室有水，能帮忙看看吗？"), ago(21), [
      this.#number(near, "delivered", ago(21)),
      this.#number("13900000003", "delivered", ago(21)),
    ]);
    neighbours.items.push(water);
    neighbours.readUpTo = water.id;
    neighbours.items.push(
      this.#in(say("On my way over", "收到，马上过去看看"), ago(17), near, water),
      this.#in(say("I am there. The valve is closed now, nothing broke.", "到了，阀门关上了，没有损坏"), ago(14), "13900000003"),
    );

    const mine = "13802102102";
    const mother = this.#talk({ name: say("Mother", "妈妈"), mobiles: [mine], entity_id: "notify.mother" }, []);
    for (let day = 30; day > 1; day--) {
      const question = out(
        sign(`Good night, all doors are locked. ${day} °C inside.`, `晚安，门窗已关好，室内 ${day} °C。`),
        60 * 24 * day,
        mine,
        "delivered",
      );
      mother.items.push(question, this.#in(say("Good night ❤️", "晚安❤️"), ago(60 * 24 * day - 5), mine, question));
    }
    const windows = out(
      sign("Are the windows closed? <b>It rains</b> from 9.", "窗户关好了吗？9 点起有 <b>雨</b>。"),
      72,
      mine,
      "delivered",
    );
    mother.items.push(windows, this.#in(say("All of them. 都关好了", "都关好了"), ago(70), mine, windows));
    mother.items.push(
      out(
        sign("Water in the cellar", "地下室有水"),
        44,
        mine,
        "rejected",
        say("the balance is too low (code 102)", "余额不足（响应码 102）"),
        "102",
      ),
    );
    mother.items.push(out(sign("Front door opened", "前门被打开"), 32, mine, "unconfirmed"));
    mother.items.push(out(sign("Smoke in the kitchen", "厨房有烟"), 8, mine, "queued"));
    mother.readUpTo = mother.items.at(-1)?.id ?? 0;

    const raw = {
      ...this.#in("Class=mo&SmsName=10001&Mobile=&Message=%C4%E3", ago(60 * 24 * 5), ""),
      direction: "unreadable" as const,
      reason: say("the phone number is missing", "缺少手机号"),
    };
    this.#talk({ kind: "unreadable", name: "", conversation_id: "unreadable", can_send: false }, [raw]);
    const [account] = this.accounts;
    if (account) Object.assign(account, { unreachable_since: ago(8), queued: 1 });
  }

  /** Many conversations of ten texts, and a first one of many. */
  #fill(count: number, depth: number): void {
    for (let index = count; index > 0; index--) {
      const mobile = String(13_000_000_000 + index);
      const start = this.#now - index * HOUR;
      const length = index === 1 ? depth : 10;
      const items: Item[] = [];
      for (let each = 0; each < length; each++) {
        const at = new Date(start - (length - each) * 60_000).toISOString();
        items.push(
          each % 2
            ? this.#in(`Reply ${each} of ${mobile}`, at, mobile)
            : this.#out(`【Our house】Text ${each} to ${mobile}`, at, [this.#number(mobile, "delivered", at)]),
        );
      }
      this.#talk(
        index % 3 ? { kind: "number", name: mobile, mobiles: [mobile] } : { name: `Recipient ${index}`, mobiles: [mobile] },
        items,
      );
    }
  }
}

function preview(item: Item): Preview {
  const { state, delivered, total } = summarise(item.numbers.map((number) => number.state));
  const isOut = item.direction === "out";
  return {
    id: item.id,
    direction: item.direction,
    message: item.message,
    at: item.at,
    send_at: item.send_at,
    state: isOut ? state : item.direction === "in" ? "received" : "quarantined",
    delivered: isOut ? delivered : 1,
    total: isOut ? total : 1,
  };
}

/** The first item of the page, and the first one behind it. */
function part(items: Item[], { before, after, around, since, limit }: ThreadRequest): [number, number] {
  const first = (matches: (item: Item) => boolean) => {
    const index = items.findIndex(matches);
    return index < 0 ? items.length : index;
  };
  if (before !== null) {
    const end = first(({ id }) => id >= before);
    return [Math.max(0, end - limit), end];
  }
  let start = Math.max(0, items.length - limit);
  if (after !== null) start = first(({ id }) => id > after);
  else if (around !== null) start = Math.max(0, first(({ id }) => id >= around) - Math.floor(limit / 2));
  else if (since !== null && items.some(({ at }) => at >= since)) start = first(({ at }) => at >= since);
  return [start, Math.min(items.length, start + limit)];
}
