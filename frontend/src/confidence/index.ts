/** The confidence explorer: distributions, threshold, calibration and the review queue; each filters the others. */

import { Bridge, type Context } from "../shared/bridge.ts";
import { el, keepFocus, replace } from "../shared/dom.ts";
import { count } from "../shared/format.ts";
import { keyboard } from "../shared/keyboard.ts";
import { reliability } from "./charts.ts";
import { FixEverywhereView } from "./fix_everywhere.ts";
import { GroupsView } from "./groups.ts";
import { HistogramView } from "./histogram.ts";
import { PartView } from "./part.ts";
import { QueueView } from "./queue.ts";
import { SpeakerBadges } from "./speaker_badges.ts";
import { BINS, binLabel } from "./thresholds.ts";
import type { Figures, QueueRow, Summary, View } from "./types.ts";

class Explorer {
  readonly #bridge: Bridge;
  #view: View;
  #summary: Summary;
  #rank = 0;
  /** The last of the keys' actions on parts; the next one waits for it, so that it acts on the part that it was meant for. */
  #last: Promise<void> = Promise.resolve();
  #isFetching = false;
  #isOutdated = false;
  readonly #badges = new SpeakerBadges();
  readonly #title = el("h3");
  readonly #size = el("span", { class: "sk-muted" });
  readonly #chips = el("div", { class: "sk-row sk-chips", attrs: { "aria-label": "Filters", role: "group" } });
  readonly #curve = el("div");
  readonly #histogram: HistogramView;
  readonly #groups: GroupsView;
  readonly #queue: QueueView;
  readonly #part: PartView;
  readonly #fixEverywhere: FixEverywhereView;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.#view = bridge.trait<View>("view");
    this.#summary = bridge.trait<Summary>("summary");
    this.#histogram = new HistogramView({ threshold: (below) => this.#changeView({ below }), range: ({ low, high }) => this.#changeView({ low, high }) });
    this.#groups = new GroupsView(bridge, this.#view, this.#summary.dimensions, {
      by: (by) => this.#changeView({ by }),
      pick: (groups) => this.#changeView({ picked: { ...this.#view.picked, [this.#view.by]: groups } }),
    });
    this.#queue = new QueueView(bridge, this.#badges, { part: (part) => this.#changeView({ part }), open: (row) => this.#inTurn(() => this.#open(row, true)), rank: () => bridge.send("rank") });
    this.#part = new PartView(bridge, this.#badges, {
      step: (by) => this.#inTurn(() => this.#step(by)),
      everywhere: (text) => this.#fixEverywhere.open(text),
      undo: () => this.#inTurn(() => this.#undo()),
      judged: () => void this.#queue.table.refresh(),
    });
    this.#fixEverywhere = new FixEverywhereView(bridge, () => {
      this.#part.focusWords();
      void this.#part.reopen();
    });
    bridge.body.append(
      el("div", { class: "sk-row" }, this.#title, this.#size, el("span", { class: "sk-spread" }, this.#keys())),
      this.#chips,
      el("div", { class: "sk-columns" }, this.#histogram.element, el("div", { class: "sk-stack" }, el("h4", {}, "Calibration"), this.#curve)),
      this.#groups.element,
      this.#queue.element,
      this.#part.element,
      this.#fixEverywhere.element,
    );
    bridge.follow<Summary>("summary", (summary) => this.#onSummary(summary));
    bridge.follow<View>("view", (view) => this.#onView(view));
  }

  /** Change the view: redraw what the page knows at once, then fetch the figures. */
  #changeView(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    this.#show();
    void this.#fetch(true);
  }

  #show(): void {
    this.#histogram.set(this.#view.below, this.#view);
    this.#groups.set(this.#view);
    this.#queue.set(this.#view, this.#summary);
    this.#part.set(this.#view.below);
    keepFocus(this.#bridge.body, () => replace(this.#chips, ...this.#chipsOf(this.#view)));
  }

  /** Fetch the figures of the view. One request runs at a time; if the view changes meanwhile, one more follows for its last state. */
  async #fetch(isOther: boolean): Promise<void> {
    this.#isOutdated = true;
    if (this.#isFetching || this.#summary.stage !== "ready") return;
    this.#isFetching = true;
    while (this.#isOutdated) {
      this.#isOutdated = false;
      const groups = this.#groups.prefetched.collect(() => this.#groups.table.refresh());
      const queue = this.#queue.prefetched.collect(() => (isOther ? this.#queue.table.restart() : this.#queue.table.refresh()));
      const figures = await this.#bridge.ask<Figures>("change_view", { view: this.#view, groups: groups.args, queue: queue.args });
      this.#groups.prefetched.deliver(figures?.group_rows);
      this.#queue.prefetched.deliver(figures?.queue_rows);
      if (!figures) break;
      this.#histogram.show(figures.histogram, this.#view.below, this.#view);
      this.#queue.showWorth(this.#summary.queue?.stage === "ready" ? figures : null);
      await Promise.all([groups.filled, queue.filled]);
      this.#bridge.root.dataset["drawn"] = String(Number(this.#bridge.root.dataset["drawn"] ?? 0) + 1);
    }
    this.#isFetching = false;
  }

  #onSummary(summary: Summary): void {
    const [was, now] = [this.#summary.queue, summary.queue];
    this.#summary = summary;
    this.#badges.setSpeakers(summary.speakers ?? []);
    this.#queue.table.invalidate(); // the colours of its speakers can have changed
    this.#title.textContent = `Confidence of ${summary.title}`;
    if (summary.stage !== "ready") {
      this.#size.textContent = "Reading the words …";
      return;
    }
    const typed = summary.n_unrated ? `, ${count(summary.n_unrated)} of them typed by people` : "";
    this.#size.textContent = `${count(summary.n_words)} words in ${count(summary.n_recordings)} recordings${typed}`;
    keepFocus(this.#bridge.body, () => replace(this.#curve, reliability(summary.calibration)));
    const isNewRanking = now?.number !== was?.number;
    if (isNewRanking) this.#part.close();
    this.#show();
    void this.#fetch(isNewRanking);
  }

  /** Follow a change of the view made in another view of the widget. */
  #onView(view: View): void {
    if (this.#isFetching || JSON.stringify(view) === JSON.stringify(this.#view)) return;
    this.#view = view;
    this.#show();
    void this.#fetch(true);
  }

  #chipsOf(view: View): HTMLElement[] {
    const chip = (key: string, text: string, run: () => void) =>
      el("button", { class: "sk-chip", attrs: { type: "button", "data-key": `chip-${key}`, "aria-label": `Remove filter: ${text}` }, on: { click: run } }, `${text} ✕`);
    const picked = Object.entries(view.picked).filter(([, groups]) => groups.length);
    const shown = picked.map(([dimension, groups]) => {
      const names = groups.slice(0, 3).join(", ") + (groups.length > 3 ? ` and ${groups.length - 3} more` : "");
      return chip(dimension, `${dimension}: ${names}`, () => this.#changeView({ picked: { ...this.#view.picked, [dimension]: [] } }));
    });
    const isRange = view.low > 0 || view.high < BINS;
    if (isRange) shown.unshift(chip("range", `confidence ${binLabel(view.low)} to ${binLabel(view.high)}`, () => this.#changeView({ low: 0, high: BINS })));
    const note = el("span", { class: "sk-muted" }, shown.length ? "Only" : "All words. Drag over the histogram or select groups to filter.");
    return [note, ...shown];
  }

  #inTurn(act: () => Promise<void> | void): void {
    this.#last = this.#last.then(act, act);
  }

  async #open(row: QueueRow, focus: boolean): Promise<void> {
    this.#rank = row.rank - 1;
    await this.#part.open(row.key, { focus });
  }

  async #step(by: number): Promise<void> {
    const at = this.#part.part ? this.#rank + by : 0;
    if (at < 0) return;
    const found = await this.#bridge.ask<{ rows: QueueRow[] }>("queue", { first: at, count: 1 });
    const row = found?.rows[0];
    if (!row) return this.#bridge.announce("This is the last part of the queue.");
    this.#queue.table.moveTo(at);
    await this.#open(row, true);
  }

  async #undo(): Promise<void> {
    const answer = await this.#bridge.ask<{ undone: number }>("undo");
    if (!answer) return;
    this.#bridge.announce(`${count(answer.undone)} ${answer.undone === 1 ? "edit" : "edits"} undone.`);
    await Promise.all([this.#part.reopen(), this.#queue.table.refresh()]);
  }

  #escape(): void {
    if (this.#fixEverywhere.isOpen) this.#fixEverywhere.close();
    else if (!this.#part.cancel()) this.#changeView({ low: 0, high: BINS, picked: {} });
  }

  #moveThreshold(by: number): void {
    this.#changeView({ below: Math.min(Math.max(Math.round((this.#view.below + by) * BINS) / BINS, 0), 1) });
  }

  #keys(): HTMLButtonElement {
    return keyboard(this.#bridge.root, "Keys of the confidence explorer", [
      { keys: ["n"], does: "Next part of the queue", run: () => this.#inTurn(() => this.#step(1)) },
      { keys: ["p"], does: "Previous part", run: () => this.#inTurn(() => this.#step(-1)) },
      { keys: ["l", " "], does: "Listen to the part, or to the chosen words", run: () => this.#inTurn(() => void this.#part.play()) },
      { keys: ["a"], does: "Accept", run: () => this.#inTurn(() => this.#part.judge("accept")) },
      { keys: ["c"], does: "Correct", run: () => this.#inTurn(() => this.#part.correct()) },
      { keys: ["x"], does: "Reject: nobody said it", run: () => this.#inTurn(() => this.#part.judge("reject")) },
      { keys: ["f"], does: "Fix everywhere", run: () => this.#inTurn(() => this.#part.everywhere()) },
      { keys: ["z", "Ctrl+z"], does: "Undo the last edit in the corpus", run: () => this.#inTurn(() => this.#undo()) },
      { keys: ["ArrowLeft", "ArrowRight"], does: "Previous or next word; Space selects one, Shift several" },
      { keys: ["["], does: "Lower the threshold", run: () => this.#moveThreshold(-0.01) },
      { keys: ["]"], does: "Raise the threshold", run: () => this.#moveThreshold(0.01) },
      { keys: ["g"], does: "Go to the distributions (Space selects a group)", run: () => this.#groups.table.element.focus() },
      { keys: ["q"], does: "Go to the queue (Enter opens a part)", run: () => this.#queue.table.element.focus() },
      { keys: ["w"], does: "Go to the words of the part", run: () => this.#part.focusWords() },
      { keys: ["Escape"], does: "Cancel, or remove all filters", run: () => this.#escape() },
    ]);
  }
}

function render(context: Context): () => void {
  const bridge = new Bridge(context, "Confidence explorer");
  new Explorer(bridge);
  return bridge.close;
}

export default { render };
