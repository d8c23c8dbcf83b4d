/** The batch monitor: figures come as one trait, rows are fetched when they become visible. */

import { Bridge, type Context } from "../shared/bridge.ts";
import { el, keepFocus, replace } from "../shared/dom.ts";
import { audio, clock, count, dollars, moment } from "../shared/format.ts";
import { keyboard } from "../shared/keyboard.ts";
import { sparkline } from "../shared/sparkline.ts";
import { VirtualTable, type Column } from "../shared/virtual_table.ts";
import { MARKS, activityInWords, controls, inWords, throughputInWords, tookSeconds, type Activity, type StateFigures } from "./jobs.ts";

interface Figures {
  activity: Activity;
  problem: string | null;
  total: number;
  failed: number;
  is_unpaid: boolean;
  states: StateFigures[];
  facts: [string, string][];
  throughput: number[];
}

interface Job {
  recording_id: string;
  status: string;
  label: string;
  audio_s: number | null;
  attempts: number;
  cost_usd: number | null;
  reserved_usd: number;
  submitted_at: number | null;
  completed_at: number | null;
  error_kind: string | null;
  error: string | null;
}

const TYPING_MS = 150;
const FAILED = ["error", "refused"];
/** States in which zero dollars mean that the estimate is unknown. */
const UNPAID = new Set(["planned", "uploaded", "submitting", "queued", "processing"]);

const COLUMNS: Column<Job>[] = [
  { name: "recording_id", title: "Recording", width: "minmax(14em, 2fr)", isSortable: true, cell: (job) => job.recording_id, hint: (job) => job.recording_id },
  { name: "status", title: "Status", width: "8em", isSortable: true, cell: (job) => stateLabel(job.status, job.label) },
  { name: "audio_duration_s", title: "Audio", width: "5em", isNumber: true, isSortable: true, cell: (job) => clock(job.audio_s) },
  { name: "cost_usd", title: "Cost", width: "5em", isNumber: true, cell: (job) => dollars(job.cost_usd ?? (job.reserved_usd || null)) },
  { name: "attempts", title: "Tries", width: "4em", isNumber: true, isSortable: true, cell: (job) => count(job.attempts) },
  { name: "submitted_at", title: "Sent", width: "11em", isSortable: true, cell: (job) => moment(job.submitted_at) },
  { name: "took", title: "Took", width: "5em", isNumber: true, cell: (job) => clock(tookSeconds(job)) },
  { name: "error", title: "What went wrong", width: "minmax(12em, 3fr)", cell: (job) => problemOf(job), hint: (job) => problemOf(job) },
];

function render(context: Context): () => void {
  const bridge = new Bridge(context, "Batch monitor");
  new Monitor(bridge);
  return bridge.close;
}

