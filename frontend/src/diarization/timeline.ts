/** The timeline of a recording: overview, ruler, waveform, and a lane for each speaker. Only the visible range is drawn. */

import { el, keepFocus, replace, setAttribute } from "../shared/dom.ts";
import { clock, timecode } from "../shared/format.ts";
import { speakerClasses } from "../shared/speakers.ts";
import { clamped, levelFor, panned, revealing, tickStep, zoomed, type TimeRange } from "./time_axis.ts";
import { EDITED, type Interval, type Transcript, type Turn } from "./transcript.ts";
import type { Waveform } from "./waveform.ts";

const RULER = 18;
const WAVE = 56;
const LANE = 20;
const OVERVIEW_LANE = 5;

export interface TimelineOptions {
  waveform: Waveform;
  /** Called with the time of a click. */
  onSeek: (ms: number) => void;
  /** Called when a speaker's name is clicked. */
  onSpeaker: (speaker: string) => void;
}

interface Inks {
  ink: string;
  muted: string;
  line: string;
  ground: string;
  accent: string;
  picked: string;
  speakers: string[];
  none: string;
}

export class Timeline {
  readonly element: HTMLElement;
  readonly slider: HTMLElement;
  readonly #options: TimelineOptions;
  readonly #overview = el("canvas", { class: "sk-talk-overview", attrs: { "aria-hidden": "true" } });
  readonly #main = el("canvas", { attrs: { "aria-hidden": "true" } });
  readonly #cursor = el("div", { class: "sk-talk-cursor", attrs: { "aria-hidden": "true" } });
  readonly #overviewCursor = el("div", { class: "sk-talk-cursor", attrs: { "aria-hidden": "true" } });
  readonly #before = el("div", { class: "sk-talk-shade sk-talk-before", attrs: { "aria-hidden": "true" } });
  readonly #after = el("div", { class: "sk-talk-shade sk-talk-after", attrs: { "aria-hidden": "true" } });
  readonly #names = el("div", { class: "sk-talk-names" });
  readonly #swatches = el("div", { attrs: { hidden: true } });
  #transcript: Transcript | null = null;
  #overlaps: Interval[] = [];
  #inks: Inks | null = null;
  #totalMs = 1;
  #range: TimeRange = { fromMs: 0, toMs: 1 };
  #selected: Turn | null = null;
  #nowMs = 0;
  #frame = 0;
  #overviewIsStale = true;
  #width = 0;
  readonly #closers: (() => void)[] = [];

