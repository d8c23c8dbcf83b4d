/** Rows of a table that are fetched as part of another request, so that a change costs one request instead of three. Pure. */

export class PrefetchedRows<Rows> {
  #waiting: { args: Record<string, unknown>; resolve: (rows: Rows | undefined) => void } | null = null;
  #isCollecting = false;
  readonly #ask: (args: Record<string, unknown>) => Promise<Rows | undefined>;

  /** `ask` fetches rows in a request of their own, as after scrolling. */
  constructor(ask: (args: Record<string, unknown>) => Promise<Rows | undefined>) {
    this.#ask = ask;
  }

  /** Return rows: those of the request in preparation, or else of a request of their own. */
  rows(args: Record<string, unknown>): Promise<Rows | undefined> {
    if (!this.#isCollecting) return this.#ask(args);
    this.#isCollecting = false;
    return new Promise((resolve) => (this.#waiting = { args, resolve }));
  }

  /** Run `fill`, and return the rows that the table asks for in it, to be added to a request. */
  collect(fill: () => Promise<void>): { args: Record<string, unknown> | null; filled: Promise<void> } {
    this.deliver(undefined);
    this.#isCollecting = true;
    const filled = fill();
    this.#isCollecting = false;
    return { args: this.#waiting?.args ?? null, filled };
  }

  /** Deliver the rows of the request; undefined when it brought none. */
  deliver(rows: Rows | undefined): void {
    this.#waiting?.resolve(rows);
    this.#waiting = null;
  }
}
