/**
 * The WebSocket commands that the panel and the card use: the contract with `custom_components/smsadmin/panel/`.
 *
 * Only interfaces, one property a line: a Python test reads this file and compares the names on both sides.
 *
 * - Times are ISO 8601 with offset. A property that may be null is always there.
 * - A conversation is named by `config_entry_id` and `conversation_id`: a recipient's subentry id, `mobile:<number>`, or `unreadable`
 *   (what could not be read; administrators alone). A user who may control a recipient's notify entity may use its conversation; every
 *   other conversation is for administrators. The server checks this in every command.
 * - Ids of texts are integers that grow within an account, shared by sent and received texts. Lists are ordered by them, never by time.
 *   The id of a sent text is the smallest one of its numbers, and stays.
 * - `language` is the user's language; `reason` and the messages of errors come back in it.
 * - A command that fails has one of the codes of `ErrorCodes`, and a message that may be shown.
 */
import type { State } from "./states.ts";

/** Each command and what it takes. All take `type`, `id` and `language` too. */
export interface Requests {
  "smsadmin/conversations": ConversationsRequest;
  "smsadmin/thread": ThreadRequest;
  "smsadmin/search": SearchRequest;
  "smsadmin/subscribe": SubscribeRequest;
  "smsadmin/send": SendRequest;
  "smsadmin/cancel": CancelRequest;
  "smsadmin/read": ReadRequest;
  "smsadmin/export": ExportRequest;
}

/** Each command and what it returns. */
export interface Responses {
  "smsadmin/conversations": ConversationsResponse;
  "smsadmin/thread": ThreadResponse;
  "smsadmin/search": SearchResponse;
  /** Nothing; then a `ChangeEvent` after each change. */
  "smsadmin/subscribe": null;
  "smsadmin/send": SendResponse;
  "smsadmin/cancel": CancelResponse;
  "smsadmin/read": null;
  "smsadmin/export": ExportResponse;
}

/** The codes of failed commands, and when they come. */
export interface ErrorCodes {
  /** The account or the conversation does not exist, or is not for this user. */
  not_found: "not_found";
  /** The message log does not work. */
  log_failed: "log_failed";
  /** The user may see this, but not do it. */
  unauthorized: "unauthorized";
  /** Nothing is queued any more of what was to be cancelled. */
  not_queued: "not_queued";
}

/** The list of conversations, newest first: those that have a text. */
export interface ConversationsRequest {
  /**
   * `unread`: with unread replies; `failed`: whose last text went out and failed for a number; `waiting`: with a number that is queued;
   * `unreadable`: what could not be read, which `all` and the others leave out.
   */
  filter: "all" | "unread" | "failed" | "waiting" | "unreadable";
  /** The `cursor` of the last conversation of the page before, or null for the first page. */
  before: string | null;
  limit: number;
}

export interface ConversationsResponse {
  /** The hash in the path of the bundle that this server serves. */
  panel_version: string;
  accounts: Account[];
  /** The recipients that this user may send to, by name; with the first page, and null with the others. */
  recipients: Recipient[] | null;
  conversations: Conversation[];
  has_more: boolean;
  counts: Counts;
}

/** How many conversations each filter would show. */
export interface Counts {
  unread: number;
  failed: number;
  waiting: number;
  /** Contents that could not be read; 0 for who is no administrator. */
  unreadable: number;
}

export interface Account {
  config_entry_id: string;
  /** The title of the entry. */
  name: string;
  charset: "utf-8" | "gb2312";
  /** The signature of the options without brackets; empty: none. */
  signature: string;
  /** Whether this user may send to any number. */
  can_send_to_numbers: boolean;
  /** That its message log does not work, in words: then its conversations are not listed, but texts go out. */
  log_error: string | null;
  /** Texts left; null: not known, or not an administrator (as with all that follows). */
  balance: number | null;
  /** Whether the balance is below the limit of the options. */
  is_balance_low: boolean;
  /** Numbers that wait until the platform can be reached. */
  queued: number;
  /** Since when the platform can't be reached. */
  unreachable_since: string | null;
  /** What is wrong with the account, in words: the log does not work, the password is wrong, the account is frozen. */
  problem: string | null;
  /** The URL that the platform pushes to, where pushes are chosen. */
  push_url: string | null;
}

export interface Recipient {
  config_entry_id: string;
  conversation_id: string;
  /** Its notify entity. */
  entity_id: string | null;
  name: string;
  mobiles: string[];
  /** As in `Conversation`. */
  signature: string;
}

export interface Conversation {
  config_entry_id: string;
  conversation_id: string;
  kind: "recipient" | "number" | "unreadable";
  /** The recipient's name, or the number as it is stored. */
  name: string;
  mobiles: string[];
  entity_id: string | null;
  /** What is put in front of a text to it, without brackets; empty: nothing. */
  signature: string;
  can_send: boolean;
  unread: number;
  last: Preview | null;
  /** Where the next page begins, for `before`. Opaque. */
  cursor: string;
}

/** The last text of a conversation, or one that was found. */
export interface Preview {
  id: number;
  direction: "in" | "out" | "unreadable";
  message: string;
  /** When it was called for, or came in. */
  at: string;
  /** The worst of its numbers. */
  state: State;
  /** Numbers that have it, of how many; 1 of 1 for what came in. */
  delivered: number;
  total: number;
  send_at: string | null;
}

/**
 * A part of a conversation, oldest first. One of `conversation_id`, `item_id` and `entity_id` is given: an id of a text stands for its
 * conversation, a recipient's notify entity for its own (`config_entry_id` is null then).
 * None of `before`, `after`, `around`, `since`: the newest texts. The first of them that is not null decides.
 */
