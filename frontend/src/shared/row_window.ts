/** Which rows of a long list are to be drawn. Pure. */

export interface Span {
  first: number;
  count: number;
}

/** The rows to draw at a scroll position: those in sight and `spare` more at either end. */
export function visible(scrollTop: number, height: number, rowHeight: number, total: number, spare = 8): Span {
  const from = Math.max(Math.floor(scrollTop / rowHeight) - spare, 0);
  const to = Math.min(Math.ceil((scrollTop + height) / rowHeight) + spare, total);
  return { first: Math.min(from, total), count: Math.max(to - from, 0) };
}

/** Whether one span holds all rows of another. */
export function holds(outer: Span, inner: Span): boolean {
  return outer.first <= inner.first && inner.first + inner.count <= outer.first + outer.count;
}

/** The scroll position that brings a row into sight with the least movement. */
export function scrolledTo(row: number, scrollTop: number, height: number, rowHeight: number): number {
  if (row * rowHeight < scrollTop) return row * rowHeight;
  return Math.max(scrollTop, (row + 1) * rowHeight - height);
}

/** The row that a key leads to from another, or null when the key does not move. */
export function moved(key: string, row: number, total: number, page: number): number | null {
  const target: Record<string, number> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: total - 1,
  };
  const to = target[key];
  return to === undefined || total === 0 ? null : Math.min(Math.max(to, 0), total - 1);
}
