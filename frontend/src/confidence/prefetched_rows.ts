/** The rows of a table that come along with another answer, so that a change costs one question and not three. */

export class Ahead<Rows> {
  #waiting: { args: Record<string, unknown>; resolve: (rows: Rows | undefined) => void } | null = null;
  #isOpen = false;
  readonly #ask: (args: Record<string, unknown>) => Promise<Rows | undefined>;

  /** `ask` puts the question when it goes on its own, as after scrolling. */
  constructor(ask: (args: Record<string, unknown>) => Promise<Rows | undefined>) {
    this.#ask = ask;
  }

  /** The rows: of the answer that is about to be asked for, or of one of their own. */
  rows(args: Record<string, unknown>): Promise<Rows | undefined> {
    if (!this.#isOpen) return this.#ask(args);
    this.#isOpen = false;
    return new Promise((resolve) => (this.#waiting = { args, resolve }));
  }

  /** What the table asks for while `fill` has it filled. */
  during(fill: () => Promise<void>): { args: Record<string, unknown> | null; filled: Promise<void> } {
    this.give(undefined);
    this.#isOpen = true;
    const filled = fill();
    this.#isOpen = false;
    return { args: this.#waiting?.args ?? null, filled };
  }

  /** Hand over the rows that came along; undefined when none did. */
  give(rows: Rows | undefined): void {
    this.#waiting?.resolve(rows);
    this.#waiting = null;
  }
}
