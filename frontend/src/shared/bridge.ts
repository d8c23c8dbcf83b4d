/** The connection of a widget to its kernel: traits come down, intents go up, status and errors are shown. */

import { el, setAttribute } from "./dom.ts";
import { Latest } from "./latest.ts";

/** The part of anywidget's model that the widgets use. */
export interface Model {
  get(name: string): unknown;
  on(event: string, listener: (...args: never[]) => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

export interface Context {
  model: Model;
  el: HTMLElement;
}

interface Reply {
  reply?: string;
  /** An error that is not the answer to a question. */
  problem?: string;
  value?: unknown;
  error?: string;
  stale?: boolean;
}

/** The return value of a handler, and the bytes sent with it. */
export interface Answer {
  value: unknown;
  buffers: DataView[];
}

interface PendingQuestion {
  resolve: (answer: Answer | undefined) => void;
  reject: (problem: Error) => void;
  timer: number;
}

const BUSY_AFTER_MS = 4000;
const BUSY = "The kernel is busy, or has been restarted. The answer comes when it is free; after a restart, run the cell again.";

export class Bridge {
  /** Where the widget draws. */
  readonly body = el("div", { class: "sk-stack" });
  readonly root: HTMLElement;
  readonly #model: Model;
  readonly #view = Math.random().toString(36).slice(2, 10);
  readonly #pending = new Map<string, PendingQuestion>();
  readonly #latest = new Latest();
  readonly #status = el("div", { class: "sk-said", attrs: { role: "status" } });
  readonly #errorText = el("p");
  readonly #errorBox = el(
    "div",
    { class: "sk-wrong", attrs: { role: "alert", hidden: true } },
    this.#errorText,
    el("button", { attrs: { type: "button", "aria-label": "Dismiss the message" }, on: { click: () => this.#dismiss() } }, "✕"),
  );
  readonly #closers: (() => void)[] = [];

  /** Draw an empty widget into its output; screen readers call it `label`. */
  constructor({ model, el: host }: Context, label: string) {
    this.#model = model;
    this.root = el(
      "section",
      {
        class: "sk-widget",
        attrs: { "aria-label": label },
        // JupyterLab's own shortcuts (b: new cell; dd: delete cell) must not fire in the widget. It reads this attribute from the
        // focused element only, not from its ancestors.
        on: { focusin: (event) => setAttribute(event.target as Element, "data-lm-suppress-shortcuts", "true") },
      },
      this.body,
      this.#errorBox,
      this.#status,
    );
    const receive = (message: Reply, buffers: DataView[] = []) => this.#receive(message, buffers);
    model.on("msg:custom", receive);
    this.onClose(() => model.off("msg:custom", receive));
    host.append(this.root);
  }

  /** The id of this view; no other view of the widget has it. */
  get view(): string {
    return this.#view;
  }

  /** Return the current value of a trait. */
  trait<T>(name: string): T {
    return this.#model.get(name) as T;
  }

  /** Call `draw` now and whenever a trait changes. */
  follow<T>(name: string, draw: (value: T) => void): void {
    const changed = () => draw(this.trait<T>(name));
    this.#model.on(`change:${name}`, changed);
    this.onClose(() => this.#model.off(`change:${name}`, changed));
    changed();
  }

  /** Send an intent that needs no answer. */
  send(intent: string, args: Record<string, unknown> = {}): void {
    this.#model.send({ intent, seq: null, ...args });
  }

  /** Send an intent and return the handler's value; undefined after a failure, which is shown, or if the kernel dropped it for a newer one. */
  async ask<T>(intent: string, args: Record<string, unknown> = {}): Promise<T | undefined> {
    return (await this.askWithBuffers(intent, args))?.value as T | undefined;
  }

  /** As `ask`, with the bytes of the answer. */
  async askWithBuffers(intent: string, args: Record<string, unknown> = {}): Promise<Answer | undefined> {
    const number = this.#latest.next(intent);
    const seq = `${this.#view}:${number}`;
    try {
      return await new Promise((resolve, reject) => {
        const timer = window.setTimeout(() => this.announce(BUSY), BUSY_AFTER_MS);
        this.#pending.set(seq, { resolve, reject, timer });
        this.#model.send({ intent, seq, ...args });
      });
    } catch (problem) {
      this.showError((problem as Error).message);
      return undefined;
    }
  }

  /** As `ask`, but undefined when the same intent was sent again in the meantime: for typing and scrolling. */
  async askLatest<T>(intent: string, args: Record<string, unknown> = {}): Promise<T | undefined> {
    const asking = this.ask<T>(intent, args);
    const number = this.#latest.current(intent);
    const answer = await asking;
    return this.#latest.isNewest(intent, number) ? answer : undefined;
  }

  /** Show a status message; screen readers read it too. */
  announce(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  /** Show an error; it stays until it is dismissed or replaced. */
  showError(text: string): void {
    this.#errorText.textContent = text;
    this.#errorBox.hidden = false;
  }

  /** Call `closer` when the view is closed. */
  onClose(closer: () => void): void {
    this.#closers.push(closer);
  }

  /** Close the view; `render` returns this to anywidget. */
  readonly close = (): void => {
    for (const closer of this.#closers.splice(0).reverse()) closer();
    for (const { timer, resolve } of this.#pending.values()) {
      window.clearTimeout(timer);
      resolve(undefined);
    }
    this.#pending.clear();
  };

  #receive(message: Reply, buffers: DataView[]): void {
    if (message.problem !== undefined) this.showError(message.problem);
    const pending = this.#pending.get(message.reply ?? "");
    if (!pending) return;
    this.#pending.delete(message.reply ?? "");
    window.clearTimeout(pending.timer);
    if (this.#status.textContent === BUSY) this.announce("");
    if (message.error !== undefined) pending.reject(new Error(message.error));
    else pending.resolve(message.stale ? undefined : { value: message.value, buffers });
  }

  #dismiss(): void {
    this.#errorBox.hidden = true;
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
  }
}
