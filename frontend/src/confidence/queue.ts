/** The review queue, and the share of errors that listening to it finds. */

import type { Bridge } from "../shared/bridge.ts";
import { el, replace } from "../shared/dom.ts";
import { count, percent, clock } from "../shared/format.ts";
import { VirtualTable } from "../shared/virtual_table.ts";
import { PrefetchedRows } from "./prefetched_rows.ts";
import type { SpeakerBadges } from "./speaker_badges.ts";
import type { Figures, QueueRow, Rows, Summary, View } from "./types.ts";

const PARTS: Record<string, string> = { utterance: "utterances", sentence: "sentences", transcript: "whole transcripts" };

export interface Callbacks {
  part: (part: string) => void;
  open: (row: QueueRow) => void;
  rank: () => void;
}

export class QueueView {
  readonly element: HTMLElement;
  readonly table: VirtualTable<QueueRow>;
  readonly prefetched: PrefetchedRows<Rows<QueueRow>>;
  readonly #choice: HTMLSelectElement;
  readonly #worth = el("p", { class: "sk-worth" });
  readonly #rankButton: HTMLButtonElement;

  constructor(bridge: Bridge, badges: SpeakerBadges, callbacks: Callbacks) {
    this.prefetched = new PrefetchedRows((args) => bridge.askLatest<Rows<QueueRow>>("queue", args));
    this.#choice = el("select", { attrs: { "data-key": "part" }, on: { change: () => callbacks.part(this.#choice.value) } });
    replace(this.#choice, ...Object.entries(PARTS).map(([value, title]) => el("option", { attrs: { value } }, title)));
    this.#rankButton = el("button", { attrs: { type: "button", "data-key": "rank" }, on: { click: callbacks.rank } }, "Rank again");
    this.table = new VirtualTable<QueueRow>({
      label: "Review queue, most expected errors per minute first",
      height: 8,
      columns: [
        { name: "rank", title: "#", width: "3em", isNumber: true, cell: (row) => count(row.rank) },
        { name: "mark", title: "Done", width: "6.8em", cell: (row) => (row.mark ? `✓ ${row.mark}` : "") },
        { name: "recording_id", title: "Recording", width: "minmax(8em, 0.8fr)", cell: (row) => row.recording_id, hint: (row) => row.recording_id },
        { name: "speaker", title: "Speaker", width: "5em", cell: (row) => badges.of(row.speaker), hint: (row) => row.speaker ?? "" },
        { name: "start_ms", title: "Time", width: "4.5em", isNumber: true, cell: (row) => clock(row.start_ms / 1000) },
        { name: "text", title: "Words", width: "minmax(12em, 2fr)", cell: (row) => row.text, hint: (row) => row.text },
        { name: "confidence", title: "Conf.", width: "3.5em", isNumber: true, cell: (row) => row.confidence?.toFixed(2) ?? "–" },
        { name: "expected_errors", title: "Errors", width: "4em", isNumber: true, cell: (row) => row.expected_errors.toFixed(1) },
        { name: "share", title: "Found so far", width: "9em", isNumber: true, cell: (row) => `${percent(row.share, row.share < 0.1 ? 1 : 0)} in ${minutes(row.cumulative_minutes)}` },
        { name: "reasons", title: "Why", width: "minmax(8em, 1fr)", cell: (row) => row.reasons, hint: (row) => row.reasons },
      ],
      fetch: ({ first, count: n }) => this.prefetched.rows({ first, count: n }),
      keyOf: (row) => row.key,
      skipsEqualRows: true,
      empty: "Nothing to review in this selection",
      onOpen: (row) => callbacks.open(row),
      onClick: (row) => callbacks.open(row),
    });
    this.element = el(
      "div",
      { class: "sk-stack" },
      el("div", { class: "sk-row" }, el("h4", {}, "Review queue"), el("label", {}, "of", this.#choice), this.#rankButton, this.#worth),
      this.table.element,
    );
  }

  set(view: View, summary: Summary): void {
    this.#choice.value = view.part;
    const isStale = summary.queue?.is_stale === true;
    this.#rankButton.textContent = isStale ? "Rank again (edited since)" : "Rank again";
    this.#rankButton.classList.toggle("sk-main", isStale);
  }

  /** Show the share of the expected errors that listening finds. */
  showWorth(figures: Figures | null): void {
    const queue = figures?.queue;
    if (!queue) this.#worth.textContent = "Ranking the queue …";
    else if (!queue.total) this.#worth.textContent = "Nothing to review in this selection.";
    else {
      const efforts = queue.efforts.map(([share, rows, time]) => `${percent(share)} in ${minutes(time)} (${count(rows)} ${rows === 1 ? "part" : "parts"})`);
      const all = `${percent(queue.total.share)} in ${minutes(queue.total.minutes)} (all ${count(queue.total.rows)})`;
      this.#worth.textContent = `Share of the expected errors that listening finds: ${[...efforts, all].join(" · ")}`;
    }
  }
}

function minutes(value: number): string {
  return value < 1 ? `${Math.round(value * 60)} s` : value < 90 ? `${value.toFixed(value < 10 ? 1 : 0)} min` : `${(value / 60).toFixed(1)} h`;
}
