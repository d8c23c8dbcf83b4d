/** The recording along time: an overview, a ruler, the waveform, and a lane for each speaker. Only what is in sight is drawn. */

import { clock, timecode } from "../shared/format.ts";
import { speakerClasses } from "../shared/speakers.ts";
import { EDITED, type Stretch, type Talk, type Turn } from "./transcript.ts";
import { clamped, levelFor, panned, showing, tickStep, zoomed, type Sight } from "./time_axis.ts";
import { el, keepFocus, replace, setAttribute } from "../shared/dom.ts";
import { FACTOR, type Waveform } from "./waveform.ts";

const RULER = 18;
const WAVE = 56;
const LANE = 20;
const OVERVIEW_LANE = 5;

export interface TimelineOptions {
  waveform: Waveform;
  /** A moment was pointed at. */
  onSeek: (ms: number) => void;
  /** A speaker's name was pressed. */
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
  #talk: Talk | null = null;
  #overlaps: Stretch[] = [];
  #inks: Inks | null = null;
  #totalMs = 1;
  #sight: Sight = { fromMs: 0, toMs: 1 };
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
      this.#width = Math.round(entry?.contentRect.width ?? 0) || this.#width; // JupyterLab hides everything for a moment when the theme changes
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

  /** Another recording: all of it is in sight. */
  open(totalMs: number): void {
    this.#totalMs = Math.max(totalMs, 1);
    this.#sight = { fromMs: 0, toMs: this.#totalMs };
    this.#talk = null;
    this.#selected = null;
    setAttribute(this.slider, "aria-valuemax", Math.round(this.#totalMs / 1000));
    this.now(0);
    this.redraw();
  }

  /** Show a transcript, at the place where the reader is. */
  show(talk: Talk): void {
    const isKnown = this.#talk?.speakers.join("\0") === talk.speakers.join("\0");
    this.#talk = talk;
    this.#overlaps = talk.overlaps();
    if (isKnown) this.redraw();
    else this.#showSpeakers(talk);
  }

  #showSpeakers(talk: Talk): void {
    const classes = speakerClasses(talk.speakers);
    const numbered = talk.speakers.map((name, at) => ({ name, hint: at < 9 ? `${at + 1}` : "", colour: classes.get(name) ?? "" }));
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
    replace(this.#swatches, ...talk.speakers.map((name) => el("i", { class: classes.get(name) ?? "" })));
    this.#recolour();
  }

  /** Mark a turn, and bring it into sight. */
  select(turn: Turn | null): void {
    this.#selected = turn;
    this.#look(turn ? showing(this.#sight, turn.startMs, turn.endMs, this.#totalMs) : this.#sight);
  }

  /** Move the playhead; while it plays, the sight goes along. */
  now(ms: number, follow = false): void {
    this.#nowMs = ms;
    if (follow && (ms < this.#sight.fromMs || ms > this.#sight.toMs)) {
      this.#look(showing(this.#sight, ms, ms + (this.#sight.toMs - this.#sight.fromMs), this.#totalMs));
    }
    this.#placeCursor();
    const seconds = Math.round(ms / 1000);
    if (this.slider.getAttribute("aria-valuenow") !== String(seconds)) {
      setAttribute(this.slider, "aria-valuenow", seconds);
      setAttribute(this.slider, "aria-valuetext", `${clock(ms / 1000)} of ${clock(this.#totalMs / 1000)}`);
    }
  }

  /** Zoom around the playhead, or around the middle when it is out of sight. */
  zoom(factor: number): void {
    const { fromMs, toMs } = this.#sight;
    const around = this.#nowMs >= fromMs && this.#nowMs <= toMs ? this.#nowMs : (fromMs + toMs) / 2;
    this.#look(zoomed(this.#sight, factor, around, this.#totalMs));
  }

  fit(): void {
    this.#look({ fromMs: 0, toMs: this.#totalMs });
  }

  pan(share: number): void {
    this.#look(panned(this.#sight, share * (this.#sight.toMs - this.#sight.fromMs), this.#totalMs));
  }

  /** Draw everything again, once, before the next frame is shown. */
  redraw(): void {
    this.#overviewIsStale = true;
    this.refresh();
  }

  /** Draw again what is in sight. */
  refresh(): void {
    this.#look(this.#sight);
  }

  #look(sight: Sight): void {
    this.#sight = clamped(sight, this.#totalMs);
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
    const talk = this.#talk;
    if (!this.#width || !inks) return;
    const lanes = Math.max(talk?.speakers.length ?? 0, 1);
    const brush = sized(this.#main, this.#width, RULER + WAVE + lanes * LANE);
    this.#drawPicked(brush, inks);
    this.#drawRuler(brush, inks, RULER + WAVE + lanes * LANE);
    this.#drawWave(brush, inks);
    if (talk) this.#drawLanes(brush, inks, talk);
    if (this.#overviewIsStale) this.#drawOverview(inks, talk, lanes);
    this.#placeWindow();
    this.#placeCursor();
  }

  #x(ms: number): number {
    return ((ms - this.#sight.fromMs) / (this.#sight.toMs - this.#sight.fromMs)) * this.#width;
  }

  #ms(x: number): number {
    return this.#sight.fromMs + (x / this.#width) * (this.#sight.toMs - this.#sight.fromMs);
  }

  #drawPicked(brush: CanvasRenderingContext2D, inks: Inks): void {
    if (!this.#selected) return;
    brush.fillStyle = inks.picked;
    const [from, to] = [this.#x(this.#selected.startMs), this.#x(this.#selected.endMs)];
    brush.fillRect(from, RULER, Math.max(to - from, 2), brush.canvas.height);
  }

  #drawRuler(brush: CanvasRenderingContext2D, inks: Inks, height: number): void {
    const step = tickStep((this.#sight.toMs - this.#sight.fromMs) / this.#width);
    brush.font = "11px system-ui, sans-serif";
    brush.textBaseline = "middle";
    brush.fillStyle = inks.muted;
    brush.strokeStyle = inks.line;
    brush.lineWidth = 1;
    brush.beginPath();
    for (let ms = Math.ceil(this.#sight.fromMs / step) * step; ms <= this.#sight.toMs; ms += step) {
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
    const msPerPixel = (this.#sight.toMs - this.#sight.fromMs) / this.#width;
    const level = levelFor(msPerPixel, waveform.stepMs, FACTOR, waveform.levels);
    const { first, widthMs, peaks, isWhole } = waveform.values(level, this.#sight.fromMs, this.#sight.toMs);
    if ((this.slider.dataset["waveform"] === "whole") !== isWhole) this.slider.dataset["waveform"] = isWhole ? "whole" : "partial"; // for pictures
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

  #drawLanes(brush: CanvasRenderingContext2D, inks: Inks, talk: Talk): void {
    const top = RULER + WAVE;
    brush.fillStyle = inks.line;
    for (let lane = 0; lane <= talk.speakers.length; lane += 1) brush.fillRect(0, top + lane * LANE, this.#width, 1);
    for (const turn of talk.between(this.#sight.fromMs, this.#sight.toMs)) this.#drawTurn(brush, inks, talk, turn, top);
    brush.fillStyle = inks.ink;
    for (const { startMs, endMs } of this.#overlaps) {
      if (endMs < this.#sight.fromMs || startMs > this.#sight.toMs) continue;
      const x = this.#x(startMs);
      brush.fillRect(x, top - 3, Math.max(this.#x(endMs) - x, 1), 3);
    }
  }

  #drawTurn(brush: CanvasRenderingContext2D, inks: Inks, talk: Talk, turn: Turn, top: number): void {
    const [x, right] = [this.#x(turn.startMs), this.#x(turn.endMs)];
    const y = top + Math.max(turn.speaker, 0) * LANE + 3;
    const width = Math.max(right - x, 1);
    brush.fillStyle = inks.speakers[turn.speaker] || inks.none;
    brush.fillRect(x, y, width, LANE - 6);
    if (width > 3 * (turn.end - turn.first)) {
      brush.fillStyle = inks.ground;
      for (let word = turn.first + 1; word < turn.end; word += 1) brush.fillRect(this.#x(talk.starts[word] ?? 0), y, 1, LANE - 6);
    }
    brush.fillStyle = inks.ink;
    for (let word = turn.first; word < turn.end; word += 1) {
      if (talk.has(word, EDITED)) brush.fillRect(this.#x(talk.starts[word] ?? 0), y + LANE - 7, Math.max(this.#x(talk.ends[word] ?? 0) - this.#x(talk.starts[word] ?? 0), 1), 2);
    }
    if (turn === this.#selected) {
      brush.strokeStyle = inks.ink;
      brush.lineWidth = 2;
      brush.strokeRect(x, y - 1, Math.max(width, 2), LANE - 4);
    }
  }

  #drawOverview(inks: Inks, talk: Talk | null, lanes: number): void {
    this.#overviewIsStale = false;
    const brush = sized(this.#overview, this.#width, lanes * OVERVIEW_LANE + 6);
    for (const turn of talk?.turns ?? []) {
      const x = (turn.startMs / this.#totalMs) * this.#width;
      brush.fillStyle = inks.speakers[turn.speaker] || inks.none;
      brush.fillRect(x, 3 + Math.max(turn.speaker, 0) * OVERVIEW_LANE, Math.max(((turn.endMs - turn.startMs) / this.#totalMs) * this.#width, 1), OVERVIEW_LANE - 1);
    }
  }

  /** Only transforms are set: they need neither layout nor paint. */
  #placeWindow(): void {
    this.#before.style.transform = `translateX(${(this.#sight.fromMs / this.#totalMs - 1) * 100}%)`;
    this.#after.style.transform = `translateX(${(this.#sight.toMs / this.#totalMs) * 100}%)`;
  }

  #placeCursor(): void {
    const x = this.#x(this.#nowMs);
    this.#cursor.style.transform = `translateX(${x}px)`;
    this.#cursor.style.visibility = x < 0 || x > this.#width ? "hidden" : "visible";
    this.#overviewCursor.style.transform = `translateX(${(this.#nowMs / this.#totalMs) * this.#width}px)`;
  }

  /** Dragging moves what is in sight; a press without a drag is a seek. */
  #drag(target: HTMLElement): void {
    let start: { x: number; sight: Sight; moved: boolean } | null = null;
    target.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      start = { x: event.clientX, sight: this.#sight, moved: false };
      target.setPointerCapture(event.pointerId);
    });
    target.addEventListener("pointermove", (event) => {
      if (!start) return;
      const shift = event.clientX - start.x;
      start.moved ||= Math.abs(shift) > 4;
      if (start.moved) this.#look(panned(start.sight, (-shift / this.#width) * (start.sight.toMs - start.sight.fromMs), this.#totalMs));
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
      const half = (this.#sight.toMs - this.#sight.fromMs) / 2;
      this.#look({ fromMs: at - half, toMs: at + half });
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
      this.#look(zoomed(this.#sight, 1.002 ** -event.deltaY, at, this.#totalMs));
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

/** A canvas of a size in CSS pixels, sharp on any screen and empty; its context draws in CSS pixels. */
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
