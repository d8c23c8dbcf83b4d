/** The collocates: words near the query more often than by chance. */

import type { Bridge } from "../shared/bridge.ts";
import { el, keepFocus, replace } from "../shared/dom.ts";
import { count } from "../shared/format.ts";
import { plural } from "./messages.ts";
import type { Collocate } from "./types.ts";

const MEASURES = [
  ["logdice", "logDice: typical"],
  ["ll", "log-likelihood: sure"],
  ["mi", "MI: exclusive"],
  ["t", "t-score: frequent"],
] as const;
const SPANS = [1, 2, 3, 4, 5, 7, 10];

export class CollocatePanel {
  readonly element: HTMLElement;
  readonly #bridge: Bridge;
  readonly #search: (query: string) => void;
  readonly #measure: HTMLSelectElement;
  readonly #span: HTMLSelectElement;
  readonly #status = el("span", { class: "sk-muted" });
  readonly #table = el("table", { class: "sk-figures" });
  #shownFor = "";

  constructor(bridge: Bridge, search: (query: string) => void) {
    this.#bridge = bridge;
    this.#search = search;
    const changed = { change: () => void this.refresh("") };
    this.#measure = el("select", { attrs: { "data-key": "measure" }, on: changed }, ...MEASURES.map(([value, title]) => el("option", { attrs: { value } }, title)));
    this.#span = el("select", { attrs: { "data-key": "span" }, on: changed }, ...SPANS.map((span) => el("option", { attrs: { value: span, selected: span === 5 } }, `${span}`)));
    this.element = el(
      "div",
      { class: "sk-stack" },
      el("div", { class: "sk-row" }, el("label", {}, "Sorted by", this.#measure), el("label", {}, "Words on each side", this.#span), this.#status),
      el("div", { class: "sk-search-scroll", attrs: { tabindex: 0, role: "region", "aria-label": "Collocates" } }, this.#table),
    );
  }

  /** Fetch the collocates of a view, unless they are already shown; an empty name fetches the current view again. */
  async refresh(view: string): Promise<void> {
    if (view && view === this.#shownFor) return;
    this.#shownFor = view || this.#shownFor;
    this.#status.textContent = "Counting …";
    const answer = await this.#bridge.askLatest<{ rows: Collocate[]; total: number }>("collocates", { span: Number(this.#span.value), measure: this.#measure.value });
    if (!answer) {
      this.#status.textContent = "";
      return;
    }
    this.#status.textContent = `${plural(answer.total, "word")} found near the query at least twice, by any speaker in the selected recordings.`;
    this.#draw(answer.rows);
  }

  #draw(rows: Collocate[]): void {
    const measure = this.#measure.value;
    const title = MEASURES.find(([value]) => value === measure)?.[1].split(":")[0] ?? measure;
    const head = ["Word", "Nearby", "Total", title].map((text, at) => el("th", { class: at ? "sk-number" : "", attrs: { scope: "col" } }, text));
    const cell = (text: string) => el("td", { class: "sk-number" }, text);
    const body = rows.map((row) => el("tr", {}, el("th", { attrs: { scope: "row" } }, this.#word(row)), cell(count(row.together)), cell(count(row.frequency)), cell((row.scores[measure] ?? 0).toFixed(2))));
    keepFocus(this.#bridge.root, () => replace(this.#table, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body)));
  }

  #word(row: Collocate): HTMLElement {
    if (!row.query) return el("span", {}, row.word);
    const attrs = { type: "button", title: `Search for ${row.query}`, "data-key": `collocate:${row.word}` };
    return el("button", { class: "sk-plain sk-link", attrs, on: { click: () => this.#search(row.query) } }, row.word);
  }
}
