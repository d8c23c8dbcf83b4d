/** The confidence explorer: distributions, threshold, calibration and the review queue, each narrowing the others. */

import { Badges } from "./speaker_badges.ts";
import { EverywhereView } from "./fix_everywhere.ts";
import { GroupsView } from "./groups.ts";
import { HistogramView } from "./histogram.ts";
import { PartView } from "./part.ts";
import { reliability } from "./charts.ts";
import { QueueView } from "./queue.ts";
import type { Figures, QueueRow, Summary, View } from "./types.ts";
import { BINS, edge } from "./thresholds.ts";
import { count } from "../shared/format.ts";
import { el, keepFocus, replace } from "../shared/dom.ts";
import { openFace, type Context, type Face } from "../shared/bridge.ts";
import { keyboard } from "../shared/keyboard.ts";

class Explorer {
  readonly #face: Face;
  #view: View;
  #summary: Summary;
  #rank = 0;
  #isLooking = false;
  #isOutdated = false;
  readonly #badges = new Badges();
  readonly #title = el("h3");
  readonly #size = el("span", { class: "sk-muted" });
  readonly #chips = el("div", { class: "sk-row sk-chips", attrs: { "aria-label": "What is looked at", role: "group" } });
  readonly #curve = el("div");
  readonly #histogram: HistogramView;
  readonly #groups: GroupsView;
  readonly #queue: QueueView;
  readonly #part: PartView;
  readonly #everywhere: EverywhereView;