export interface ThreadRequest {
  config_entry_id: string | null;
  conversation_id: string | null;
  item_id: number | null;
  entity_id: string | null;
  /** Texts with a smaller id, the nearest. */
  before: number | null;
  /** Texts with a greater id, the nearest. */
  after: number | null;
  /** Half of the texts before and half of them from this id on. */
  around: number | null;
  /** The texts from the first one on that is not older than this time; where none is, the newest. */
  since: string | null;
  limit: number;
}

export interface ThreadResponse {
  conversation: Conversation;
  /** Of its account. */
  charset: "utf-8" | "gb2312";
  items: Item[];
  has_older: boolean;
  has_newer: boolean;
  /** The user's mark: texts up to this id are read. */
  read_up_to: number;
  /** That the message log does not work, in words: then there are no items, but texts go out. */
  log_error: string | null;
}

/** A bubble: a text that came in, one call to one recipient (or number), or what could not be read. */
export interface Item {
  id: number;
  direction: "in" | "out" | "unreadable";
  /** As it went out or came in, signature included; the raw content of what could not be read. */
  message: string;
  /** When it was called for, or came in. */
  at: string;
  /** The number that it came from; null for a text that went out. */
  mobile: string | null;
  /** The text that it answers. */
  in_reply_to: Quote | null;
  /** By which way it came in. */
  source: "push" | "pull" | null;
  /** Why it could not be read. */
  reason: string | null;
  /** The call that it was sent by; `call_id` of `SendRequest` where that was the panel. */
  call_id: string | null;
  send_at: string | null;
  /** Until when it is tried. */
  expires_at: string | null;
  /** Empty for what came in. */
  numbers: NumberState[];
}

export interface Quote {
  /** Null where the log has it no more. */
  id: number | null;
  message: string;
  at: string;
}

/** What became of one number of a text. */
export interface NumberState {
  message_id: string;
  mobile: string;
  state: State;
  /** In words, or null. */
  reason: string | null;
  /** The platform's code, or the status of a report. */
  code: string | null;
  /** Since when it is in this state. */
  at: string;
  history: HistoryEntry[];
}

export interface HistoryEntry {
  state: State;
  /** The platform's code, or the status of a report, as it came. */
  status: string | null;
  at: string;
  source: "push" | "pull" | null;
}

/** Texts, names and numbers that contain the words. */
export interface SearchRequest {
  query: string;
  /** The `cursor` of the last hit of the page before, or null. */
  before: string | null;
  limit: number;
}

export interface SearchResponse {
  /** Conversations by name and number; with the first page alone. */
  conversations: Conversation[];
  hits: Hit[];
  has_more: boolean;
}

export interface Hit {
  config_entry_id: string;
  conversation_id: string;
  /** The name of its conversation. */
  name: string;
  preview: Preview;
  cursor: string;
}

export interface SubscribeRequest {
  /** One conversation alone (the card), or null for all that this user may see. */
  config_entry_id: string | null;
  conversation_id: string | null;
}

/** Sent after changes, a few times a second at most. */
export interface ChangeEvent {
  /** `messages`: texts or states; `account`: an account's line, its recipients, rights; `removed`: the account is gone. */
  kind: "messages" | "account" | "removed";
  config_entry_id: string;
}

/** Send a text to conversations and numbers; or, with `message_ids`, the text of these numbers to them again. */
export interface SendRequest {
  /**
   * A UUID of the caller's. The server sends once for each: a second request with the same one returns what became of the first.
   * So a request whose answer was lost with the connection can be made again.
   */
  call_id: string;
  /** The account of `mobiles`, or of `message_ids`; null where only conversations are named. */
  config_entry_id: string | null;
  /** Those that are numbers, and `mobiles`, are all of one account. */
  conversations: ConversationRef[];
  /** Numbers as they were typed. */
  mobiles: string[];
  /** Numbers of one text that get it again as it was; `message` is ignored then. */
  message_ids: string[];
  message: string;
  send_at: string | null;
}

export interface ConversationRef {
  config_entry_id: string;
  conversation_id: string;
}

export interface SendResponse {
  /** What is wrong with the input; where there is any, nothing was sent. */
  errors: FieldError[];
  /** The conversations that have the text now. */
  conversations: ConversationRef[];
  accepted: number;
  queued: number;
  rejected: number;
  unconfirmed: number;
  not_sent: number;
  /** Characters that the account's charset lacks, and that became `?` or were left out. */
  replaced_characters: number;
}

export interface FieldError {
  field: "recipients" | "mobiles" | "message" | "send_at" | "account";
  /** In words, to be shown at the field. */
  message: string;
}

export interface CancelRequest {
  config_entry_id: string;
  message_ids: string[];
}

export interface CancelResponse {
  cancelled: number;
}

/** Move this user's mark of a conversation on; it never moves back. */
export interface ReadRequest {
  config_entry_id: string;
  conversation_id: string;
  up_to: number;
}

/** For administrators: a signed path to download what is shown. */
export interface ExportRequest {
  format: "csv" | "json";
  /** Null: all accounts. */
  config_entry_id: string | null;
  /** Null: all conversations. */
  conversation_id: string | null;
  filter: "all" | "unread" | "failed" | "waiting" | "unreadable";
  /** As in `SearchRequest`; empty: everything. */
  query: string;
}

export interface ExportResponse {
  /** A path with a signature that is valid for a short time. The text of the search must not stand in it. */
  path: string;
}
