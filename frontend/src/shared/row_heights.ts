/** Positions of rows of different heights; a height is an estimate until the row was measured. Pure. */

export class RowHeights {
  #heights: number[] = [];
  #tops: number[] = [0];
  #firstStale = 0;

  /** Start again with an estimate for each row. */
  reset(estimates: readonly number[]): void {
    this.#heights = [...estimates];
    this.#tops = new Array<number>(estimates.length + 1).fill(0);
    this.#firstStale = 0;
  }

  get count(): number {
    return this.#heights.length;
  }

  get total(): number {
    return this.top(this.count);
  }

  height(row: number): number {
    return this.#heights[row] ?? 0;
  }

  /** Store the measured height of a row; return by how much it differs. */
  set(row: number, height: number): number {
    const difference = height - this.height(row);
    if (difference) {
      this.#heights[row] = height;
      this.#firstStale = Math.min(this.#firstStale, row);
    }
    return difference;
  }

  top(row: number): number {
    for (let at = this.#firstStale; at < row; at += 1) this.#tops[at + 1] = (this.#tops[at] ?? 0) + this.height(at);
    this.#firstStale = Math.max(this.#firstStale, row);
    return this.#tops[row] ?? 0;
  }

  /** Return the row at a vertical position; the last row for positions after the end. */
  at(y: number): number {
    let [low, high] = [0, Math.max(this.count - 1, 0)];
    this.top(this.count);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
