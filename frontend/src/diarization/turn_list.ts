/** The list of turns; only the visible ones exist in the page. */

import { el, replace, setAttribute, uniqueId } from "../shared/dom.ts";
import { clock, percent } from "../shared/format.ts";
import { RowHeights } from "../shared/row_heights.ts";
import { speakerClasses } from "../shared/speakers.ts";
import { EDITED, RETIMED, SETTLED, UNCERTAIN, type Transcript, type Turn, type WordSpan } from "./transcript.ts";

const LINE = 21;
const ROOM = 15;
const SPARE = 250;
const UNSURE = 0.6;

export interface TurnListOptions {
  /** Called when a turn, or one of its words, is clicked; `extend` with Shift. */
  onChoose: (turn: Turn, word: number | null, extend: boolean) => void;
}

export class TurnList {
  readonly element: HTMLElement;
  readonly #options: TurnListOptions;
  readonly #body = el("div", { class: "sk-turns-body", attrs: { role: "presentation" } });
  readonly #id = uniqueId("sk-turns");
  readonly #heights = new RowHeights();
  readonly #rows = new Map<number, HTMLElement>();
  #transcript: Transcript | null = null;
  #order: readonly number[] = [];
  #places = new Map<number, number>();
  #colours = new Map<string, string>();
  #selected = 0;
  #words: WordSpan | null = null;
  #spokenTurn = -1;
  #spokenWord: HTMLElement | null = null;
  #width = 0;
  readonly #resized: ResizeObserver;

  constructor(options: TurnListOptions) {
    this.#options = options;
    this.element = el(
      "div",
      {
        class: "sk-turns",
        attrs: { role: "listbox", tabindex: 0, "aria-label": "Turns", "data-key": "turns" },
        on: { scroll: () => this.#draw(), click: (event) => this.#click(event) },
      },
      this.#body,
    );
    this.#resized = new ResizeObserver(() => {
      if (this.element.clientWidth === this.#width) return;
      this.#layOut();
      this.#draw();
    });
    this.#resized.observe(this.element);
  }

  close(): void {
    this.#resized.disconnect();
  }

  /** Show turns in an order; the selected turn stays where it was on the screen. */
  show(transcript: Transcript, order: readonly number[], selected: number, words: WordSpan | null): void {
    const before = this.#places.get(this.#selected);
    const offset = before === undefined ? null : this.#heights.top(before) - this.element.scrollTop;
    this.#transcript = transcript;
    this.#order = order;
    this.#places = new Map(order.map((turn, place) => [turn, place]));
    this.#colours = speakerClasses(transcript.speakers);
    this.#selected = selected;
    this.#words = words;
    this.#layOut();
    const place = this.#places.get(selected);
    if (offset !== null && place !== undefined) this.element.scrollTop = this.#heights.top(place) - offset;
    if (place !== undefined) this.#reveal(place);
    else this.#draw();
  }

  /** Mark a turn and words in it, and scroll it into view. */
  select(turn: number, words: WordSpan | null): void {
    this.#forget(this.#selected);
    this.#forget(turn);
    this.#selected = turn;
    this.#words = words;
    const place = this.#places.get(turn);
    if (place !== undefined) this.#reveal(place);
    else this.#draw();
  }

