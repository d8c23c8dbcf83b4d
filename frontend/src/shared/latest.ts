/** Lets only the newest of several answers of one kind through: answers may overtake each other. Pure. */
export class Latest {
  #newest = new Map<string, number>();
  #last = 0;

  /** Number a new question of a kind; older ones of that kind are stale from now on. */
  next(kind: string): number {
    this.#last += 1;
    this.#newest.set(kind, this.#last);
    return this.#last;
  }

  /** The number of the newest question of a kind. */
  current(kind: string): number {
    return this.#newest.get(kind) ?? 0;
  }

  /** Whether no newer question of the kind has been put. */
  isNewest(kind: string, seq: number): boolean {
    return this.#newest.get(kind) === seq;
  }
}
