/** The transcript search: key words in context, with facets, sorting, playback, citations and corrections. */

import { Bridge, type Context } from "../shared/bridge.ts";
import { el, keepFocus, replace, setAttribute } from "../shared/dom.ts";
import { clock } from "../shared/format.ts";
import { keyboard, type Key } from "../shared/keyboard.ts";
import { speakerClasses } from "../shared/speakers.ts";
import { VirtualTable, type Column } from "../shared/virtual_table.ts";
import { CollocatePanel } from "./collocates.ts";
import { CorrectDialog } from "./correct_dialog.ts";
import { FacetPanel, NO_VALUE } from "./facets.ts";
import { ORDERS, nextOrder, plural, summary, type Found } from "./messages.ts";
import { Player } from "./player.ts";
import { copy, onEnter } from "./query_fields.ts";
import { StripPanel } from "./strips.ts";
import type { Facet, Line } from "./types.ts";

type Picked = Record<string, (string | null)[]>;

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["climate", "a word; case, accents and punctuation make no difference"],
  ["clim*", "words that begin with these letters"],
  ['"climate change"', "a phrase"],
  ['"climate chang*"', "a phrase whose last word begins with these letters"],
  ["climate NEAR/5 change", "both, at most five words between, in either order"],
  ["climate AND weather", "both in the same recording (a space means the same)"],
  ["climate OR weather", "one of them, or both"],
  ["climate NOT weather", "the first, in recordings without the second"],
  ["(climate OR weather) NEAR change", "not possible: NEAR joins words and phrases, not brackets"],
];

function render(context: Context): () => void {
  const bridge = new Bridge(context, "Transcript search");
  new Search(bridge);
  return bridge.close;
}

