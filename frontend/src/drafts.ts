/** What was typed and not sent, kept over errors, reloads and lost connections. */

export interface Draft {
  text: string;
  /** What is being sent: out of the field, and not known to be in the log yet. */
  pending: string;
  /** Local date and time, as the field of the browser has it. */
  sendAt: string;
  /** The call that the text was last tried by; trying it again with the same one can't send it twice. */
  callId: string | null;
  /** Who it is for, where that is not the conversation itself. */
  recipients: string[];
  numbers: string[];
  account: string;
}

export const EMPTY_DRAFT: Draft = { text: "", pending: "", sendAt: "", callId: null, recipients: [], numbers: [], account: "" };

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
  const isEmpty = !draft.text && !draft.pending && !draft.sendAt && !draft.recipients.length && !draft.numbers.length;
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
  if (!draft.pending) return draft;
  const text = [draft.pending, draft.text].filter(Boolean).join("\n");
  return { ...draft, text, pending: "", callId: draft.text ? null : draft.callId };
}
