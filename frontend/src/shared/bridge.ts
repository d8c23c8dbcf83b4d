/** What every widget stands on: traits come down, intents go up, and the reader is told what happens. */

import { Latest } from "./latest.ts";
import { el, setAttribute } from "./dom.ts";

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
  /** What went wrong without having been asked for. */
  problem?: string;
  value?: unknown;
  error?: string;
  stale?: boolean;
}

/** What a handler gave back, with the bytes that came along. */
export interface Answer {
  value: unknown;
  buffers: DataView[];
}

interface Waiting {
  resolve: (answer: Answer | undefined) => void;
  reject: (problem: Error) => void;
  timer: number;
}

const PATIENCE_MS = 4000;
const BUSY = "The kernel is busy, or has been restarted. The answer comes when it is free; after a restart, run the cell again.";

/** Open the face of a widget in its output: `label` names the whole for screen readers. */
export function openFace(context: Context, label: string): Face {
  return new Face(context, label);
}

export class Face {
  /** Where the widget draws. */
  readonly body = el("div", { class: "sk-stack" });
  readonly root: HTMLElement;
  readonly #model: Model;
  readonly #view = Math.random().toString(36).slice(2, 10);
  readonly #waiting = new Map<string, Waiting>();
  readonly #latest = new Latest();
  readonly #said = el("div", { class: "sk-said", attrs: { role: "status" } });
  readonly #problem = el("p");
  readonly #wrong = el(
    "div",
    { class: "sk-wrong", attrs: { role: "alert", hidden: true } },
    this.#problem,
    el("button", { attrs: { type: "button", "aria-label": "Dismiss the message" }, on: { click: () => this.#dismiss() } }, "✕"),
  );
  readonly #closers: (() => void)[] = [];

  constructor({ model, el: host }: Context, label: string) {
    this.#model = model;
    this.root = el(
      "section",
      {
        class: "sk-face",
        attrs: { "aria-label": label },
        // JupyterLab's own shortcuts (b: a new cell; dd: delete this one) must not fire while somebody works in here. It asks the
        // element that has the focus, not those around it.
        on: { focusin: (event) => setAttribute(event.target as Element, "data-lm-suppress-shortcuts", "true") },
      },
      this.body,
      this.#wrong,
      this.#said,
    );
    const receive = (message: Reply, buffers: DataView[] = []) => this.#receive(message, buffers);
    model.on("msg:custom", receive);
    this.onClose(() => model.off("msg:custom", receive));
    host.append(this.root);
  }

  /** The name of this view, which no other view of the same widget has. */
  get view(): string {
    return this.#view;
  }

  /** A trait as it is now. */
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

  /** Tell the kernel something that needs no answer. */
  tell(intent: string, args: Record<string, unknown> = {}): void {
    this.#model.send({ intent, seq: null, ...args });
  }

  /** Ask the kernel: the handler's return value. A failure is shown to the reader, and undefined comes back, as for what a newer question overtook. */
  async ask<T>(intent: string, args: Record<string, unknown> = {}): Promise<T | undefined> {
    return (await this.askWithBuffers(intent, args))?.value as T | undefined;
  }

  /** As `ask`, with the bytes that came along. */
  async askWithBuffers(intent: string, args: Record<string, unknown> = {}): Promise<Answer | undefined> {
    const number = this.#latest.next(intent);
    const seq = `${this.#view}:${number}`;
    try {
      return await new Promise((resolve, reject) => {
        const timer = window.setTimeout(() => this.say(BUSY), PATIENCE_MS);
        this.#waiting.set(seq, { resolve, reject, timer });
        this.#model.send({ intent, seq, ...args });
      });
    } catch (problem) {
      this.fail((problem as Error).message);
      return undefined;
    }
  }

  /** As `ask`, but undefined when the same question has been put again since: for what follows typing or scrolling. */
  async askLatest<T>(intent: string, args: Record<string, unknown> = {}): Promise<T | undefined> {
    const asking = this.ask<T>(intent, args);
    const number = this.#latest.current(intent);
    const answer = await asking;
    return this.#latest.isNewest(intent, number) ? answer : undefined;
  }

  /** Say something in passing; screen readers read it too. */
  say(text: string): void {
    if (this.#said.textContent !== text) this.#said.textContent = text;
  }

  /** Say what went wrong; it stays until it is dismissed or something else goes wrong. */
  fail(text: string): void {
    this.#problem.textContent = text;
    this.#wrong.hidden = false;
  }

  /** Have something done when the view is closed. */
  onClose(closer: () => void): void {
    this.#closers.push(closer);
  }

  /** Close the view; give this to anywidget as the return value of `render`. */
  readonly close = (): void => {
    for (const closer of this.#closers.splice(0).reverse()) closer();
    for (const { timer, resolve } of this.#waiting.values()) {
      window.clearTimeout(timer);
      resolve(undefined);
    }
    this.#waiting.clear();
  };

  #receive(message: Reply, buffers: DataView[]): void {
    if (message.problem !== undefined) this.fail(message.problem);
    const waiting = this.#waiting.get(message.reply ?? "");
    if (!waiting) return;
    this.#waiting.delete(message.reply ?? "");
    window.clearTimeout(waiting.timer);
    if (this.#said.textContent === BUSY) this.say("");
    if (message.error !== undefined) waiting.reject(new Error(message.error));
    else waiting.resolve(message.stale ? undefined : { value: message.value, buffers });
  }

  #dismiss(): void {
    this.#wrong.hidden = true;
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
  }
}
