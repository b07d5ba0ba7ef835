/** Which rows of a long list are drawn. */

export interface Range {
  first: number;
  last: number;
}

/** The rows that are seen, and some above and below. */
export function visibleRange(scrollTop: number, height: number, rowHeight: number, count: number, overscan = 6): Range {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan);
  return { first: Math.min(first, count), last };
}
