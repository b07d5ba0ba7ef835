/** The logic without a page: texts and their cost, routes, drafts, layout, words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { failedNumbers } from "../src/actions.ts";
import type { Item } from "../src/api.ts";
import { hue, initial } from "../src/avatar.ts";
import { stateWords } from "../src/bubble.ts";
import { newCallId } from "../src/client.ts";
import { type Attempt, callIdOf, EMPTY_DRAFT, loadDraft, saveDraft, settle, takeBack } from "../src/drafts.ts";
import { layOut, mergeItems } from "../src/grouping.ts";
import type { Hass } from "../src/hass.ts";
import { I18n, type Languages, localeKey, textLanguage } from "../src/i18n.ts";
import { displayNumber, looksLikeNumber, splitNumbers } from "../src/numbers.ts";
import { panelPrefix, parsePath, pathOf, type View, viewOf } from "../src/routes.ts";
import { estimate, signed, splitSignature } from "../src/segments.ts";
import { type State, summarise, toneOf } from "../src/states.ts";
import { visibleRange } from "../src/windowing.ts";

test("a text gets the signature that it does not carry", () => {
  assert.equal(signed("Hello", "House"), "【House】Hello");
  assert.equal(signed("Hello", ""), "Hello");
  for (const own of ["【Mine】Hello", " 【Mine】Hello", "Hello【Mine】", "Two\nlines【Mine】 "])
    assert.equal(signed(own, "House"), own);
  assert.equal(signed("a【b】c", "House"), "【House】a【b】c");
});

test("the signature is split from the rest", () => {
  assert.deepEqual(splitSignature("【House】Hello", "House"), ["【House】", "Hello"]);
  assert.deepEqual(splitSignature("【Other】Hello", "House"), ["", "【Other】Hello"]);
  assert.deepEqual(splitSignature("【】Hello", ""), ["", "【】Hello"]);
});

test("texts are counted as they go out", () => {
  const texts = (length: number) => estimate("x".repeat(length), "", "utf-8").texts;
  assert.deepEqual([0, 1, 70, 71, 134, 135].map(texts), [1, 1, 1, 2, 2, 3]);
  assert.deepEqual(estimate("x".repeat(69), "家", "utf-8"), { characters: 72, room: 134, texts: 2, lacking: 0 });
  assert.equal(estimate("🎉", "", "utf-8").characters, 2);
  assert.equal(estimate("a\r\nb\0\u0085", "", "utf-8").characters, 3);
});

test("only an account in GB2312 lacks characters", () => {
  assert.equal(estimate("你好，—·é 🎉", "", "utf-8").lacking, 0);
  assert.equal(estimate("你好，—·é", "", "gb2312").lacking, 0);
  assert.equal(estimate("🎉 ñ ok", "", "gb2312").lacking, 2);
});

test("numbers are shown in groups and taken as people write them", () => {
  assert.equal(displayNumber("13802102102"), "138 0210 2102");
  assert.equal(displayNumber("0044123"), "0044123");
  assert.deepEqual(splitNumbers("138，139;140\n 141、 "), ["138", "139", "140", "141"]);
  for (const typed of ["+86 138-0210-2102", "tel:13802102102", "１３８０２１０２１０２", "(010) 6500.1234", "10086"]) {
    assert.ok(looksLikeNumber(typed), typed);
  }
  for (const typed of ["Mother", "12", "138x", "", "1".repeat(21)]) assert.ok(!looksLikeNumber(typed), typed);
});

test("every view has a path, and a path leads back to it", () => {
  const views: View[] = [
    { name: "list" },
    { name: "new" },
    { name: "recipient", entry: "e1", id: "s/1", item: null },
    { name: "recipient", entry: "e1", id: "s1", item: 7 },
    { name: "number", entry: "e1", item: 12 },
    { name: "message", entry: "e1", item: 13 },
    { name: "unreadable", entry: "e1" },
  ];
  for (const view of views) assert.deepEqual(parsePath(pathOf(view)), view);
  for (const path of [
    "",
    "/",
    "/x",
    "/number/e1/abc",
    "/recipient/e1",
    "/message/e1/-1",
    "/message/e1/1.5",
    "/number/e1/1e23",
    "/%",
  ])
    assert.equal(parsePath(path).name, "list");
});

test("the panel is found where a dashboard has its path", () => {
  const dashboard = { url_path: "smsadmin", config: null };
  const panel = { url_path: "smsadmin-panel", config: { _panel_custom: { name: "smsadmin-panel" } } };
  assert.equal(panelPrefix({ panels: { a: dashboard, b: panel } }), "/smsadmin-panel");
  assert.equal(panelPrefix({ panels: {} }), "/smsadmin");
});

test("no number stands in a path", () => {
  const mobile = "13802102102";
  const last = { id: 5, direction: "in", message: "", at: "", state: "received", delivered: 1, total: 1, send_at: null } as const;
  const known = {
    config_entry_id: "e",
    name: mobile,
    mobiles: [mobile],
    entity_id: null,
    signature: "",
    can_send: true,
    unread: 0,
    cursor: "",
  };
  const conversation = { ...known, conversation_id: `mobile:${mobile}`, kind: "number", last } as const;
  assert.equal(pathOf(viewOf(conversation)), "/number/e/5");
  assert.equal(pathOf(viewOf({ ...conversation, last: null })), "");
});

class MemoryStorage {
  readonly kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
  removeItem(key: string): void {
    this.kept.delete(key);
  }
}

test("a draft is kept until it is empty", () => {
  const storage = new MemoryStorage() as unknown as Storage;
  const draft = { ...EMPTY_DRAFT, text: "Hello" };
  saveDraft("a", draft, storage);
  assert.deepEqual(loadDraft("a", storage), draft);
  assert.deepEqual(loadDraft("b", storage), EMPTY_DRAFT);
  saveDraft("a", EMPTY_DRAFT, storage);
  assert.equal((storage as unknown as MemoryStorage).kept.size, 0);
});

test("a broken or forbidden storage loses nothing else", () => {
  const refuse = () => {
    throw new Error("full");
  };
  const broken = { getItem: () => "{", setItem: refuse, removeItem: refuse } as unknown as Storage;
  assert.deepEqual(loadDraft("a", broken), EMPTY_DRAFT);
  saveDraft("a", { ...EMPTY_DRAFT, text: "x" }, broken);
});

const ATTEMPT: Attempt = { callId: "c", text: "first", sendAt: "2099-01-01T08:00", to: [] };
const PENDING = { ...EMPTY_DRAFT, attempt: ATTEMPT, isPending: true, sendAt: ATTEMPT.sendAt };

test("what was not sent comes back in front of what was typed since", () => {
  const back = { ...PENDING, isPending: false };
  assert.deepEqual(takeBack(PENDING), { ...back, text: "first" });
  assert.deepEqual(takeBack({ ...PENDING, text: "second" }), { ...back, text: "first\nsecond" });
  assert.deepEqual(takeBack({ ...back, text: "x" }), { ...back, text: "x" });
});

test("what the log has is not in the field, and what was typed since stays", () => {
  const logged = new Set(["c"]);
  for (const text of ["", "second", "second\nthird"]) {
    const typed = { ...PENDING, text };
    assert.equal(settle(typed, new Set(["other"])), typed);
    assert.deepEqual(settle(typed, logged), { ...EMPTY_DRAFT, text });
    assert.deepEqual(settle(takeBack(typed), logged), { ...EMPTY_DRAFT, text });
  }
});

test("a text that was changed since is not the one that the log has", () => {
  const changed = { ...takeBack(PENDING), text: "firstly", sendAt: "2099-02-01T08:00" };
  assert.deepEqual(settle(changed, new Set(["c"])), { ...changed, attempt: null });
});

test("only the same text for the same people at the same time is the same call", () => {
  const { callId, ...what } = ATTEMPT;
  assert.equal(callIdOf(PENDING, what), callId);
  assert.equal(callIdOf(EMPTY_DRAFT, what), null);
  const people = [{ config_entry_id: "a0", conversation_id: "r1" }];
  for (const other of [{ text: "second" }, { sendAt: "" }, { to: people }])
    assert.equal(callIdOf(PENDING, { ...what, ...other }), null);
});

function item(id: number, at: string, direction: Item["direction"] = "in", mobile: string | null = "1"): Item {
  return {
    id,
    direction,
    message: "",
    at,
    mobile,
    in_reply_to: null,
    source: null,
    reason: null,
    call_id: null,
    send_at: null,
    expires_at: null,
    numbers: [],
  };
}

test("texts are laid out by day, in runs, with a mark where the unread ones begin", () => {
  const items = [
    item(1, "2026-01-01T10:00:00Z"),
    item(2, "2026-01-01T10:01:00Z"),
    item(3, "2026-01-01T10:02:00Z", "in", "2"),
    item(4, "2026-01-02T10:00:00Z", "out", null),
    item(5, "2026-01-02T10:01:00Z"),
    item(6, "2026-01-02T10:02:00Z"),
    item(7, "2026-01-02T11:00:00Z"),
  ];
  const days = layOut(items, (at) => at.slice(0, 10), 4);
  assert.deepEqual(
    days.map(({ day, entries }) => [day, entries.map((entry) => entry.item.id)]),
    [
      ["2026-01-01", [1, 2, 3]],
      ["2026-01-02", [4, 5, 6, 7]],
    ],
  );
  const entries = days.flatMap((day) => day.entries);
  assert.deepEqual(
    entries.filter((entry) => entry.startsUnread).map((entry) => entry.item.id),
    [5],
  );
  assert.deepEqual(
    entries.filter((entry) => entry.continues).map((entry) => entry.item.id),
    [2, 6],
  );
});

test("texts are ordered by id, and what was read later wins", () => {
  const late = item(2, "2026-01-01T09:00:00Z");
  const merged = mergeItems([item(3, "x"), item(1, "x")], [{ ...item(3, "x"), message: "new" }, late]);
  assert.deepEqual(
    merged.map(({ id, message }) => `${id}${message}`),
    ["1", "2", "3new"],
  );
});

test("the worst of several numbers decides, and those that have it are counted", () => {
  const states: State[] = ["delivered", "undeliverable", "accepted", "unconfirmed"];
  assert.deepEqual(summarise(states), { state: "undeliverable", tone: "failed", total: 4, delivered: 1, failed: 1, unclear: 1 });
  assert.deepEqual(summarise(["delivered", "queued"]).tone, "waiting");
  assert.equal(summarise([]).tone, "unclear");
  assert.equal(toneOf("from_a_newer_server" as State), "unclear");
});

test("the rows in sight are drawn, and a few around them", () => {
  assert.deepEqual(visibleRange(0, 720, 72, 10_000), { first: 0, last: 16 });
  assert.deepEqual(visibleRange(7200, 720, 72, 10_000), { first: 94, last: 116 });
  assert.deepEqual(visibleRange(900_000, 720, 72, 50), { first: 50, last: 50 });
});

test("a failed text is offered again to those whom no later one with its words went to", () => {
  const text = (id: number, message: string, ...states: State[]): Item => ({
    ...item(id, "", "out", null),
    message,
    numbers: states.map((state, index) => ({
      message_id: `${id}-${index}`,
      mobile: String(index),
      state,
      reason: null,
      code: null,
      at: "",
      history: [],
    })),
  });
  const items = [
    text(1, "a", "rejected", "expired", "delivered"),
    text(2, "b", "rejected"),
    text(3, "a", "accepted"),
    text(4, "b", "cancelled"),
    text(5, "c", "not_sent"),
    text(6, "c", "blacklisted"),
  ];
  const offered = [...failedNumbers(items).values()].flatMap((numbers) => numbers.map(({ message_id }) => message_id));
  assert.deepEqual(offered.sort(), ["1-1", "2-0", "6-0"]);
});

test("an avatar shows the first character that people see", () => {
  assert.deepEqual(["mother", "老王", " 👨‍👩‍👧 Family", ""].map(initial), ["M", "老", "👨‍👩‍👧", "?"]);
  assert.equal(hue("Mother"), hue("Mother"));
});

test("call ids are UUIDs, and no two are the same", () => {
  const ids = new Set(Array.from({ length: 100 }, newCallId));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
});

const TEXTS: Languages<string> = {
  en: { s: { hello: "Hello {name}", n: { one: "{n} text", other: "{n} texts" } } },
  "zh-Hans": { s: { hello: "你好{name}", n: { other: "{n} 条" } } },
  "zh-Hant": { s: { hello: "妳好{name}", n: { other: "{n} 則" } } },
};

function hass(language: string, locale: Partial<Hass["locale"]> = {}): Hass {
  const zone = { time_format: "24", time_zone: "server" };
  return { language, locale: { language, ...zone, ...locale }, config: { time_zone: "Asia/Shanghai" } } as Hass;
}

test("each of Home Assistant's languages has its texts", () => {
  const languages = ["en", "en-GB", "de", "zh-Hans", "zh-Hant", "zh-TW", "zh-HK", "zh"];
  assert.deepEqual(languages.map(textLanguage), ["en", "en", "en", "zh-Hans", "zh-Hant", "zh-Hant", "zh-Hant", "zh-Hans"]);
});

test("texts have their values and plurals", () => {
  const en = new I18n(hass("en"), TEXTS);
  assert.equal(en.t("s.hello", { name: "<b>" }), "Hello <b>");
  assert.equal(en.t("s.n", { n: 1 }), "1 text");
  assert.equal(en.t("s.n", { n: 1234 }), "1,234 texts");
  assert.equal(new I18n(hass("zh-Hans"), TEXTS).t("s.n", { n: 1 }), "1 条");
  assert.equal(en.t("s.missing"), "s.missing");
});

test("why a text did not arrive is said once", () => {
  const words = (state: State, reason: string, source: "push" | null) => {
    const at = "2026-11-26T12:04:00Z";
    const history = [{ state, status: null, at, source }];
    const numbers = [{ message_id: "m", mobile: "1", state, reason, code: null, at, history }];
    const texts = { message: { rejected: "Rejected", undeliverable: "Not delivered", with_reason: "{state}: {reason}" } };
    const i18n = new I18n(hass("en"), { en: texts, "zh-Hans": texts, "zh-Hant": texts });
    return stateWords({ ...item(1, at, "out"), numbers }, summarise([state]), i18n);
  };
  assert.equal(words("undeliverable", "not delivered: undeliverable", "push"), "Not delivered: undeliverable");
  assert.equal(words("rejected", "The balance is too low.", null), "Rejected: The balance is too low.");
});

test("times are shown in the user's clock, zone and words", () => {
  const now = new Date("2026-11-26T12:00:00Z");
  const en = new I18n(hass("en"), TEXTS);
  const at = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
  assert.equal(en.time("2026-11-26T12:04:00Z"), "20:04");
  assert.match(new I18n(hass("en", { time_format: "12" }), TEXTS).time("2026-11-26T12:04:00Z"), /^8:04\sPM$/);
  assert.deepEqual(
    [0, 1, 2, 30, 400].map((days) => en.day(at(days), now)),
    ["Today", "Yesterday", "Tuesday", "Tue, October 27", "October 22, 2025"],
  );
  assert.deepEqual(
    [0, 1, 2, 30, 400].map((days) => en.brief(at(days), now)),
    ["20:00", "Yesterday", "Tue", "Oct 27", "10/22/2025"],
  );
  assert.deepEqual(
    [0, 1, -1, -3, 30, -365].map((days) => en.moment(at(days), now)),
    ["20:00", "yesterday 20:00", "tomorrow 20:00", "Sun 20:00", "Oct 27 20:00", "11/26/2027 20:00"],
  );
  assert.equal(new I18n(hass("zh-Hans"), TEXTS).day(at(1), now), "昨天");
  // Half past midnight in Shanghai is still yesterday in UTC.
  assert.equal(en.dayOf("2026-11-26T16:30:00Z"), "2026-11-27");
});

test("a field for date and time is in the user's zone", () => {
  const york = new I18n({ ...hass("en"), config: { time_zone: "America/New_York" } }, TEXTS);
  const times = {
    "2026-07-01T08:00": "2026-07-01T12:00:00.000Z",
    // Around the hour that is skipped, and the one that comes twice.
    "2026-03-08T01:30": "2026-03-08T06:30:00.000Z",
    "2026-03-08T03:30": "2026-03-08T07:30:00.000Z",
    "2026-11-01T00:30": "2026-11-01T04:30:00.000Z",
    "2026-11-01T02:30": "2026-11-01T07:30:00.000Z",
  };
  for (const [field, instant] of Object.entries(times)) {
    assert.equal(york.instantOf(field), instant);
    assert.equal(york.fieldOf(new Date(instant)), field);
  }
});

test("texts are made again only for another language, clock or zone", () => {
  assert.equal(localeKey(hass("en")), localeKey({ ...hass("en"), states: {} }));
  assert.notEqual(localeKey(hass("en")), localeKey(hass("de")));
  assert.notEqual(localeKey(hass("en")), localeKey(hass("en", { time_format: "12" })));
});