class Search {
  readonly #bridge: Bridge;
  readonly #player: Player;
  readonly #facets: FacetPanel;
  readonly #strips: StripPanel;
  readonly #collocates: CollocatePanel;
  readonly #correctDialog: CorrectDialog;
  readonly #table: VirtualTable<Line>;
  readonly #query: HTMLInputElement;
  readonly #order: HTMLSelectElement;
  readonly #problem = el("p", { class: "sk-search-problem", attrs: { id: `sk-problem-${Math.random().toString(36).slice(2)}`, role: "alert", hidden: true } });
  readonly #summary = el("span", { attrs: { role: "status" } });
  readonly #chips = el("span", { class: "sk-row" });
  readonly #undo = el("button", { attrs: { type: "button", hidden: true, "data-key": "undo" }, on: { click: () => void this.#undoCorrection() } }, "Undo the correction");
  readonly #queryHelp = el("details", { class: "sk-search-help" }, el("summary", {}, "How to write a query"), queryHelp());
  readonly #where: HTMLDetailsElement;
  readonly #near: HTMLDetailsElement;
  #speakers = new Map<string, string>();
  #found: Partial<Found> = {};
  #view = "";

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.#player = new Player(bridge);
    const speakerClass = (speaker: string | null) => this.#speakers.get(speaker ?? "") ?? "sk-speaker-later";
    this.#facets = new FacetPanel(bridge, speakerClass);
    this.#strips = new StripPanel(bridge, { isPicked: (name) => this.#picked("recording_id").includes(name), pick: (name, on) => this.#pick("recording_id", name, on), goTo: (at) => void this.#playAt(at) });
    this.#collocates = new CollocatePanel(bridge, (query) => this.#search(query));
    this.#correctDialog = new CorrectDialog(bridge, (places) => this.#corrected(places));
    this.#query = el("input", { class: "sk-search-query", attrs: { type: "search", placeholder: 'bridge, clim*, "climate change", climate NEAR/5 change', "aria-label": "Search the transcripts", "data-key": "query", spellcheck: "false", autocomplete: "off" }, on: { keydown: (event) => onEnter(event, () => this.#search(this.#query.value)) } });
    setAttribute(this.#query, "aria-describedby", this.#problem.id);
    this.#order = el("select", { attrs: { "data-key": "order" }, on: { change: () => this.#sort(this.#order.value) } }, ...ORDERS.map(([value, title]) => el("option", { attrs: { value } }, title)));
    this.#table = new VirtualTable<Line>({
      label: "Lines found",
      columns: columns(speakerClass),
      height: 14,
      fetch: (span) => bridge.askLatest<{ rows: Line[]; total: number }>("lines", { ...span }),
      keyOf: (line) => `${line.recording}:${line.word}`,
      onOpen: (line) => this.#play(line),
      onClick: (line) => this.#clicked(line),
      empty: "No lines.",
    });
    this.#where = panel("where", "Where the lines are", this.#strips.element, () => this.#refreshPanels(false));
    this.#near = panel("near", "Words near the query", this.#collocates.element, () => this.#refreshPanels(false));
    this.#where.open = true;
    this.#layOut(keyboard(bridge.root, "Keys of the search", this.#keys()));
    bridge.follow<string>("query", (query) => (this.#query.value = query));
    bridge.follow<string>("sort", (order) => (this.#order.value = order));
    bridge.follow<string[]>("speakers", (speakers) => this.#setSpeakers(speakers));
    bridge.follow<Facet[]>("counts", (facets) => this.#facets.draw(facets));
    bridge.follow<Partial<Found>>("found", (found) => this.#show(found));
    bridge.follow<Picked>("facets", () => this.#drawSummary());
  }

  #layOut(help: HTMLButtonElement): void {
    const form = el(
      "form",
      { class: "sk-row sk-search-bar", attrs: { role: "search" }, on: { submit: (event) => this.#submit(event) } },
      this.#query,
      el("button", { class: "sk-main", attrs: { type: "submit", "data-key": "submit" } }, "Search"),
      el("label", {}, "Order by", this.#order),
      help,
    );
    const button = (key: string, text: string, title: string, run: () => void) => el("button", { attrs: { type: "button", title, "data-key": key }, on: { click: run } }, text);
    const tools = el(
      "div",
      { class: "sk-row" },
      button("cite", "Copy citation", "The active line with its source (c; Shift+C: as Markdown)", () => void this.#cite("text")),
      button("tsv", "Copy all as table", "All lines shown, for a spreadsheet", () => void this.#copyTable()),
      button("code", "Copy as code", "The call that gives this view again", () => void this.#copyCode()),
      button("correct", "Correct …", "Correct these words, here or everywhere (e)", () => void this.#correct()),
      this.#undo,
    );
    const results = el("div", { class: "sk-stack sk-search-results" }, this.#table.element, this.#player.element, tools, this.#where, this.#near);
    this.#bridge.body.append(
      form,
      this.#problem,
      this.#queryHelp,
      el("div", { class: "sk-row sk-search-summary" }, this.#summary, this.#chips),
      el("div", { class: "sk-search-main" }, this.#facets.element, results),
    );
  }

  #keys(): Key[] {
    return [
      { keys: ["/"], does: "Go to the query", run: () => this.#query.select() },
      { keys: ["t"], does: "Go to the lines", run: () => this.#table.element.focus() },
      { keys: ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"], does: "Move through the lines" },
      { keys: ["Enter"], does: "Play the line" },
      { keys: [" "], does: "Pause or resume", run: () => this.#player.toggle() },
      { keys: ["a"], does: "Play it again", run: () => this.#player.again() },
      { keys: ["b"], does: "Play from five seconds earlier", run: () => this.#player.back() },
      { keys: ["n"], does: "Continue for fifteen seconds", run: () => this.#player.goOn() },
      { keys: ["l"], does: "Order by the 1st, 2nd, 3rd word to the left", run: () => this.#sort(nextOrder(this.#order.value, "left")) },
      { keys: ["r"], does: "Order by the 1st, 2nd, 3rd word to the right", run: () => this.#sort(nextOrder(this.#order.value, "right")) },
      { keys: ["o"], does: "Order by recording and time", run: () => this.#sort("time") },
      { keys: ["x"], does: "Remove all filters", run: () => this.#bridge.send("unpick") },
      { keys: ["c"], does: "Copy the line as a citation", run: () => void this.#cite("text") },
      { keys: ["C"], does: "Copy it as Markdown", run: () => void this.#cite("markdown") },
      { keys: ["T"], does: "Copy all lines as a table", run: () => void this.#copyTable() },
      { keys: ["e"], does: "Correct words of the line", run: () => void this.#correct() },
      { keys: ["w"], does: "Show or hide where the lines are", run: () => toggle(this.#where) },
      { keys: ["k"], does: "Show or hide the words near the query", run: () => toggle(this.#near) },
    ];
  }

  // -- queries

  #submit(event: Event): void {
    event.preventDefault();
    this.#search(this.#query.value);
  }

  #search(query: string): void {
    this.#query.value = query;
    this.#bridge.send("search", { query });
  }

  #sort(order: string): void {
    this.#order.value = order;
    this.#bridge.send("sort", { order });
  }

  #pick(facet: string, value: string | null, on: boolean): void {
    this.#bridge.send("pick", { facet, value, on });
  }

  #picked(facet: string): (string | null)[] {
    return this.#bridge.trait<Picked>("facets")[facet] ?? [];
  }

  // -- results

  #show(found: Partial<Found>): void {
    const before = this.#found;
    this.#found = found;
    const isFailed = found.state === "failed";
    this.#problem.hidden = !isFailed;
    this.#problem.textContent = isFailed ? (found.problem ?? "") : "";
    setAttribute(this.#query, "aria-invalid", isFailed ? "true" : null);
    this.#drawSummary();
    if (found.stamp === before.stamp) return;
    const view = JSON.stringify([this.#bridge.trait("query"), this.#bridge.trait("sort"), this.#bridge.trait("facets")]);
    const isOther = view !== this.#view;
    this.#view = view;
    void (isOther ? this.#table.restart() : this.#table.refresh());
    this.#refreshPanels(isOther);
  }

  #refreshPanels(isOther: boolean): void {
    if (this.#found.state !== "done" && this.#found.state !== "idle") return;
    if (this.#where.open) void this.#strips.refresh(isOther);
    if (this.#near.open && this.#found.state === "done") void this.#collocates.refresh(`${this.#found.stamp}`);
  }

  #setSpeakers(speakers: string[]): void {
    this.#speakers = speakerClasses(speakers);
  }

  #drawSummary(): void {
    const picked = Object.entries(this.#bridge.trait<Picked>("facets")).flatMap(([facet, values]) => values.map((value) => [facet, value] as const));
    this.#summary.textContent = summary(this.#found, picked.length > 0);
    const chip = ([facet, value]: readonly [string, string | null]) => {
      const shown = value ?? NO_VALUE;
      const attrs = { type: "button", "aria-label": `Remove filter: ${facet}: ${shown}`, "data-key": `chip:${facet}:${shown}` };
      return el("button", { class: "sk-chip-button", attrs, on: { click: () => this.#pick(facet, value, false) } }, `${shown} ✕`);
    };
    const all = picked.length > 1 && el("button", { class: "sk-plain sk-link", attrs: { type: "button", "data-key": "unpick" }, on: { click: () => this.#bridge.send("unpick") } }, "Remove all");
    keepFocus(this.#bridge.root, () => replace(this.#chips, ...picked.map(chip), all));
  }

  // -- actions on a line

  #clicked(line: Line): void {
    if (document.getSelection()?.isCollapsed ?? true) this.#play(line);
  }

  #play(line: Line): void {
    this.#player.play(line);
    this.#strips.mark(line);
  }

  async #playAt(index: number): Promise<void> {
    this.#table.moveTo(index);
    const line = await this.#bridge.ask<Line | null>("line", { index });
    if (line) this.#play(line);
  }

  async #active(): Promise<Line | undefined> {
    const line = await this.#table.activeRow();
    if (!line) this.#bridge.announce("There is no line. Search for something first.");
    return line;
  }

  async #cite(style: "text" | "markdown"): Promise<void> {
    const line = await this.#active();
    const text = line && (await this.#bridge.ask<string>("cite", { recording: line.recording, word: line.word, style }));
    if (text && (await copy(text, this.#bridge.root))) this.#bridge.announce(style === "text" ? `Copied: ${text}` : "Copied as Markdown.");
  }

  async #copyTable(): Promise<void> {
    const answer = await this.#bridge.askWithBuffers("table");
    const bytes = answer?.buffers[0];
    if (!bytes) return;
    const { lines } = answer.value as { lines: number };
    if (await copy(new TextDecoder().decode(bytes), this.#bridge.root)) this.#bridge.announce(`Copied ${plural(lines, "line")}. Paste into a spreadsheet.`);
  }

  async #copyCode(): Promise<void> {
    const code = await this.#bridge.ask<string>("code");
    if (code && (await copy(code, this.#bridge.root))) this.#bridge.announce(`Copied: ${code}`);
  }

  async #correct(): Promise<void> {
    const line = await this.#active();
    if (line) this.#correctDialog.open(line);
  }

  #corrected(places: number): void {
    this.#undo.hidden = false;
    this.#table.element.focus({ preventScroll: true });
    this.#bridge.announce(`Corrected ${plural(places, "place")}.`);
  }

  async #undoCorrection(): Promise<void> {
    const undone = await this.#bridge.ask<number>("undo");
    if (undone === undefined) return;
    this.#undo.hidden = true;
    this.#table.element.focus({ preventScroll: true });
    this.#bridge.announce(`${plural(undone, "correction")} undone.`);
  }
}

function columns(speakerClass: (speaker: string | null) => string): Column<Line>[] {
  const badge = (line: Line) => (line.speaker === null ? null : el("span", { class: `sk-badge ${speakerClass(line.speaker)}` }, line.speaker));
  return [
    { name: "recording", title: "Recording", width: "minmax(7em, 1.1fr)", cell: (line) => el("bdi", {}, line.recording), hint: (line) => line.title || line.recording },
    { name: "time", title: "Time", width: "4.2em", isNumber: true, cell: (line) => clock(line.start_ms / 1000) },
    { name: "speaker", title: "Speaker", width: "minmax(4.8em, 0.5fr)", cell: badge, hint: (line) => line.speaker ?? "" },
    { name: "left", title: "Before", width: "minmax(9em, 2.6fr)", isNumber: true, cell: (line) => el("span", { class: "sk-left" }, el("bdi", {}, line.left)), hint: (line) => line.left },
    { name: "match", title: "Match", width: "minmax(6em, 1fr)", cell: (line) => el("strong", { class: "sk-match" }, el("bdi", {}, line.match)), hint: (line) => line.match },
    { name: "right", title: "After", width: "minmax(9em, 2.6fr)", cell: (line) => el("bdi", {}, line.right), hint: (line) => line.right },
  ];
}

function panel(key: string, title: string, inside: HTMLElement, opened: () => void): HTMLDetailsElement {
  const details = el("details", { class: "sk-search-panel" }, el("summary", { attrs: { "data-key": key } }, title), inside);
  details.addEventListener("toggle", () => details.open && opened());
  return details;
}

function toggle(details: HTMLDetailsElement): void {
  details.open = !details.open;
}

function queryHelp(): HTMLElement {
  const rows = EXAMPLES.flatMap(([query, means]) => [el("dt", {}, el("code", {}, query)), el("dd", {}, means)]);
  return el("dl", {}, ...rows);
}

export default { render };
