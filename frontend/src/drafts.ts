/** What was typed and not sent, kept over errors, reloads and lost connections. */
import type { ConversationRef } from "./api.ts";

/** A text that was sent, and whose answer has not come. */
export interface Attempt {
  /** The same text, sent again by the same call, can't go out twice. */
  callId: string;
  text: string;
  sendAt: string;
  to: readonly ConversationRef[];
}

export interface Draft {
  text: string;
  /** The last one; the log has its call once Home Assistant got it. */
  attempt: Attempt | null;
  /** Whether the text of the attempt is out of the field. */
  isPending: boolean;
  /** Local date and time, as the field of the browser has it. */
  sendAt: string;
  /** Who it is for, where that is not the conversation itself. */
  recipients: string[];
  numbers: string[];
  account: string;
}

export const EMPTY_DRAFT: Draft = {
  text: "",
  attempt: null,
  isPending: false,
  sendAt: "",
  recipients: [],
  numbers: [],
  account: "",
};

/** Whose drafts they are: a logout leaves the storage as it is, and another user may log in. */
let owner = "";

export function setDraftOwner(userId: string): void {
  owner = userId;
}

function nameOf(key: string): string {
  return `smsadmin-draft:${owner}:${key}`;
}

export function loadDraft(key: string, storage: Storage = sessionStorage): Draft {
  try {
    return { ...EMPTY_DRAFT, ...(JSON.parse(storage.getItem(nameOf(key)) ?? "{}") as Partial<Draft>) };
  } catch {
    return { ...EMPTY_DRAFT };
  }
}

/** Where the storage is full or forbidden, the text is still in its field. */
export function saveDraft(key: string, draft: Draft, storage: Storage = sessionStorage): void {
  const isEmpty = !draft.text && !draft.isPending && !draft.sendAt && !draft.recipients.length && !draft.numbers.length;
  try {
    if (isEmpty) storage.removeItem(nameOf(key));
    else storage.setItem(nameOf(key), JSON.stringify(draft));
  } catch {
    return;
  }
}

/** A conversation has another name now. */
export function moveDraft(from: string, to: string): void {
  const draft = loadDraft(from);
  if (!draft.text || loadDraft(to).text) return;
  saveDraft(to, draft);
  saveDraft(from, EMPTY_DRAFT);
}

/** Back into the field with what was not sent, in front of what was typed meanwhile. */
export function takeBack(draft: Draft): Draft {
  if (!draft.attempt || !draft.isPending) return draft;
  return { ...draft, text: [draft.attempt.text, draft.text].filter(Boolean).join("\n"), isPending: false };
}

/** Out of the field with what the log has; what was typed after it stays. */
export function settle(draft: Draft, logged: ReadonlySet<string>): Draft {
  const { attempt } = draft;
  if (!attempt || !logged.has(attempt.callId)) return draft;
  const { text } = takeBack(draft);
  const isThere = text === attempt.text || text.startsWith(`${attempt.text}\n`);
  if (!isThere) return { ...draft, attempt: null };
  const sendAt = draft.sendAt === attempt.sendAt ? "" : draft.sendAt;
  return { ...draft, text: text.slice(attempt.text.length + 1), attempt: null, isPending: false, sendAt };
}

/** The call of the attempt, where the same is sent again. */
export function callIdOf({ attempt }: Draft, again: Omit<Attempt, "callId">): string | null {
  const { callId, ...what } = attempt ?? {};
  return callId && JSON.stringify(what) === JSON.stringify(again) ? callId : null;
}
