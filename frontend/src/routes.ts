/** The URL of each view. Numbers and words never stand in one: a number's conversation is named by one of its texts. */
import type { Conversation, Hit } from "./api.ts";
import type { Hass } from "./hass.ts";

export type View =
  | { name: "list" }
  | { name: "new" }
  | { name: "recipient"; entry: string; id: string; item: number | null }
  | { name: "number"; entry: string; item: number }
  | { name: "message"; entry: string; item: number }
  | { name: "unreadable"; entry: string };

export function parsePath(path: string): View {
  const [name, entry, id, item] = path.split("/").filter(Boolean).map(decoded);
  if (name === "new") return { name };
  if (!entry) return { name: "list" };
  if (name === "unreadable") return { name, entry };
  if (name === "recipient" && id) return { name, entry, id, item: idIn(item) };
  const text = idIn(id);
  if ((name === "number" || name === "message") && text) return { name, entry, item: text };
  return { name: "list" };
}

/** The id of a text. */
function idIn(part = ""): number | null {
  const id = Number(part);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** A part of a path that was typed wrongly is none. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

export function pathOf(view: View): string {
  const parts = (...each: (string | number)[]) => `/${each.map((part) => encodeURIComponent(part)).join("/")}`;
  switch (view.name) {
    case "list":
      return "";
    case "new":
      return "/new";
    case "recipient":
      return view.item === null ? parts("recipient", view.entry, view.id) : parts("recipient", view.entry, view.id, view.item);
    case "unreadable":
      return parts(view.name, view.entry);
    default:
      return parts(view.name, view.entry, view.item);
  }
}

/** The view of a conversation, opened at its end. */
export function viewOf(conversation: Conversation): View {
  const entry = conversation.config_entry_id;
  if (conversation.kind === "unreadable") return { name: "unreadable", entry };
  if (conversation.kind === "recipient") return { name: "recipient", entry, id: conversation.conversation_id, item: null };
  return conversation.last ? { name: "number", entry, item: conversation.last.id } : { name: "list" };
}

/** The view of a text that was found. */
export function viewOfHit(hit: Hit): View {
  return { name: "message", entry: hit.config_entry_id, item: hit.preview.id };
}

/** Where the panel is: a dashboard of the user's may have taken its usual path. */
export function panelPrefix({ panels }: Pick<Hass, "panels">): string {
  const panel = Object.values(panels).find(({ config }) => config?._panel_custom?.name === "smsadmin-panel");
  return `/${panel?.url_path ?? "smsadmin"}`;
}

/** Go to a view as Home Assistant's own links do: its router listens for the event. History keeps which view one came from. */
export function navigate(prefix: string, view: View, replace = false): void {
  const url = prefix + pathOf(view);
  if (url === location.pathname) return;
  if (replace) history.replaceState(history.state, "", url);
  else history.pushState({ from: location.pathname }, "", url);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace } }));
}

/** Go to the list: back, where one came from it, so that the phone's own button does not lead here again. */
export function back(prefix: string): void {
  if ((history.state as { from?: string } | null)?.from === prefix) history.back();
  else navigate(prefix, { name: "list" });
}
