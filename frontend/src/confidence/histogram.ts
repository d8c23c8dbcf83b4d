/** The histogram of all words, its brush and its threshold. */

import { el, focusedInTreeOf, replace, svg } from "../shared/dom.ts";
import { audio, count, percent } from "../shared/format.ts";
import { below, brushedRange, binLabel, barHeights, BINS, type Histogram, type Range } from "./thresholds.ts";

const WIDTH = 600;
const HEIGHT = 130;
const GRIP = 6;

export interface Callbacks {
  threshold: (value: number) => void;
  range: (range: Range) => void;
}

export class HistogramView {
  readonly element: HTMLElement;
  #histogram: Histogram = { words: [], ms: [], errors: [] };
  #threshold = 0.9;
  #range: Range = { low: 0, high: BINS };
  #isLogarithmic = false;
  readonly #callbacks: Callbacks;
  readonly #bars = svg("g");
  readonly #marks = svg("g");
  readonly #picture = svg("svg", { viewBox: `-14 -14 ${WIDTH + 28} ${HEIGHT + 32}`, role: "img", class: "sk-figure sk-brushable" });
  readonly #slider: HTMLInputElement;
  readonly #from = this.#bound("Lowest confidence", "range-low");
  readonly #to = this.#bound("Highest confidence", "range-high");
  readonly #summary = el("output", { class: "sk-below" });
  readonly #all: HTMLButtonElement;

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
    this.#slider = el("input", {
      attrs: { type: "range", min: 0, max: 1, step: 0.01, "aria-label": "Threshold of confidence", "data-key": "threshold" },
      on: { input: () => callbacks.threshold(Number(this.#slider.value)) },
    });
    this.#all = el("button", { attrs: { type: "button", "data-key": "range-all" }, on: { click: () => callbacks.range({ low: 0, high: BINS }) } }, "All");
    for (const field of [this.#from, this.#to]) field.addEventListener("change", () => this.#bounded());
    const log = el("input", { attrs: { type: "checkbox", "data-key": "log" }, on: { change: (event) => this.#scale(event.currentTarget.checked) } });
    this.#picture.append(...ticks(), this.#bars, this.#marks);
    this.#listen();
    this.element = el(
      "div",
      { class: "sk-stack" },
      this.#picture,
      el("div", { class: "sk-row" }, el("label", { class: "sk-threshold" }, "Threshold", this.#slider), this.#summary),
      el("div", { class: "sk-row" }, el("span", {}, "Only words with a confidence from"), this.#from, el("span", {}, "to"), this.#to, this.#all, el("label", { class: "sk-spread" }, log, "Logarithmic scale")),
    );
  }

  show(histogram: Histogram, threshold: number, range: Range): void {
    const isOther = histogram.words.some((words, bin) => words !== this.#histogram.words[bin]);
    this.#histogram = histogram;
    this.set(threshold, range);
    if (isOther) this.#drawBars();
  }

  /** Move threshold and brush at once, before the kernel answers. */
  set(threshold: number, range: Range): void {
    const isOtherRange = range.low !== this.#range.low || range.high !== this.#range.high;
    this.#threshold = threshold;
    this.#range = range;
    if (focusedInTreeOf(this.#slider) !== this.#slider) this.#slider.value = String(threshold);
    this.#from.value = binLabel(range.low);
    this.#to.value = binLabel(range.high);
    this.#all.disabled = range.low === 0 && range.high === BINS;
    if (isOtherRange) this.#drawBars();
    this.#drawMarks();
    const { words, ms, errors, wordShare, errorShare } = below(this.#histogram, threshold, range);
    this.#summary.textContent = `Below ${threshold.toFixed(2)}: ${count(words)} words (${percent(wordShare, 1)}), ${audio(ms / 1000)}, ${count(errors)} expected errors (${percent(errorShare)} of all)`;
    this.#slider.setAttribute("aria-valuetext", this.#summary.textContent);
    const total = this.#histogram.words.reduce((sum, value) => sum + value, 0);
    this.#picture.setAttribute("aria-label", `Histogram of ${count(total)} words by confidence. ${this.#summary.textContent}`);
  }

  #bound(label: string, key: string): HTMLInputElement {
    return el("input", { class: "sk-bound", attrs: { type: "number", min: 0, max: 1, step: 0.01, "aria-label": label, "data-key": key } });
  }

  #bounded(): void {
    const range = brushedRange(Number(this.#from.value), Number(this.#to.value));
    if (range) this.#callbacks.range({ low: Math.round(Number(this.#from.value) * BINS) < range.high ? Math.max(Math.round(Number(this.#from.value) * BINS), 0) : range.low, high: range.high });
    else this.set(this.#threshold, this.#range);
  }

  #scale(isLogarithmic: boolean): void {
    this.#isLogarithmic = isLogarithmic;
    this.#drawBars();
  }

  #drawBars(): void {
    const { words } = this.#histogram;
    const step = WIDTH / BINS;
    const { low, high } = this.#range;
    const bars = barHeights(words, this.#isLogarithmic).map((height, bin) => {
      if (!height) return null;
      const tall = Math.max(height * HEIGHT, 1);
      return svg("rect", { x: bin * step + 0.5, y: HEIGHT - tall, width: step - 1, height: tall, class: bin >= low && bin < high ? "sk-bar" : "sk-bar sk-outside" });
    });
    replace(this.#bars, ...bars);
  }

  #drawMarks(): void {
    const x = this.#threshold * WIDTH;
    const { low, high } = this.#range;
    const brush =
      (low > 0 || high < BINS) &&
      svg("rect", { x: (low / BINS) * WIDTH, y: -2, width: ((high - low) / BINS) * WIDTH, height: HEIGHT + 2, class: "sk-brush" });
    replace(
      this.#marks,
      brush,
      svg("line", { x1: x, x2: x, y1: 0, y2: HEIGHT, class: "sk-limit" }),
      svg("text", { x, y: -4, "text-anchor": x < 40 ? "start" : x > WIDTH - 40 ? "end" : "middle" }, `◂ below ${this.#threshold.toFixed(2)}`),
    );
  }

  #listen(): void {
    let from: number | null = null;
    let isThreshold = false;
    const move = (share: number) => {
      if (from === null) return;
      if (isThreshold) this.#callbacks.threshold(Math.min(Math.max(Math.round(share * BINS) / BINS, 0), 1));
      else {
        const range = brushedRange(from, share);
        if (range) this.#callbacks.range(range);
      }
    };
    this.#picture.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = this.#share(event);
      isThreshold = Math.abs(from - this.#threshold) * WIDTH <= GRIP;
      this.#picture.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    this.#picture.addEventListener("pointermove", (event) => move(this.#share(event)));
    this.#picture.addEventListener("pointerup", (event) => {
      if (from !== null && !isThreshold && !brushedRange(from, this.#share(event))) this.#callbacks.range({ low: 0, high: BINS });
      from = null;
    });
    this.#picture.addEventListener("pointercancel", () => (from = null));
  }

  #share(event: PointerEvent): number {
    const box = this.#picture.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * (1 + 28 / WIDTH) - 14 / WIDTH;
  }
}

function ticks(): SVGElement[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    svg("line", { x1: share * WIDTH, x2: share * WIDTH, y1: HEIGHT, y2: HEIGHT + 4, class: "sk-axis" }),
    svg("text", { x: share * WIDTH, y: HEIGHT + 15, "text-anchor": "middle" }, share.toFixed(2)),
  ]).concat(svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: "sk-axis" }));
}