class Monitor {
  readonly #bridge: Bridge;
  readonly #states = new Set<string>();
  #text = "";
  #figures: Figures | undefined;
  readonly #head = el("div", { class: "sk-row" });
  readonly #bar = el("div", { class: "sk-states", attrs: { role: "img" } });
  readonly #counts = el("table", { class: "sk-figures" });
  readonly #facts = el("dl");
  readonly #tools = el("div", { class: "sk-row" });
  readonly #actions = el("div", { class: "sk-row" });
  readonly #shown = el("span", { class: "sk-muted sk-spread" });
  readonly #search: HTMLInputElement;
  readonly #failedOnly: HTMLInputElement;
  readonly #help: HTMLButtonElement;
  readonly #table: VirtualTable<Job>;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.#search = el("input", {
      class: "sk-monitor-search",
      attrs: { type: "search", placeholder: "Find by name", "aria-label": "Find recordings by name", "data-key": "search" },
      on: { input: () => this.#typed() },
    });
    this.#failedOnly = el("input", { attrs: { type: "checkbox", "data-key": "failed" }, on: { change: () => this.#showFailed(this.#failedOnly.checked) } });
    this.#help = keyboard(bridge.root, "Keys of the monitor", this.#keys());
    this.#table = new VirtualTable<Job>({
      label: "Recordings",
      columns: COLUMNS,
      fetch: (span, sort) =>
        bridge.askLatest<{ rows: Job[]; total: number }>("rows", {
          ...span,
          states: [...this.#states],
          text: this.#text,
          sort: sort?.column ?? null,
          descending: sort?.descending ?? false,
        }).then((answer) => {
          if (answer) this.#shown.textContent = `${count(answer.total)} of ${count(this.#figures?.total)} recordings`;
          return answer;
        }),
      keyOf: (job) => job.recording_id,
      skipsEqualRows: true,
      isSelectable: (job) => job.status === "error",
      onSelection: () => this.#drawActions(),
      empty: "No recording matches.",
    });
    replace(this.#tools, this.#search, el("label", {}, this.#failedOnly, "Failed only"), this.#shown);
    bridge.body.append(
      this.#head,
      this.#bar,
      el("div", { class: "sk-monitor-facts" }, this.#counts, this.#facts),
      this.#tools,
      this.#table.element,
      this.#actions,
    );
    bridge.follow<Figures>("figures", (figures) => this.#draw(figures));
    bridge.send("show", { view: bridge.view });
    bridge.onClose(() => bridge.send("hide", { view: bridge.view }));
  }

  #keys() {
    return [
      { keys: ["/"], does: "Find recordings by name", run: () => this.#search.focus() },
      { keys: ["f"], does: "Show only failed recordings, or all", run: () => this.#showFailed(!this.#failedOnly.checked) },
      { keys: ["t"], does: "Go to the table", run: () => this.#table.element.focus() },
      { keys: ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"], does: "Move through the table" },
      { keys: [" "], does: "Select a failed recording (with Shift and an arrow: several)" },
      { keys: ["r"], does: "Retry the selected recordings", run: () => void this.#retry([...this.#table.selected]) },
      { keys: ["p"], does: "Pause, or resume", run: () => this.#pauseOrResume() },
    ];
  }

  #draw(figures: Figures): void {
    this.#figures = figures;
    keepFocus(this.#bridge.root, () => {
      this.#drawHead(figures);
      this.#drawStates(figures);
      this.#drawFacts(figures);
      this.#drawActions();
    });
    if (figures.problem) this.#bridge.showError(figures.problem);
    void this.#table.refresh();
  }

  #drawHead({ activity, failed }: Figures): void {
    const { start, canStart, canPause, canStop } = controls(activity);
    replace(
      this.#head,
      el("h3", {}, this.#bridge.trait<string>("title")),
      el("span", { class: "sk-chip", attrs: { role: "status" } }, activityInWords(activity, failed)),
      el("span", { class: "sk-spread" }),
      this.#button(start, "start", canStart, () => void this.#control("start"), "sk-main"),
      this.#button("Pause", "pause", canPause, () => void this.#control("pause")),
      this.#button("Stop", "stop", canStop, () => void this.#control("stop")),
      this.#help,
    );
  }

  #drawStates({ states, is_unpaid: isUnpaid }: Figures): void {
    this.#bar.setAttribute("aria-label", inWords(states));
    replace(this.#bar, ...states.map(({ state, label, count: n }) => el("div", { class: `sk-grows sk-state-${state}`, style: { "flex-grow": String(n) }, attrs: { title: `${count(n)} ${label}` } })));
    const head = ["Status", "Recordings", "Audio", isUnpaid ? "Dollars (not paid)" : "Dollars"].map((title, at) => el("th", { class: at ? "sk-number" : "", attrs: { scope: "col" } }, title));
    const rows = states.map(({ state, label, count: n, audio_s, usd }) =>
      el(
        "tr",
        {},
        el("th", { attrs: { scope: "row" } }, this.#stateFilter(state, label)),
        el("td", { class: "sk-number" }, count(n)),
        el("td", { class: "sk-number" }, audio(audio_s || null)), // zero seconds mean an unknown length
        el("td", { class: "sk-number" }, dollars(usd || (UNPAID.has(state) ? null : 0))),
      ),
    );
    replace(this.#counts, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
  }

  #stateFilter(state: string, label: string): HTMLElement {
    const attrs = { type: "button", "aria-pressed": String(this.#states.has(state)), "data-key": `state-${state}`, title: `Show only ${label} recordings` };
    return el("button", { class: "sk-plain", attrs, on: { click: () => this.#toggleState(state) } }, stateLabel(state, label));
  }

  #drawFacts({ facts, throughput }: Figures): void {
    const rows = facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
    replace(this.#facts, ...rows, el("dt", {}, "last 10 min"), el("dd", {}, sparkline(throughput, throughputInWords(throughput))));
  }

  #drawActions(): void {
    const failed = this.#figures?.states.find(({ state }) => state === "error")?.count ?? 0;
    const selected = this.#table.selected.size;
    keepFocus(this.#bridge.root, () =>
      replace(
        this.#actions,
        this.#button(`Retry selected (${count(selected)})`, "retry-selected", selected > 0, () => void this.#retry([...this.#table.selected])),
        this.#button(`Retry all failed (${count(failed)})`, "retry-all", failed > 0, () => void this.#retry(null)),
        this.#button("Clear selection", "clear", selected > 0, () => this.#table.clearSelection()),
      ),
    );
  }

  #button(text: string, key: string, isEnabled: boolean, click: () => void, look = ""): HTMLButtonElement {
    return el("button", { class: look, attrs: { type: "button", "data-key": key, disabled: !isEnabled }, on: { click } }, text);
  }

  #toggleState(state: string): void {
    if (!this.#states.delete(state)) this.#states.add(state);
    this.#filtered();
  }

  #showFailed(isOn: boolean): void {
    this.#states.clear();
    for (const state of isOn ? FAILED : []) this.#states.add(state);
    this.#filtered();
  }

  #filtered(): void {
    this.#failedOnly.checked = this.#states.size === FAILED.length && FAILED.every((state) => this.#states.has(state));
    if (this.#figures) keepFocus(this.#bridge.root, () => this.#figures && this.#drawStates(this.#figures));
    void this.#table.restart();
  }

  #typing = 0;

  #typed(): void {
    window.clearTimeout(this.#typing);
    this.#typing = window.setTimeout(() => {
      this.#text = this.#search.value.trim();
      void this.#table.restart();
    }, TYPING_MS);
  }

  #pauseOrResume(): void {
    const activity = this.#figures?.activity;
    if (activity === "running") void this.#control("pause");
    else if (activity === "paused") void this.#control("start");
    else this.#bridge.announce("There is nothing to pause here.");
  }

  async #control(intent: "start" | "pause" | "stop"): Promise<void> {
    const done = await this.#bridge.ask<boolean>(intent);
    if (done === false) this.#bridge.announce(intent === "start" ? "There is nothing left to do." : "This kernel is not running the batch.");
    else if (done) this.#bridge.announce("");
  }

  async #retry(recordings: string[] | null): Promise<void> {
    if (recordings?.length === 0) {
      this.#bridge.announce("Select failed recordings first: press Space on a row of the table.");
      return;
    }
    const number = await this.#bridge.ask<number>("retry", { recordings });
    if (number === undefined) return;
    this.#table.clearSelection();
    const next = this.#figures?.activity === "running" ? "" : " Start sends them.";
    this.#bridge.announce(`${count(number)} ready to retry.${next}`);
  }
}

function stateLabel(state: string, label: string): HTMLElement {
  return el("span", { class: `sk-state-${state}` }, el("span", { class: "sk-mark", attrs: { "aria-hidden": "true" } }, MARKS[state] ?? "·"), ` ${label}`);
}

function problemOf(job: Job): string {
  return [job.error_kind, job.error].filter(Boolean).join(": ");
}

export default { render };