  /** Mark the word that is being played. */
  markSpoken(turn: number, word: number | null): void {
    if (turn !== this.#spokenTurn) {
      this.#rows.get(this.#spokenTurn)?.classList.remove("sk-turn-now");
      this.#spokenTurn = turn;
      this.#rows.get(turn)?.classList.add("sk-turn-now");
    }
    const element = word === null ? null : (this.#rows.get(turn)?.querySelector<HTMLElement>(`[data-word="${word}"]`) ?? null);
    if (element === this.#spokenWord) return;
    this.#spokenWord?.classList.remove("sk-word-now");
    element?.classList.add("sk-word-now");
    this.#spokenWord = element;
  }

  /** Estimate the height of every row again. */
  #layOut(): void {
    const transcript = this.#transcript;
    if (!transcript) return;
    this.#width = this.element.clientWidth;
    const perLine = Math.max((this.#width - 150) / 6.6, 20);
    const length = (turn: Turn) => transcript.textLength(turn.first, turn.end);
    this.#heights.reset(this.#order.map((number) => Math.ceil(length(transcript.turns[number]!) / perLine) * LINE + ROOM));
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    setAttribute(this.#body, "data-count", this.#order.length);
    this.#stretch();
  }

  /** Give the body the height of all rows; setting an equal height would cost a layout. */
  #stretch(): void {
    const height = this.#order.length ? `${this.#heights.total}px` : "";
    if (this.#body.style.height !== height) this.#body.style.height = height;
  }

  #reveal(place: number): void {
    const { element } = this;
    const top = this.#heights.top(place);
    const bottom = top + this.#heights.height(place);
    if (top < element.scrollTop + LINE) element.scrollTop = Math.max(top - LINE, 0);
    else if (bottom > element.scrollTop + element.clientHeight - LINE) element.scrollTop = Math.min(top, bottom - element.clientHeight + 2 * LINE);
    this.#draw();
  }

  #forget(turn: number): void {
    this.#rows.get(turn)?.remove();
    this.#rows.delete(turn);
  }

  #draw(): void {
    const transcript = this.#transcript;
    if (!transcript) return;
    if (!this.#order.length) {
      this.#stretch();
      replace(this.#body, el("div", { class: "sk-grid-empty", attrs: { role: "option", "aria-disabled": "true" } }, "No turns."));
      this.element.removeAttribute("aria-activedescendant");
      return;
    }
    const { scrollTop, clientHeight } = this.element;
    const first = this.#heights.at(Math.max(scrollTop - SPARE, 0));
    const last = this.#heights.at(scrollTop + clientHeight + SPARE);
    const wanted = new Set(this.#order.slice(first, last + 1));
    for (const turn of this.#rows.keys()) if (!wanted.has(turn)) this.#forget(turn);
    this.#body.querySelector(".sk-grid-empty")?.remove();
    const fresh: number[] = [];
    for (let place = first; place <= last; place += 1) {
      const turn = this.#order[place]!;
      const known = this.#rows.get(turn);
      const row = known ?? this.#row(transcript, transcript.turns[turn]!, place);
      const here = this.#body.children[place - first] ?? null;
      if (here !== row) this.#body.insertBefore(row, here); // screen readers follow the order of the elements
      if (known) continue;
      this.#rows.set(turn, row);
      fresh.push(place);
    }
    this.#measure(fresh);
    this.#place();
    setAttribute(this.element, "aria-activedescendant", this.#rows.has(this.#selected) ? this.#rowId(this.#selected) : null);
  }

  /** Replace estimated heights by measured ones; the visible rows stay where they are. */
  #measure(places: number[]): void {
    const measured = places.map((place) => [place, this.#rows.get(this.#order[place]!)?.offsetHeight ?? 0] as const);
    let above = 0;
    for (const [place, height] of measured) {
      if (!height) continue;
      const isAbove = this.#heights.top(place) < this.element.scrollTop;
      const difference = this.#heights.set(place, height);
      if (isAbove) above += difference;
    }
    this.#stretch();
    if (above) this.element.scrollTop += above;
  }

  #place(): void {
    for (const [turn, row] of this.#rows) row.style.transform = `translateY(${this.#heights.top(this.#places.get(turn) ?? 0)}px)`;
  }

  #row(transcript: Transcript, turn: Turn, place: number): HTMLElement {
    const isSelected = turn.number === this.#selected;
    const name = transcript.speakerOf(turn) ?? "–";
    const marks = [
      transcript.isSettled(turn) ? el("span", { class: "sk-turn-mark", attrs: { title: "Confirmed by a person" } }, "✓ accepted") : null,
      transcript.isEdited(turn) ? el("span", { class: "sk-turn-mark" }, "✎ edited") : null,
      ...(turn.uncertainty < UNCERTAIN ? [] : turn.reasons).map((reason) => el("span", { class: "sk-turn-uncertain" }, reason)),
    ];
    const words: (HTMLElement | string)[] = [];
    for (let word = turn.first; word < turn.end; word += 1) words.push(this.#word(transcript, word, isSelected), " ");
    return el(
      "div",
      {
        class: ["sk-turn", this.#colours.get(name) ?? "sk-speaker-later", isSelected && "sk-turn-selected", turn.number === this.#spokenTurn && "sk-turn-now"].filter(Boolean).join(" "),
        attrs: { role: "option", id: this.#rowId(turn.number), "aria-selected": String(isSelected), "aria-posinset": place + 1, "aria-setsize": this.#order.length, "data-turn": turn.number },
      },
      el("div", { class: "sk-turn-head" }, el("span", { class: "sk-muted" }, clock(turn.startMs / 1000)), el("span", { class: "sk-badge" }, name)),
      el("div", { class: "sk-turn-body" }, el("div", { class: "sk-turn-words" }, ...words), marks.some(Boolean) ? el("div", { class: "sk-turn-marks" }, ...marks) : null),
    );
  }

  #word(transcript: Transcript, word: number, isInSelected: boolean): HTMLElement {
    const confidence = transcript.confidence(word);
    const isUnsure = confidence !== null && confidence < UNSURE && !transcript.has(word, SETTLED);
    const isChosen = isInSelected && this.#words !== null && word >= this.#words.first && word < this.#words.end;
    const classes = [isUnsure && "sk-word-unsure", transcript.has(word, EDITED) && "sk-word-edited", isChosen && "sk-word-chosen"].filter(Boolean).join(" ");
    const notes = [
      isUnsure ? `confidence ${percent(confidence)}` : "",
      transcript.has(word, EDITED) ? "edited" : "",
      transcript.has(word, RETIMED) ? "time estimated by alignment" : "",
    ].filter(Boolean);
    return el("span", { class: classes, attrs: { "data-word": word, title: notes.join(", ") || null } }, transcript.texts[word] ?? "");
  }

  #click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest<HTMLElement>("[data-turn]");
    const turn = row && this.#transcript?.turns[Number(row.dataset["turn"])];
    if (!turn) return;
    const word = target?.closest<HTMLElement>("[data-word]");
    this.#options.onChoose(turn, word ? Number(word.dataset["word"]) : null, event.shiftKey);
  }

  #rowId(turn: number): string {
    return `${this.#id}-${turn}`;
  }
}