  constructor(options: TimelineOptions) {
    this.#options = options;
    this.slider = el(
      "div",
      {
        class: "sk-talk-main",
        attrs: { role: "slider", tabindex: 0, "aria-label": "Position in the recording", "aria-orientation": "horizontal", "aria-valuemin": 0, "data-key": "position" },
        on: { keydown: (event) => this.#press(event), wheel: (event) => this.#wheel(event) },
      },
      this.#main,
      this.#cursor,
    );
    const map = el("div", { class: "sk-talk-map" }, this.#overview, this.#before, this.#after, this.#overviewCursor);
    this.element = el("div", { class: "sk-talk" }, el("div", { class: "sk-talk-corner sk-muted" }, "Overview"), map, this.#names, this.slider, this.#swatches);
    this.#drag(this.slider);
    this.#dragOverview(map);
    const resized = new ResizeObserver(([entry]) => {
      this.#width = Math.round(entry?.contentRect.width ?? 0) || this.#width; // JupyterLab hides everything briefly when the theme changes
      this.redraw();
    });
    resized.observe(this.slider);
    const themed = new MutationObserver(() => this.#recolour());
    themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "theme"] });
    this.#closers.push(() => resized.disconnect(), () => themed.disconnect(), () => cancelAnimationFrame(this.#frame));
  }

  close(): void {
    for (const closer of this.#closers) closer();
  }

  /** Show another recording from start to end. */
  open(totalMs: number): void {
    this.#totalMs = Math.max(totalMs, 1);
    this.#range = { fromMs: 0, toMs: this.#totalMs };
    this.#transcript = null;
    this.#selected = null;
    setAttribute(this.slider, "aria-valuemax", Math.round(this.#totalMs / 1000));
    this.now(0);
    this.redraw();
  }

  /** Show a transcript; the visible range stays. */
  show(transcript: Transcript): void {
    const isKnown = this.#transcript?.speakers.join("\0") === transcript.speakers.join("\0");
    this.#transcript = transcript;
    this.#overlaps = transcript.overlaps();
    if (isKnown) this.redraw();
    else this.#showSpeakers(transcript);
  }

  #showSpeakers(transcript: Transcript): void {
    const classes = speakerClasses(transcript.speakers);
    const numbered = transcript.speakers.map((name, at) => ({ name, hint: at < 9 ? `${at + 1}` : "", colour: classes.get(name) ?? "" }));
    const items = numbered.map(({ name, hint, colour }) =>
      el(
        "button",
        {
          class: `sk-talk-name ${colour}`,
          attrs: { type: "button", title: `${name}: rename or merge`, "data-key": `speaker-${name}` },
          on: { click: () => this.#options.onSpeaker(name) },
        },
        el("span", { class: "sk-talk-key", attrs: { "aria-hidden": "true" } }, hint),
        el("span", { class: "sk-talk-label" }, name),
      ),
    );
    keepFocus(this.#names, () => replace(this.#names, ...items));
    replace(this.#swatches, ...transcript.speakers.map((name) => el("i", { class: classes.get(name) ?? "" })));
    this.#recolour();
  }

  /** Mark a turn and scroll it into view. */
  select(turn: Turn | null): void {
    this.#selected = turn;
    this.#showRange(turn ? revealing(this.#range, turn.startMs, turn.endMs, this.#totalMs) : this.#range);
  }

  /** Move the playhead; with `follow`, scroll with it. */
  now(ms: number, follow = false): void {
    this.#nowMs = ms;
    if (follow && (ms < this.#range.fromMs || ms > this.#range.toMs)) {
      this.#showRange(revealing(this.#range, ms, ms + (this.#range.toMs - this.#range.fromMs), this.#totalMs));
    }
    this.#placeCursor();
    const seconds = Math.round(ms / 1000);
    if (this.slider.getAttribute("aria-valuenow") !== String(seconds)) {
      setAttribute(this.slider, "aria-valuenow", seconds);
      setAttribute(this.slider, "aria-valuetext", `${clock(ms / 1000)} of ${clock(this.#totalMs / 1000)}`);
    }
  }

  /** Zoom around the playhead, or around the middle when the playhead is not visible. */
  zoom(factor: number): void {
    const { fromMs, toMs } = this.#range;
    const around = this.#nowMs >= fromMs && this.#nowMs <= toMs ? this.#nowMs : (fromMs + toMs) / 2;
    this.#showRange(zoomed(this.#range, factor, around, this.#totalMs));
  }

  fit(): void {
    this.#showRange({ fromMs: 0, toMs: this.#totalMs });
  }

  pan(share: number): void {
    this.#showRange(panned(this.#range, share * (this.#range.toMs - this.#range.fromMs), this.#totalMs));
  }

  /** Draw everything again in the next frame. */
  redraw(): void {
    this.#overviewIsStale = true;
    this.refresh();
  }

  /** Draw the visible range again in the next frame. */
  refresh(): void {
    this.#showRange(this.#range);
  }

  #showRange(range: TimeRange): void {
    this.#range = clamped(range, this.#totalMs);
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #recolour(): void {
    const style = getComputedStyle(this.element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const speakers = Array.from(this.#swatches.children, (swatch) => getComputedStyle(swatch).getPropertyValue("--sk-speaker").trim());
    this.#inks = {
      ink: colour("--sk-ink"),
      muted: colour("--sk-muted"),
      line: colour("--sk-line"),
      ground: colour("--sk-ground"),
      accent: colour("--sk-accent"),
      picked: colour("--sk-picked"),
      none: colour("--sk-later"),
      speakers,
    };
    this.redraw();
  }

  #draw(): void {
    this.#frame = 0;
    const inks = this.#inks;
    const transcript = this.#transcript;
    if (!this.#width || !inks) return;
    const lanes = Math.max(transcript?.speakers.length ?? 0, 1);
    const brush = sized(this.#main, this.#width, RULER + WAVE + lanes * LANE);
    this.#drawPicked(brush, inks);
    this.#drawRuler(brush, inks, RULER + WAVE + lanes * LANE);
    this.#drawWave(brush, inks);
    if (transcript) this.#drawLanes(brush, inks, transcript);
    if (this.#overviewIsStale) this.#drawOverview(inks, transcript, lanes);
    this.#placeWindow();
    this.#placeCursor();
  }

  #x(ms: number): number {
    return ((ms - this.#range.fromMs) / (this.#range.toMs - this.#range.fromMs)) * this.#width;
  }

  #ms(x: number): number {
    return this.#range.fromMs + (x / this.#width) * (this.#range.toMs - this.#range.fromMs);
  }

  #drawPicked(brush: CanvasRenderingContext2D, inks: Inks): void {
    if (!this.#selected) return;
    brush.fillStyle = inks.picked;
    const [from, to] = [this.#x(this.#selected.startMs), this.#x(this.#selected.endMs)];
    brush.fillRect(from, RULER, Math.max(to - from, 2), brush.canvas.height);
  }

  #drawRuler(brush: CanvasRenderingContext2D, inks: Inks, height: number): void {
    const step = tickStep((this.#range.toMs - this.#range.fromMs) / this.#width);
    brush.font = "11px system-ui, sans-serif";
    brush.textBaseline = "middle";
    brush.fillStyle = inks.muted;
    brush.strokeStyle = inks.line;
    brush.lineWidth = 1;
    brush.beginPath();
    for (let ms = Math.ceil(this.#range.fromMs / step) * step; ms <= this.#range.toMs; ms += step) {
      const x = Math.round(this.#x(ms)) + 0.5;
      brush.moveTo(x, RULER - 4);
      brush.lineTo(x, height);
      const label = step < 1000 ? timecode(Math.round(ms)).slice(0, -2) : clock(Math.round(ms / 1000));
      if (x < this.#width - 45) brush.fillText(label, x + 4, RULER / 2);
    }
    brush.stroke();
  }

  #drawWave(brush: CanvasRenderingContext2D, inks: Inks): void {
    const { waveform } = this.#options;
    const msPerPixel = (this.#range.toMs - this.#range.fromMs) / this.#width;
    const level = levelFor(msPerPixel, waveform.stepMs, waveform.factor, waveform.levels);
    const { first, widthMs, peaks, isWhole } = waveform.values(level, this.#range.fromMs, this.#range.toMs);
    if ((this.slider.dataset["waveform"] === "whole") !== isWhole) this.slider.dataset["waveform"] = isWhole ? "whole" : "partial"; // screenshots wait for this
    const middle = RULER + WAVE / 2;
    const barWidth = Math.max(widthMs / msPerPixel, 1);
    brush.fillStyle = inks.muted;
    let [pixel, tallest] = [-1, 0];
    const bar = (x: number, peak: number, width: number) => {
      const height = Math.max(Math.sqrt(peak / 255) * (WAVE - 4), 1);
      brush.fillRect(x, middle - height / 2, width, height);
    };
    peaks.forEach((peak, at) => {
      const x = Math.floor(this.#x((first + at) * widthMs));
      if (barWidth > 1) {
        bar(x, peak, Math.ceil(barWidth));
      } else if (x === pixel) {
        tallest = Math.max(tallest, peak);
      } else {
        if (pixel >= 0) bar(pixel, tallest, 1);
        [pixel, tallest] = [x, peak];
      }
    });
    if (pixel >= 0) bar(pixel, tallest, 1);
  }

  #drawLanes(brush: CanvasRenderingContext2D, inks: Inks, transcript: Transcript): void {
    const top = RULER + WAVE;
    brush.fillStyle = inks.line;
    for (let lane = 0; lane <= transcript.speakers.length; lane += 1) brush.fillRect(0, top + lane * LANE, this.#width, 1);
    for (const turn of transcript.turnsBetween(this.#range.fromMs, this.#range.toMs)) this.#drawTurn(brush, inks, transcript, turn, top);
    brush.fillStyle = inks.ink;
    for (const { startMs, endMs } of this.#overlaps) {
      if (endMs < this.#range.fromMs || startMs > this.#range.toMs) continue;
      const x = this.#x(startMs);
      brush.fillRect(x, top - 3, Math.max(this.#x(endMs) - x, 1), 3);
    }
  }

  #drawTurn(brush: CanvasRenderingContext2D, inks: Inks, transcript: Transcript, turn: Turn, top: number): void {
    const [x, right] = [this.#x(turn.startMs), this.#x(turn.endMs)];
    const y = top + Math.max(turn.speaker, 0) * LANE + 3;
    const width = Math.max(right - x, 1);
    brush.fillStyle = inks.speakers[turn.speaker] || inks.none;
    brush.fillRect(x, y, width, LANE - 6);
    if (width > 3 * (turn.end - turn.first)) {
      brush.fillStyle = inks.ground;
      for (let word = turn.first + 1; word < turn.end; word += 1) brush.fillRect(this.#x(transcript.starts[word] ?? 0), y, 1, LANE - 6);
    }
    brush.fillStyle = inks.ink;
    for (let word = turn.first; word < turn.end; word += 1) {
      if (transcript.has(word, EDITED)) brush.fillRect(this.#x(transcript.starts[word] ?? 0), y + LANE - 7, Math.max(this.#x(transcript.ends[word] ?? 0) - this.#x(transcript.starts[word] ?? 0), 1), 2);
    }
    if (turn === this.#selected) {
      brush.strokeStyle = inks.ink;
      brush.lineWidth = 2;
      brush.strokeRect(x, y - 1, Math.max(width, 2), LANE - 4);
    }
  }

  #drawOverview(inks: Inks, transcript: Transcript | null, lanes: number): void {
    this.#overviewIsStale = false;
    const brush = sized(this.#overview, this.#width, lanes * OVERVIEW_LANE + 6);
    for (const turn of transcript?.turns ?? []) {
      const x = (turn.startMs / this.#totalMs) * this.#width;
      brush.fillStyle = inks.speakers[turn.speaker] || inks.none;
      brush.fillRect(x, 3 + Math.max(turn.speaker, 0) * OVERVIEW_LANE, Math.max(((turn.endMs - turn.startMs) / this.#totalMs) * this.#width, 1), OVERVIEW_LANE - 1);
    }
  }

  /** Sets transforms only: they need neither layout nor paint. */
  #placeWindow(): void {
    this.#before.style.transform = `translateX(${(this.#range.fromMs / this.#totalMs - 1) * 100}%)`;
    this.#after.style.transform = `translateX(${(this.#range.toMs / this.#totalMs) * 100}%)`;
  }

  #placeCursor(): void {
    const x = this.#x(this.#nowMs);
    this.#cursor.style.transform = `translateX(${x}px)`;
    this.#cursor.style.visibility = x < 0 || x > this.#width ? "hidden" : "visible";
    this.#overviewCursor.style.transform = `translateX(${(this.#nowMs / this.#totalMs) * this.#width}px)`;
  }

  /** Dragging pans; a click without a drag seeks. */
  #drag(target: HTMLElement): void {
    let start: { x: number; range: TimeRange; moved: boolean } | null = null;
    target.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      start = { x: event.clientX, range: this.#range, moved: false };
      target.setPointerCapture(event.pointerId);
    });
    target.addEventListener("pointermove", (event) => {
      if (!start) return;
      const shift = event.clientX - start.x;
      start.moved ||= Math.abs(shift) > 4;
      if (start.moved) this.#showRange(panned(start.range, (-shift / this.#width) * (start.range.toMs - start.range.fromMs), this.#totalMs));
    });
    target.addEventListener("pointerup", (event) => {
      if (start && !start.moved) this.#options.onSeek(this.#ms(event.clientX - target.getBoundingClientRect().left));
      start = null;
    });
    target.addEventListener("pointercancel", () => (start = null));
  }

  #dragOverview(map: HTMLElement): void {
    const go = (event: PointerEvent) => {
      const at = ((event.clientX - map.getBoundingClientRect().left) / map.clientWidth) * this.#totalMs;
      const half = (this.#range.toMs - this.#range.fromMs) / 2;
      this.#showRange({ fromMs: at - half, toMs: at + half });
    };
    map.addEventListener("pointerdown", (event) => {
      map.setPointerCapture(event.pointerId);
      go(event);
    });
    map.addEventListener("pointermove", (event) => event.buttons & 1 && go(event));
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      const at = this.#ms(event.clientX - this.slider.getBoundingClientRect().left);
      this.#showRange(zoomed(this.#range, 1.002 ** -event.deltaY, at, this.#totalMs));
    } else if (event.deltaX || event.shiftKey) {
      const by = (event.deltaX || event.deltaY) / this.#width;
      this.pan(by);
    } else {
      return; // the page scrolls
    }
    event.preventDefault();
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 10_000 : 1000;
    const to: Record<string, number> = { ArrowLeft: this.#nowMs - step, ArrowRight: this.#nowMs + step, PageUp: this.#nowMs - 60_000, PageDown: this.#nowMs + 60_000, Home: 0, End: this.#totalMs };
    const ms = to[event.key];
    if (ms === undefined) return;
    this.#options.onSeek(Math.min(Math.max(ms, 0), this.#totalMs));
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Clear a canvas and give it a size in CSS pixels; the returned context draws in CSS pixels, sharp on any screen. */
function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const scale = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.height = `${height}px`;
  }
  const brush = canvas.getContext("2d") as CanvasRenderingContext2D;
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  brush.clearRect(0, 0, width, height);
  return brush;
}
