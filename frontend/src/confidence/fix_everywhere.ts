/** Fix everywhere: list every place of a word or phrase, choose some, and correct them as one edit. */

import type { Bridge } from "../shared/bridge.ts";
import { el, focusLater } from "../shared/dom.ts";
import { clock, count } from "../shared/format.ts";
import { VirtualTable } from "../shared/virtual_table.ts";
import type { Proposal } from "./types.ts";

export class FixEverywhereView {
  readonly element: HTMLElement;
  #total = 0;
  readonly #bridge: Bridge;
  readonly #done: () => void;
  readonly #table: VirtualTable<Proposal>;
  readonly #old = el("input", { attrs: { type: "text", "data-key": "old" } });
  readonly #new = el("input", { attrs: { type: "text", "data-key": "new" } });
  readonly #status = el("span", { class: "sk-muted" });
  readonly #applyButton: HTMLButtonElement;

  constructor(bridge: Bridge, done: () => void) {
    this.#bridge = bridge;
    this.#done = done;
    this.#applyButton = el("button", { class: "sk-main", attrs: { type: "button", "data-key": "apply", disabled: true }, on: { click: () => void this.#apply() } }, "Correct");
    this.#table = new VirtualTable<Proposal>({
      label: "Places to correct",
      height: 6,
      columns: [
        { name: "recording_id", title: "Recording", width: "minmax(9em, 1fr)", cell: (row) => row.recording_id, hint: (row) => row.recording_id },
        { name: "speaker", title: "Speaker", width: "6em", cell: (row) => row.speaker ?? "–" },
        { name: "start_ms", title: "Time", width: "5em", isNumber: true, cell: (row) => clock(row.start_ms / 1000) },
        { name: "text", title: "Current text", width: "minmax(8em, 1fr)", cell: (row) => row.text },
        { name: "to", title: "Becomes", width: "minmax(8em, 1fr)", cell: (row) => row.to },
      ],
      fetch: ({ first, count: n }) => bridge.askLatest<{ rows: Proposal[]; total: number }>("proposals", { first, count: n }),
      keyOf: (row) => String(row.at),
      empty: "No places yet: enter the words to replace",
      isSelectable: () => true,
      onClick: (row) => this.#table.toggle(row),
      onSelection: () => this.#showCount(),
    });
    const find = el("button", { attrs: { type: "button", "data-key": "find" }, on: { click: () => void this.#propose() } }, "Find all places");
    for (const field of [this.#old, this.#new]) {
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        void this.#propose();
      });
    }
    this.element = el(
      "section",
      { class: "sk-part sk-stack", attrs: { "aria-label": "Fix everywhere", hidden: true } },
      el("div", { class: "sk-row" }, el("h4", {}, "Fix everywhere"), el("label", {}, "Replace", this.#old), el("label", {}, "with", this.#new), find),
      this.#table.element,
      el("div", { class: "sk-row" }, this.#applyButton, el("button", { attrs: { type: "button", "data-key": "close-everywhere" }, on: { click: () => this.close() } }, "Close"), this.#status),
    );
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  open(text: string): void {
    this.element.hidden = false;
    this.#old.value = text.replace(/[.,;:!?…]+$/u, "");
    this.#new.value = "";
    this.#status.textContent = "";
    this.#applyButton.disabled = true;
    (this.#old.value ? this.#new : this.#old).focus();
  }

  close(): void {
    this.element.hidden = true;
    this.#done();
  }

  async #propose(): Promise<void> {
    this.#status.textContent = "Searching all recordings …";
    this.#applyButton.disabled = true;
    const focus = focusLater(this.element);
    const found = await this.#bridge.ask<{ total: number; recordings: number }>("propose", { old: this.#old.value, new: this.#new.value });
    this.#status.textContent = "";
    if (!found) return;
    this.#total = found.total;
    this.#table.selected.clear();
    for (let at = 0; at < found.total; at += 1) this.#table.selected.add(String(at));
    await this.#table.restart();
    this.#showCount(found.recordings);
    if (found.total) focus(this.#applyButton);
  }

  #showCount(recordings?: number): void {
    const n = this.#table.selected.size;
    this.#applyButton.disabled = n === 0;
    this.#applyButton.textContent = `Correct ${count(n)} ${n === 1 ? "place" : "places"}`;
    const where = recordings === undefined ? "" : ` in ${count(recordings)} ${recordings === 1 ? "recording" : "recordings"}`;
    this.#status.textContent = this.#total ? `${count(n)} of ${count(this.#total)} places chosen${where}. Deselect those that are already right.` : "These words were not found.";
  }

  async #apply(): Promise<void> {
    this.#applyButton.disabled = true;
    const made = await this.#bridge.ask<{ made: number }>("apply", { chosen: [...this.#table.selected].map(Number) });
    if (!made) return;
    this.#bridge.announce(`${count(made.made)} ${made.made === 1 ? "place" : "places"} corrected, as one edit. Z undoes it.`);
    this.#table.selected.clear();
    this.#total = 0;
    await this.#table.restart();
    this.close();
  }
}
