/** Which rows of a long list to draw. Pure. */

export interface Span {
  first: number;
  count: number;
}

/** Return the rows to draw at a scroll position: the visible ones and `spare` more at either end. */
export function visibleRows(scrollTop: number, height: number, rowHeight: number, total: number, spare = 8): Span {
  const from = Math.max(Math.floor(scrollTop / rowHeight) - spare, 0);
  const to = Math.min(Math.ceil((scrollTop + height) / rowHeight) + spare, total);
  return { first: Math.min(from, total), count: Math.max(to - from, 0) };
}

/** Tell whether one span contains all rows of another. */
export function contains(outer: Span, inner: Span): boolean {
  return outer.first <= inner.first && inner.first + inner.count <= outer.first + outer.count;
}

/** Return the scroll position that makes a row visible with the least movement. */
export function scrollTopFor(row: number, scrollTop: number, height: number, rowHeight: number): number {
  if (row * rowHeight < scrollTop) return row * rowHeight;
  return Math.max(scrollTop, (row + 1) * rowHeight - height);
}

/** Tell whether a key moves through the rows of a table that has some. */
export function isMove(key: string): boolean {
  return rowAfterKey(key, 0, 1, 1) !== null;
}

/** Return the row that a key moves to, or null when the key does not move. */
export function rowAfterKey(key: string, row: number, total: number, page: number): number | null {
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
