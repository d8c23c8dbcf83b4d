/** The sound of a line: the kernel decodes a few seconds, the page plays them. */

import type { Bridge } from "../shared/bridge.ts";
import { Clip } from "../shared/clip.ts";
import { el } from "../shared/dom.ts";
import { timecode } from "../shared/format.ts";
import type { Line } from "./types.ts";

const BEFORE_MS = 1_000;
const AFTER_MS = 3_000;
const ON_MS = 15_000;
const BACK_MS = 5_000;

export class Player {
  readonly element: HTMLElement;
  readonly #clip: Clip;
  readonly #toggle = el("button", { attrs: { type: "button", disabled: true, "data-key": "toggle" }, on: { click: () => this.toggle() } }, "▶ Play");
  readonly #others: HTMLButtonElement[];
  readonly #place = el("span", { class: "sk-muted" }, "Click a line, or press Enter on it, to hear it.");
  #line: Line | null = null;
  #startMs = 0;

  constructor(bridge: Bridge) {
    this.#clip = new Clip(bridge, () => this.#draw());
    const button = (key: string, text: string, run: () => void) => el("button", { attrs: { type: "button", disabled: true, "data-key": key }, on: { click: run } }, text);
    this.#others = [button("again", "Again", () => this.again()), button("back", "5 s earlier", () => this.back()), button("on", "Continue", () => this.goOn())];
    this.element = el("div", { class: "sk-row sk-player", attrs: { role: "group", "aria-label": "Player" } }, this.#toggle, ...this.#others, this.#place);
  }

  /** Play a line with one second before it and three after. */
  play(line: Line): void {
    void this.#load(line, line.start_ms - BEFORE_MS, line.end_ms + AFTER_MS);
  }

  toggle(): void {
    if (this.#line) this.#clip.toggle();
  }

  again(): void {
    if (this.#line) this.play(this.#line);
  }

  back(): void {
    const from = this.#nowMs() - BACK_MS;
    if (this.#line) void this.#load(this.#line, from, from + ON_MS);
  }

  goOn(): void {
    const from = this.#nowMs();
    if (this.#line) void this.#load(this.#line, from, from + ON_MS);
  }

  #nowMs(): number {
    return this.#startMs + 1000 * this.#clip.audio.currentTime;
  }

  async #load(line: Line, fromMs: number, toMs: number): Promise<void> {
    this.#place.textContent = `${line.recording} …`;
    const loaded = await this.#clip.load("play", { recording: line.recording, from_ms: Math.round(fromMs), to_ms: Math.round(toMs) });
    if (loaded === "replaced") return;
    if (loaded === "none") {
      this.#place.textContent = "";
      return;
    }
    this.#line = line;
    this.#startMs = (loaded.value as { start_ms: number }).start_ms;
    for (const control of [this.#toggle, ...this.#others]) control.disabled = false;
    await this.#clip.play();
    this.#draw();
  }

  #draw(): void {
    this.#toggle.textContent = this.#clip.isPlaying ? "❚❚ Pause" : "▶ Play";
    const who = this.#line?.speaker ? ` · ${this.#line.speaker}` : "";
    this.#place.textContent = this.#line ? `${this.#line.recording}${who} · ${timecode(this.#nowMs()).slice(0, -2)}` : "";
    this.element.dataset["playing"] = String(this.#clip.isPlaying);
  }
}
