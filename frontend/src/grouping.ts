/** How a thread is laid out: by day, and in runs of texts that belong together. */
import type { Item } from "./api.ts";

export interface Entry {
  item: Item;
  /** The first of its day: the day stands above it. */
  startsDay: boolean;
  /** The first that the user has not read. */
  startsUnread: boolean;
  /** Follows a text of the same side within a few minutes. */
  continues: boolean;
}

const RUN = 5 * 60_000;

export function layOut(items: readonly Item[], dayOf: (at: string) => string, readUpTo: number): Entry[] {
  let unreadSeen = false;
  return items.map((item, index) => {
    const previous = items[index - 1];
    const startsDay = !previous || dayOf(previous.at) !== dayOf(item.at);
    const startsUnread = !unreadSeen && item.direction === "in" && item.id > readUpTo;
    unreadSeen ||= startsUnread;
    const isSameSide = previous?.direction === item.direction && previous.mobile === item.mobile;
    const isNear = previous !== undefined && Math.abs(Date.parse(item.at) - Date.parse(previous.at)) < RUN;
    return { item, startsDay, startsUnread, continues: !startsDay && !startsUnread && isSameSide && isNear };
  });
}

/** One list from two readings, by id; what was read later wins. */
export function mergeItems(known: readonly Item[], read: readonly Item[]): Item[] {
  const byId = new Map([...known, ...read].map((item) => [item.id, item]));
  return [...byId.values()].sort((one, other) => one.id - other.id);
}
