/** The open part of the queue: its words with their confidence, its sound, and the actions on it. */

import type { Bridge } from "../shared/bridge.ts";
import { el, keepFocus, replace } from "../shared/dom.ts";
import { clock, count } from "../shared/format.ts";
import type { SpeakerBadges } from "./speaker_badges.ts";
import { uncertaintyLevel } from "./thresholds.ts";
import type { Part, Word } from "./types.ts";
import { areSameWords } from "./words.ts";

export interface Callbacks {
  /** Go to the next (1) or the previous (-1) part. */
  step: (by: number) => void;
  everywhere: (text: string) => void;
  undo: () => void;
  /** Called after the part was judged. */
  judged: () => void;
}

export class PartView {
  readonly element = el("section", { class: "sk-part sk-stack", attrs: { "aria-label": "Open part", hidden: true } });
  #part: Part | null = null;
  #threshold = 0.9;
  #chosen = new Set<number>();
  #anchor = 0;
  #active = 0;
  #isCorrecting = false;
  #soundUrl: string | null = null;
  readonly #bridge: Bridge;
  readonly #callbacks: Callbacks;
  readonly #badges: SpeakerBadges;
  readonly #head = el("div", { class: "sk-row" });
  readonly #words = el("div", { class: "sk-words", attrs: { role: "group", "aria-label": "Words; select one with Space, several with Shift and the arrow keys" }, on: { keydown: (event) => this.#press(event) } });
  readonly #actions = el("div", { class: "sk-row" });
  readonly #audio = el("audio", { attrs: { controls: true, hidden: true, "aria-label": "Sound of the part" } });
  #fromMs = 0;

