/** The distributions by group: one row for each recording, speaker or value of a column. */

import type { Bridge } from "../shared/bridge.ts";
import { el, replace } from "../shared/dom.ts";
import { audio, count, percent } from "../shared/format.ts";
import { VirtualTable } from "../shared/virtual_table.ts";
import { ridge } from "./charts.ts";
import { PrefetchedRows } from "./prefetched_rows.ts";
import type { Group, Rows, View } from "./types.ts";

export interface Callbacks {
  by: (dimension: string) => void;
  pick: (groups: string[]) => void;
}

export class GroupsView {
  readonly element: HTMLElement;
  readonly table: VirtualTable<Group>;
  readonly prefetched: PrefetchedRows<Rows<Group>>;
  readonly #choice: HTMLSelectElement;
  #view: View;
  #reportsSelection = true;

  constructor(bridge: Bridge, view: View, dimensions: string[], callbacks: Callbacks) {
    this.#view = view;
    this.prefetched = new PrefetchedRows((args) => bridge.askLatest<Rows<Group>>("groups", args));
    this.#choice = el("select", { attrs: { "data-key": "by" }, on: { change: () => callbacks.by(this.#choice.value) } });
    replace(this.#choice, ...dimensions.map((name) => el("option", { attrs: { value: name } }, name)));
    this.table = new VirtualTable<Group>({
      label: "Distributions of confidence by group",
      height: 6,
      columns: [
        { name: "group", title: "Group", width: "minmax(9em, 1fr)", isSortable: true, cell: (row) => row.group, hint: (row) => row.group },
        { name: "median", title: "Distribution, 0 to 1", width: "322px", isSortable: true, cell: (row) => ridge(row, this.#view.below) },
        { name: "mean", title: "Mean", width: "4em", isNumber: true, isSortable: true, cell: (row) => row.mean.toFixed(2) },
        { name: "words", title: "Words", width: "5em", isNumber: true, isSortable: true, cell: (row) => count(row.words) },
        { name: "minutes", title: "Speech", width: "5.5em", isNumber: true, isSortable: true, cell: (row) => audio(row.minutes * 60) },
        { name: "share_below", title: "Below", width: "4.5em", isNumber: true, isSortable: true, cell: (row) => percent(row.share_below, 1) },
        { name: "errors", title: "Exp. errors", width: "6.6em", isNumber: true, isSortable: true, cell: (row) => row.errors.toFixed(1) },
      ],
      fetch: ({ first, count: n }, sort) => this.prefetched.rows({ first, count: n, sort }),
      keyOf: (row) => row.group,
      empty: "No words in this selection",
      isSelectable: () => true,
      onClick: (row) => this.table.toggle(row),
      onSelection: (keys) => this.#reportsSelection && callbacks.pick([...keys]),
    });
    this.element = el("div", { class: "sk-stack" }, el("div", { class: "sk-row" }, el("h4", {}, "Distributions"), el("label", {}, "by", this.#choice), el("span", { class: "sk-muted" }, "Select groups to filter everything else")), this.table.element);
    this.set(view);
  }

  /** Show another view; `table.refresh` fetches its rows. */
  set(view: View): void {
    this.#view = view;
    this.#choice.value = view.by;
    const picked = view.picked[view.by] ?? [];
    const isSame = picked.length === this.table.selected.size && picked.every((name) => this.table.selected.has(name));
    if (isSame) return;
    this.#reportsSelection = false;
    this.table.clearSelection();
    for (const name of picked) this.table.selected.add(name);
    this.#reportsSelection = true;
  }
}
