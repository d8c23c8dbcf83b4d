/** Tells the newest question of a kind from older ones, because answers can arrive in any order. Pure. */
export class Latest {
  #newest = new Map<string, number>();
  #last = 0;

  /** Number a new question of a kind; older ones of that kind are stale from then on. */
  next(kind: string): number {
    this.#last += 1;
    this.#newest.set(kind, this.#last);
    return this.#last;
  }

  /** Return the number of the newest question of a kind; 0 before the first. */
  current(kind: string): number {
    return this.#newest.get(kind) ?? 0;
  }

  /** Tell whether a question is the newest of its kind. */
  isNewest(kind: string, seq: number): boolean {
    return this.#newest.get(kind) === seq;
  }
}