  constructor(face: Face) {
    this.#face = face;
    this.#view = face.trait<View>("view");
    this.#summary = face.trait<Summary>("summary");
    this.#histogram = new HistogramView({ threshold: (below) => this.look({ below }), range: ({ low, high }) => this.look({ low, high }) });
    this.#groups = new GroupsView(face, this.#view, this.#summary.dimensions, {
      by: (by) => this.look({ by }),
      pick: (groups) => this.look({ picked: { ...this.#view.picked, [this.#view.by]: groups } }),
    });
    this.#queue = new QueueView(face, this.#badges, { part: (part) => this.look({ part }), open: (row) => this.#open(row, true), rank: () => face.tell("rank") });
    this.#part = new PartView(face, this.#badges, {
      step: (by) => void this.#step(by),
      everywhere: (text) => this.#everywhere.open(text),
      undo: () => void this.#undo(),
      judged: () => void this.#queue.table.refresh(),
    });
    this.#everywhere = new EverywhereView(face, () => {
      this.#part.focusWords();
      void this.#part.reopen();
    });
    face.body.append(
      el("div", { class: "sk-row" }, this.#title, this.#size, el("span", { class: "sk-spread" }, this.#keys())),
      this.#chips,
      el("div", { class: "sk-columns" }, this.#histogram.element, el("div", { class: "sk-stack" }, el("h4", {}, "What confidence is worth"), this.#curve)),
      this.#groups.element,
      this.#queue.element,
      this.#part.element,
      this.#everywhere.element,
    );
    face.follow<Summary>("summary", (summary) => this.#told(summary));
    face.follow<View>("view", (view) => this.#seenElsewhere(view));
  }

  /** Look at something else: at once in what the page knows, then in what the kernel counts. */
  look(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    this.#show();
    void this.#fetch(true);
  }

  #show(): void {
    this.#histogram.set(this.#view.below, this.#view);
    this.#groups.set(this.#view);
    this.#queue.set(this.#view, this.#summary);
    this.#part.set(this.#view.below);
    keepFocus(this.#face.body, () => replace(this.#chips, ...this.#chipsOf(this.#view)));
  }

  /** One question is under way at a time; what changes meanwhile is asked for afterwards, and only its last state. */
  async #fetch(isOther: boolean): Promise<void> {
    this.#isOutdated = true;
    if (this.#isLooking || this.#summary.stage !== "ready") return;
    this.#isLooking = true;
    while (this.#isOutdated) {
      this.#isOutdated = false;
      const groups = this.#groups.ahead.during(() => this.#groups.table.refresh());
      const queue = this.#queue.ahead.during(() => (isOther ? this.#queue.table.restart() : this.#queue.table.refresh()));
      const figures = await this.#face.ask<Figures>("look", { view: this.#view, groups: groups.args, queue: queue.args });
      this.#groups.ahead.give(figures?.group_rows);
      this.#queue.ahead.give(figures?.queue_rows);
      if (!figures) break;
      this.#histogram.show(figures.histogram, this.#view.below, this.#view);
      this.#queue.tell(this.#summary.queue?.stage === "ready" ? figures : null);
      await Promise.all([groups.filled, queue.filled]);
      this.#face.root.dataset["drawn"] = String(Number(this.#face.root.dataset["drawn"] ?? 0) + 1);
    }
    this.#isLooking = false;
  }

  #told(summary: Summary): void {
    const [was, now] = [this.#summary.queue, summary.queue];
    this.#summary = summary;
    this.#badges.know(summary.speakers ?? []);
    this.#queue.table.forget(); // the colours of its speakers may be others now
    this.#title.textContent = `Confidence of ${summary.title}`;
    if (summary.stage !== "ready") {
      this.#size.textContent = "Reading the words …";
      return;
    }
    const typed = summary.n_unrated ? `, ${count(summary.n_unrated)} of them typed by people` : "";
    this.#size.textContent = `${count(summary.n_words)} words in ${count(summary.n_recordings)} recordings${typed}`;
    keepFocus(this.#face.body, () => replace(this.#curve, reliability(summary.calibration)));
    const isRankedAnew = now?.number !== was?.number;
    if (isRankedAnew) this.#part.shut();
    this.#show();
    void this.#fetch(isRankedAnew);
  }

  /** Another view of the same widget has moved. */
  #seenElsewhere(view: View): void {
    if (this.#isLooking || JSON.stringify(view) === JSON.stringify(this.#view)) return;
    this.#view = view;
    this.#show();
    void this.#fetch(true);
  }

  #chipsOf(view: View): HTMLElement[] {
    const chip = (key: string, text: string, run: () => void) =>
      el("button", { class: "sk-chip", attrs: { type: "button", "data-key": `chip-${key}`, "aria-label": `Look beyond ${text}` }, on: { click: run } }, `${text} ✕`);
    const picked = Object.entries(view.picked).filter(([, groups]) => groups.length);
    const shown = picked.map(([dimension, groups]) => {
      const names = groups.slice(0, 3).join(", ") + (groups.length > 3 ? ` and ${groups.length - 3} more` : "");
      return chip(dimension, `${dimension}: ${names}`, () => this.look({ picked: { ...this.#view.picked, [dimension]: [] } }));
    });
    const isRange = view.low > 0 || view.high < BINS;
    if (isRange) shown.unshift(chip("range", `confidence ${edge(view.low)} to ${edge(view.high)}`, () => this.look({ low: 0, high: BINS })));
    const note = el("span", { class: "sk-muted" }, shown.length ? "Looking only at" : "Looking at all words. Drag over the histogram or pick groups to look closer.");
    return [note, ...shown];
  }

  #open(row: QueueRow, focus: boolean): void {
    this.#rank = row.rank - 1;
    void this.#part.open(row.key, { focus });
  }

  async #step(by: number): Promise<void> {
    const at = this.#part.part ? this.#rank + by : 0;
    if (at < 0) return;
    const found = await this.#face.ask<{ rows: QueueRow[] }>("queue", { first: at, count: 1 });
    const row = found?.rows[0];
    if (!row) return this.#face.say("That was the last part of the queue.");
    this.#queue.table.moveTo(at);
    this.#open(row, true);
  }

  async #undo(): Promise<void> {
    const answer = await this.#face.ask<{ undone: number }>("undo");
    if (!answer) return;
    this.#face.say(`${count(answer.undone)} ${answer.undone === 1 ? "edit" : "edits"} taken back.`);
    await Promise.all([this.#part.reopen(), this.#queue.table.refresh()]);
  }

  #escape(): void {
    if (this.#everywhere.isOpen) this.#everywhere.close();
    else if (!this.#part.cancel()) this.look({ low: 0, high: BINS, picked: {} });
  }

  #nudge(by: number): void {
    this.look({ below: Math.min(Math.max(Math.round((this.#view.below + by) * BINS) / BINS, 0), 1) });
  }

  #keys(): HTMLButtonElement {
    return keyboard(this.#face.root, "Keys of the confidence explorer", [
      { keys: ["n"], does: "Next part of the queue", run: () => void this.#step(1) },
      { keys: ["p"], does: "Previous part", run: () => void this.#step(-1) },
      { keys: ["l", " "], does: "Listen to the part, or to the chosen words", run: () => void this.#part.play() },
      { keys: ["a"], does: "Accept", run: () => void this.#part.judge("accept") },
      { keys: ["c"], does: "Correct", run: () => this.#part.correct() },
      { keys: ["x"], does: "Reject: nobody said it", run: () => void this.#part.judge("reject") },
      { keys: ["f"], does: "Fix everywhere", run: () => this.#part.everywhere() },
      { keys: ["z", "Ctrl+z"], does: "Undo what was last done in the corpus", run: () => void this.#undo() },
      { keys: ["ArrowLeft", "ArrowRight"], does: "From word to word; with Shift to choose several, Space for one" },
      { keys: ["["], does: "Lower the threshold", run: () => this.#nudge(-0.01) },
      { keys: ["]"], does: "Raise the threshold", run: () => this.#nudge(0.01) },
      { keys: ["g"], does: "Go to the distributions (Space picks a group)", run: () => this.#groups.table.element.focus() },
      { keys: ["q"], does: "Go to the queue (Enter opens a part)", run: () => this.#queue.table.element.focus() },
      { keys: ["w"], does: "Go to the words of the part", run: () => this.#part.focusWords() },
      { keys: ["Escape"], does: "Cancel; then look at all words again", run: () => this.#escape() },
    ]);
  }
}

function render(context: Context): () => void {
  const face = openFace(context, "Confidence explorer");
  new Explorer(face);
  return face.close;
}

export default { render };