  constructor(bridge: Bridge, badges: SpeakerBadges, callbacks: Callbacks) {
    this.#bridge = bridge;
    this.#badges = badges;
    this.#callbacks = callbacks;
    this.element.append(this.#head, this.#words, this.#actions, this.#audio);
    this.#audio.addEventListener("timeupdate", () => this.#follow());
    bridge.onClose(() => this.#dropSound());
  }

  get part(): Part | null {
    return this.#part;
  }

  /** Open a part; `focus` moves the focus to its words. */
  async open(key: string, { focus = false, first = null as number | null } = {}): Promise<void> {
    const part = await this.#bridge.askLatest<Part>("part", { key, first });
    if (!part) return;
    const before = this.#part;
    const isOther = part.key !== before?.key || first !== null;
    this.#part = part;
    if (isOther) {
      this.#dropSound();
      this.#isCorrecting = false;
      this.#chosen.clear();
      this.#active = Math.max(part.words.findIndex((word) => uncertaintyLevel(word.confidence, this.#threshold) > 0), 0);
    } else if (!areSameWords(before.words, part.words)) {
      this.#chosen.clear(); // their indices are those of other words now
    }
    this.#active = Math.min(this.#active, Math.max(part.words.length - 1, 0));
    this.#draw();
    if (focus) this.#wordButton(this.#active)?.focus({ preventScroll: true });
  }

  async reopen(): Promise<void> {
    if (this.#part) await this.open(this.#part.key);
  }

  /** Close it, because its queue is out of date. */
  close(): void {
    this.#dropSound();
    this.#part = null;
    this.element.hidden = true;
  }

  set(threshold: number): void {
    if (threshold === this.#threshold) return;
    this.#threshold = threshold;
    if (this.#part) this.#draw();
  }

  async play(): Promise<void> {
    if (!this.#part) return;
    if (!this.#audio.paused) return this.#audio.pause();
    const words = this.#targetWords();
    const [first, last] = [words[0], words.at(-1)];
    if (!first || !last) return;
    this.#bridge.announce("Fetching the sound …");
    const answer = await this.#bridge.askWithBuffers("clip", { recording_id: this.#part.recording_id, start_ms: first.start_ms, end_ms: last.end_ms });
    const bytes = answer?.buffers[0];
    if (!answer || !bytes) return this.#bridge.announce("");
    this.#dropSound();
    this.#fromMs = (answer.value as { from_ms: number }).from_ms;
    this.#soundUrl = URL.createObjectURL(new Blob([new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength).slice()], { type: "audio/wav" }));
    this.#audio.src = this.#soundUrl;
    this.#audio.hidden = false;
    this.#bridge.announce("");
    await this.#audio.play().catch(() => this.#bridge.announce("The sound is ready: press play."));
  }

  async judge(action: "accept" | "reject" | "correct", text = ""): Promise<void> {
    const part = this.#part;
    if (!part || !part.words.length) return;
    const words = this.#targetWords().map((word) => word.word_index);
    const answer = await this.#bridge.ask<{ done: string }>("judge", { key: part.key, action, words, last_edit: part.last_edit, text });
    if (answer) {
      this.#bridge.announce(`${count(words.length)} ${words.length === 1 ? "word" : "words"} ${answer.done}. Z undoes it.`);
      this.#isCorrecting = false;
      this.#chosen.clear();
    }
    await this.reopen();
    if (answer) this.#callbacks.judged();
  }

  correct(): void {
    if (!this.#part) return;
    this.#isCorrecting = true;
    this.#draw();
    const field = this.element.querySelector<HTMLInputElement>("[data-key=correction]");
    field?.focus({ preventScroll: true });
    field?.select();
  }

  everywhere(): void {
    if (this.#part) this.#callbacks.everywhere(this.#chosen.size ? this.#text() : (this.#part.words[this.#active]?.text ?? ""));
  }

  focusWords(): void {
    this.#wordButton(this.#active)?.focus();
  }

  /** Cancel a correction or a choice of words; false when there was none. */
  cancel(): boolean {
    const was = this.#isCorrecting || this.#chosen.size > 0;
    this.#isCorrecting = false;
    this.#chosen.clear();
    if (was) {
      this.#draw();
      this.focusWords();
    }
    return was;
  }

  /** Return the words that an action applies to: the chosen ones, or else all shown. */
  #targetWords(): Word[] {
    const words = this.#part?.words ?? [];
    return this.#chosen.size ? words.filter((_, at) => this.#chosen.has(at)) : words;
  }

  #text(): string {
    return this.#targetWords().map((word) => word.text).join(" ");
  }

  #draw(): void {
    const part = this.#part;
    if (!part) return;
    keepFocus(this.element, () => {
      this.element.hidden = false;
      replace(
        this.#head,
        el("strong", {}, part.recording_id),
        this.#badges.of(part.speaker),
        el("span", {}, `${clock(part.start_ms / 1000)} – ${clock(part.end_ms / 1000)}`),
        el("span", { class: "sk-muted" }, part.reasons),
        part.mark && el("span", {}, `✓ ${part.mark}`),
        this.#pages(part),
      );
      replace(this.#words, el("span", { class: "sk-muted" }, part.before, " "), ...part.words.flatMap((word, at) => [this.#word(word, at), " "]), el("span", { class: "sk-muted" }, part.after));
      replace(this.#actions, ...(this.#isCorrecting ? this.#correctionForm() : this.#actionButtons(part)));
    });
  }

  #word(word: Word, at: number): HTMLElement {
    const level = uncertaintyLevel(word.confidence, this.#threshold);
    const told = word.edited ? "edited" : word.confidence === null ? "no confidence" : `confidence ${word.confidence.toFixed(2)}`;
    const figure = level > 0 && word.confidence !== null ? el("sub", { attrs: { "aria-hidden": "true" } }, word.confidence.toFixed(2).slice(1)) : null;
    return el(
      "button",
      {
        class: `sk-plain sk-word sk-uncertain-${level}${word.edited ? " sk-edited" : ""}`,
        attrs: { type: "button", "data-key": `word-${at}`, tabindex: at === this.#active ? 0 : -1, "aria-pressed": String(this.#chosen.has(at)), "aria-label": `${word.text}, ${told}`, title: told },
        on: { click: (event) => this.#choose(at, event.shiftKey) },
      },
      word.text,
      figure,
    );
  }

  #pages(part: Part): HTMLElement | null {
    const shown = part.words.length;
    if (shown >= part.total) return null;
    const turn = (first: number) => void this.open(part.key, { first: Math.max(first, 0) });
    return el(
      "span",
      { class: "sk-row" },
      el("button", { attrs: { type: "button", "data-key": "earlier", disabled: part.first === 0 }, on: { click: () => turn(part.first - part.page_size) } }, "Earlier words"),
      `${count(part.first + 1)} – ${count(part.first + shown)} of ${count(part.total)}`,
      el("button", { attrs: { type: "button", "data-key": "later", disabled: part.first + shown >= part.total }, on: { click: () => turn(part.first + shown) } }, "Later words"),
    );
  }

  #actionButtons(part: Part): HTMLElement[] {
    const n = this.#targetWords().length;
    const what = this.#chosen.size ? `${n} ${n === 1 ? "word" : "words"}` : "all";
    const button = (key: string, title: string, run: () => void, isMain = false) =>
      el("button", { class: isMain ? "sk-main" : "", attrs: { type: "button", "data-key": key, disabled: !part.words.length && key !== "undo" && key !== "next" && key !== "previous" }, on: { click: run } }, title);
    return [
      button("play", "▶ Play", () => void this.play()),
      button("accept", `Accept ${what}`, () => void this.judge("accept"), true),
      button("correct", `Correct ${what} …`, () => this.correct()),
      button("reject", `Reject ${what}`, () => void this.judge("reject")),
      button("everywhere", "Fix everywhere …", () => this.everywhere()),
      button("undo", "Undo", this.#callbacks.undo),
      el("span", { class: "sk-spread" }),
      button("previous", "◂ Previous", () => this.#callbacks.step(-1)),
      button("next", "Next ▸", () => this.#callbacks.step(1)),
    ];
  }

  #correctionForm(): HTMLElement[] {
    const field = el("input", { class: "sk-wide", attrs: { type: "text", value: this.#text(), "aria-label": "What was really said", "data-key": "correction", spellcheck: "true" } });
    field.value = this.#text();
    const save = () => void this.judge("correct", field.value);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") save();
      else if (event.key !== "Escape") return;
      else this.cancel() && this.focusWords();
      event.preventDefault();
      event.stopPropagation();
    });
    return [
      field,
      el("button", { class: "sk-main", attrs: { type: "button", "data-key": "save" }, on: { click: save } }, "Save"),
      el("button", { attrs: { type: "button", "data-key": "cancel" }, on: { click: () => this.cancel() } }, "Cancel"),
    ];
  }

  #choose(at: number, isRun: boolean): void {
    if (isRun) {
      for (let place = Math.min(this.#anchor, at); place <= Math.max(this.#anchor, at); place += 1) this.#chosen.add(place);
    } else {
      this.#anchor = at;
      if (!this.#chosen.delete(at)) this.#chosen.add(at);
    }
    this.#active = at;
    this.#draw();
    this.#wordButton(at)?.focus({ preventScroll: true });
  }

  #press(event: KeyboardEvent): void {
    const last = (this.#part?.words.length ?? 0) - 1;
    const to: Record<string, number> = { ArrowLeft: this.#active - 1, ArrowRight: this.#active + 1, Home: 0, End: last };
    const at = to[event.key];
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey || at < 0 || at > last) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) {
      if (!this.#chosen.size) this.#anchor = this.#active;
      this.#choose(at, true);
      return;
    }
    this.#wordButton(this.#active)?.setAttribute("tabindex", "-1");
    this.#active = at;
    this.#wordButton(at)?.setAttribute("tabindex", "0");
    this.#wordButton(at)?.focus();
  }

  #wordButton(at: number): HTMLElement | null {
    return this.#words.querySelector<HTMLElement>(`[data-key="word-${at}"]`);
  }

  #follow(): void {
    const now = this.#fromMs + this.#audio.currentTime * 1000;
    const at = this.#part?.words.findIndex((word) => word.start_ms <= now && now < word.end_ms) ?? -1;
    this.#words.querySelector(".sk-playing")?.classList.remove("sk-playing");
    if (at >= 0) this.#wordButton(at)?.classList.add("sk-playing");
  }

  #dropSound(): void {
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.hidden = true;
    if (this.#soundUrl) URL.revokeObjectURL(this.#soundUrl);
    this.#soundUrl = null;
  }
}
