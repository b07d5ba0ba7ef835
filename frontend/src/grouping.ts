/** How a thread is laid out: by day, and in runs of texts that belong together. */
import type { Item } from "./api.ts";

export interface Entry {
  item: Item;
  /** The first that the user has not read. */
  startsUnread: boolean;
  /** Follows a text of the same side within a few minutes. */
  continues: boolean;
}

export interface Day {
  day: string;
  entries: Entry[];
}

const RUN = 5 * 60_000;

export function layOut(items: readonly Item[], dayOf: (at: string) => string, readUpTo: number): Day[] {
  const firstUnread = items.find((item) => item.direction === "in" && item.id > readUpTo);
  const days: Day[] = [];
  for (const item of items) {
    const day = dayOf(item.at);
    let last = days.at(-1);
    if (last?.day !== day) {
      last = { day, entries: [] };
      days.push(last);
    }
    const startsUnread = item === firstUnread;
    last.entries.push({ item, startsUnread, continues: !startsUnread && follows(item, last.entries.at(-1)?.item) });
  }
  return days;
}

function follows(item: Item, previous: Item | undefined): boolean {
  if (previous?.direction !== item.direction || previous.mobile !== item.mobile) return false;
  return Math.abs(Date.parse(item.at) - Date.parse(previous.at)) < RUN;
}

/** One list from two readings, by id; what was read later wins. */
export function mergeItems(known: readonly Item[], read: readonly Item[]): Item[] {
  const byId = new Map([...known, ...read].map((item) => [item.id, item]));
  return [...byId.values()].sort((one, other) => one.id - other.id);
}

/** The calls that sent them. */
export function callsOf(items: readonly Item[]): ReadonlySet<string> {
  return new Set(items.flatMap(({ call_id }) => call_id ?? []));
}
