/** The positions of the lines in each recording: one strip per recording, those with most lines first. */

import type { Bridge } from "../shared/bridge.ts";
import { el, keepFocus, replace, svg, type Child } from "../shared/dom.ts";
import { clock, count } from "../shared/format.ts";
import { nearestMark, plural } from "./messages.ts";
import type { Line, Strip } from "./types.ts";

const AT_A_TIME = 12;
const HEIGHT = 16;
const NEAR = 6;

interface Callbacks {
  isPicked: (recording: string) => boolean;
  pick: (recording: string, on: boolean) => void;
  goTo: (index: number) => void;
}

export class StripPanel {
  readonly element = el("div", { class: "sk-strips" });
  readonly #bridge: Bridge;
  readonly #callbacks: Callbacks;
  #wanted = AT_A_TIME;
  #strips: Strip[] = [];
  #stretches = 1;
  #total = 0;
  #playing: Line | null = null;

  constructor(bridge: Bridge, callbacks: Callbacks) {
    this.#bridge = bridge;
    this.#callbacks = callbacks;
  }

  /** Fetch and draw as many strips as the reader has opened. */
  async refresh(isOther: boolean): Promise<void> {
    if (isOther) this.#wanted = AT_A_TIME;
    const answer = await this.#bridge.askLatest<{ strips: Strip[]; total: number; stretches: number }>("strips", { first: 0, count: this.#wanted });
    if (!answer) return;
    this.#strips = answer.strips;
    this.#total = answer.total;
    this.#stretches = answer.stretches;
    this.#draw();
  }

  /** Mark the position that is played. */
  mark(line: Line): void {
    this.#playing = line;
    this.#draw();
  }

  #draw(): void {
    const rows = this.#strips.map((strip) => this.#row(strip));
    keepFocus(this.#bridge.root, () =>
      replace(this.element, this.#total === 0 && el("p", { class: "sk-muted" }, "Nothing to show yet."), ...rows.flat(), this.#more()),
    );
  }

  #row(strip: Strip): Child[] {
    const isPicked = this.#callbacks.isPicked(strip.recording);
    const attrs = { type: "button", "aria-pressed": String(isPicked), title: strip.title || strip.recording, "data-key": `strip:${strip.recording}` };
    const name = el("button", { class: "sk-plain", attrs, on: { click: () => this.#callbacks.pick(strip.recording, !isPicked) } }, strip.recording);
    return [name, this.#picture(strip), el("span", { class: "sk-muted sk-number" }, count(strip.lines)), el("span", { class: "sk-muted sk-number" }, clock(strip.length_ms / 1000))];
  }

  #picture(strip: Strip): SVGSVGElement {
    const most = Math.max(...strip.marks.map(([, lines]) => lines));
    const marks = strip.marks.map(([stretch, lines]) => {
      const height = HEIGHT * (0.5 + 0.5 * (lines / most));
      return svg("rect", { x: stretch, y: HEIGHT - height, width: 1, height, fill: "var(--sk-1)" });
    });
    const playing = this.#playing?.recording === strip.recording ? (this.#playing.start_ms / strip.length_ms) * this.#stretches : null;
    const label = `${strip.recording}: ${plural(strip.lines, "line")}, the first after ${clock(((strip.marks[0]?.[0] ?? 0) / this.#stretches) * (strip.length_ms / 1000))}`;
    const picture = svg(
      "svg",
      { viewBox: `0 0 ${this.#stretches} ${HEIGHT}`, height: HEIGHT, preserveAspectRatio: "none", role: "img", "aria-label": label, class: "sk-figure sk-strip" },
      ...marks,
      playing !== null && svg("rect", { x: playing - 0.7, y: 0, width: 1.4, height: HEIGHT, fill: "var(--sk-5)" }),
    );
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      const index = nearestMark(strip.marks, ((event.clientX - box.left) / box.width) * this.#stretches, NEAR);
      if (index !== null) this.#callbacks.goTo(index);
    });
    return picture;
  }

  #more(): Child {
    const left = this.#total - this.#strips.length;
    if (left <= 0) return null;
    const show = () => {
      this.#wanted += 4 * AT_A_TIME;
      void this.refresh(false);
    };
    return el("button", { class: "sk-plain sk-muted", attrs: { type: "button", "data-key": "more-strips" }, on: { click: show } }, `${plural(left, "more recording")} …`);
  }
}
