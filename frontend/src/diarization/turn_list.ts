/** The turns of a recording as a list to read and to work in; only those in sight exist in the page. */

import { clock, percent } from "../shared/format.ts";
import { Heights } from "../shared/row_heights.ts";
import { speakerClasses } from "../shared/speakers.ts";
import { EDITED, RETIMED, SETTLED, UNCERTAIN, type Talk, type Turn } from "./transcript.ts";
import { el, replace, setAttribute, uniqueId } from "../shared/dom.ts";

const LINE = 21;
const ROOM = 15;
const SPARE = 250;
const UNSURE = 0.6;

/** Words of one turn: from `first` up to, but without, `end`. */
export interface Words {
  first: number;
  end: number;
}

export interface TurnListOptions {
  /** A turn, or one of its words, was chosen by hand. */
  onChoose: (turn: Turn, word: number | null, extend: boolean) => void;
}

export class TurnList {
  readonly element: HTMLElement;
  readonly #options: TurnListOptions;
  readonly #body = el("div", { class: "sk-turns-body", attrs: { role: "presentation" } });
  readonly #id = uniqueId("sk-turns");
  readonly #heights = new Heights();
  readonly #rows = new Map<number, HTMLElement>();
  #talk: Talk | null = null;
  #order: number[] = [];
  #places = new Map<number, number>();
  #colours = new Map<string, string>();
  #selected = 0;
  #words: Words | null = null;
  #saidTurn = -1;
  #said: HTMLElement | null = null;
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
      this.#lay();
      this.#draw();
    });
    this.#resized.observe(this.element);
  }

  close(): void {
    this.#resized.disconnect();
  }

  /** Show turns in an order, one of them selected; it stands where the selected one has stood on the screen. */
  show(talk: Talk, order: number[], selected: number, words: Words | null): void {
    const stood = this.#places.get(this.#selected);
    const kept = stood === undefined ? null : this.#heights.top(stood) - this.element.scrollTop;
    this.#talk = talk;
    this.#order = order;
    this.#places = new Map(order.map((turn, place) => [turn, place]));
    this.#colours = speakerClasses(talk.speakers);
    this.#selected = selected;
    this.#words = words;
    this.#lay();
    const place = this.#places.get(selected);
    if (kept !== null && place !== undefined) this.element.scrollTop = this.#heights.top(place) - kept;
    if (place !== undefined) this.#reveal(place);
    else this.#draw();
  }

  /** Mark a turn, and words in it, and bring it into sight. */
  select(turn: number, words: Words | null, { scroll = true } = {}): void {
    this.#forget(this.#selected);
    this.#forget(turn);
    this.#selected = turn;
    this.#words = words;
    const place = this.#places.get(turn);
    if (place !== undefined && scroll) this.#reveal(place);
    else this.#draw();
  }

  /** Mark the word that is being said. */
  say(turn: number, word: number | null): void {
    if (turn !== this.#saidTurn) {
      this.#rows.get(this.#saidTurn)?.classList.remove("sk-turn-now");
      this.#saidTurn = turn;
      this.#rows.get(turn)?.classList.add("sk-turn-now");
    }
    const element = word === null ? null : (this.#rows.get(turn)?.querySelector<HTMLElement>(`[data-word="${word}"]`) ?? null);
    if (element === this.#said) return;
    this.#said?.classList.remove("sk-word-now");
    element?.classList.add("sk-word-now");
    this.#said = element;
  }

  /** Bring a turn into sight without selecting it. */
  reveal(turn: number): void {
    const place = this.#places.get(turn);
    if (place !== undefined) this.#reveal(place);
  }

  /** Guess the height of every row anew. */
  #lay(): void {
    const talk = this.#talk;
    if (!talk) return;
    this.#width = this.element.clientWidth;
    const perLine = Math.max((this.#width - 150) / 6.6, 20);
    const letters = (turn: Turn) => talk.letters(turn.first, turn.end);
    this.#heights.reset(this.#order.map((number) => Math.ceil(letters(talk.turns[number]!) / perLine) * LINE + ROOM));
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    setAttribute(this.#body, "data-count", this.#order.length);
    this.#stretch();
  }

  /** As high as all rows are together; a height that is the same would be laid out again. */
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
    const talk = this.#talk;
    if (!talk) return;
    if (!this.#order.length) {
      this.#stretch();
      replace(this.#body, el("div", { class: "sk-grid-empty", attrs: { role: "option", "aria-disabled": "true" } }, "Nobody says a word here."));
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
      const row = known ?? this.#row(talk, talk.turns[turn]!, place);
      const here = this.#body.children[place - first] ?? null;
      if (here !== row) this.#body.insertBefore(row, here); // read aloud in the order in which they stand
      if (known) continue;
      this.#rows.set(turn, row);
      fresh.push(place);
    }
    this.#measure(fresh);
    this.#place();
    setAttribute(this.element, "aria-activedescendant", this.#rows.has(this.#selected) ? this.#rowId(this.#selected) : null);
  }

  /** Real heights in place of guesses; what is read stays where it is. */
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

  #row(talk: Talk, turn: Turn, place: number): HTMLElement {
    const isSelected = turn.number === this.#selected;
    const name = talk.nameOf(turn) ?? "–";
    const marks = [
      talk.isSettled(turn) ? el("span", { class: "sk-turn-mark", attrs: { title: "Found right" } }, "✓ accepted") : null,
      talk.isEdited(turn) ? el("span", { class: "sk-turn-mark" }, "✎ edited") : null,
      ...(turn.doubt < UNCERTAIN ? [] : turn.reasons).map((reason) => el("span", { class: "sk-turn-doubt" }, reason)),
    ];
    const words: (HTMLElement | string)[] = [];
    for (let word = turn.first; word < turn.end; word += 1) words.push(this.#word(talk, word, isSelected), " ");
    return el(
      "div",
      {
        class: ["sk-turn", this.#colours.get(name) ?? "sk-speaker-later", isSelected && "sk-turn-selected", turn.number === this.#saidTurn && "sk-turn-now"].filter(Boolean).join(" "),
        attrs: { role: "option", id: this.#rowId(turn.number), "aria-selected": String(isSelected), "aria-posinset": place + 1, "aria-setsize": this.#order.length, "data-turn": turn.number },
      },
      el("div", { class: "sk-turn-head" }, el("span", { class: "sk-muted" }, clock(turn.startMs / 1000)), el("span", { class: "sk-badge" }, name)),
      el("div", { class: "sk-turn-body" }, el("div", { class: "sk-turn-words" }, ...words), marks.some(Boolean) ? el("div", { class: "sk-turn-marks" }, ...marks) : null),
    );
  }

  #word(talk: Talk, word: number, isInSelected: boolean): HTMLElement {
    const confidence = talk.confidence(word);
    const isUnsure = confidence !== null && confidence < UNSURE && !talk.has(word, SETTLED);
    const isChosen = isInSelected && this.#words !== null && word >= this.#words.first && word < this.#words.end;
    const classes = [isUnsure && "sk-word-unsure", talk.has(word, EDITED) && "sk-word-edited", isChosen && "sk-word-chosen"].filter(Boolean).join(" ");
    const notes = [
      isUnsure ? `confidence ${percent(confidence)}` : "",
      talk.has(word, EDITED) ? "edited" : "",
      talk.has(word, RETIMED) ? "time by alignment" : "",
    ].filter(Boolean);
    return el("span", { class: classes, attrs: { "data-word": word, title: notes.join(", ") || null } }, talk.texts[word] ?? "");
  }

  #click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest<HTMLElement>("[data-turn]");
    const turn = row && this.#talk?.turns[Number(row.dataset["turn"])];
    if (!turn) return;
    const word = target?.closest<HTMLElement>("[data-word]");
    this.#options.onChoose(turn, word ? Number(word.dataset["word"]) : null, event.shiftKey);
  }

  #rowId(turn: number): string {
    return `${this.#id}-${turn}`;
  }
}
