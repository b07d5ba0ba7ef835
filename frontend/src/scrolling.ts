/** Where a reader is among texts, so that nothing that changes around the place moves it. */

export interface Place {
  /** The row's `data-id`. */
  id: string;
  /** Pixels from the top of the scroller to the row. */
  top: number;
}

/** The first row in sight. */
export function placeIn(scroller: HTMLElement): Place | null {
  const top = scroller.getBoundingClientRect().top;
  for (const row of scroller.querySelectorAll<HTMLElement>("li[data-id]")) {
    const box = row.getBoundingClientRect();
    if (box.bottom >= top) return { id: row.dataset.id ?? "", top: box.top - top };
  }
  return null;
}

export function rowIn(scroller: HTMLElement, id: number | string): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`li[data-id="${id}"]`);
}

/** Bring a row so many pixels below the top. */
export function scrollRow(scroller: HTMLElement, row: HTMLElement, top: number): void {
  const distance = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - top;
  // Even the same position ends a movement by wheel or keyboard.
  if (distance) scroller.scrollTop += distance;
}

export function goTo(scroller: HTMLElement, { id, top }: Place): void {
  const row = rowIn(scroller, id);
  if (row) scrollRow(scroller, row, top);
}

/** The size of the content and of what is seen of it. */
export function sizeOf({ scrollHeight, clientHeight }: HTMLElement): string {
  return `${scrollHeight}/${clientHeight}`;
}

export function distanceFromEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}
