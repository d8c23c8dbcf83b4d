/** One correction at many places: the reader chooses the places, then all are corrected. */

import type { Bridge } from "../shared/bridge.ts";
import { el, replace } from "../shared/dom.ts";
import { clock, count } from "../shared/format.ts";
import { plural } from "./messages.ts";
import { onEnter } from "./query_fields.ts";
import type { Line, Place } from "./types.ts";

export class CorrectDialog {
  readonly #bridge: Bridge;
  readonly #onCorrected: (places: number) => void;
  readonly #old = el("input", { attrs: { type: "text", required: true, autocomplete: "off" } });
  readonly #new = el("input", { attrs: { type: "text", required: true, autocomplete: "off" } });
  readonly #status = el("p", { class: "sk-muted", attrs: { role: "status" } });
  readonly #places = el("ul", { class: "sk-places" });
  readonly #correctButton = el("button", { class: "sk-main", attrs: { type: "button", disabled: true }, on: { click: () => void this.#correct() } }, "Correct");
  readonly #dialog: HTMLDialogElement;
  #line: Line | null = null;
  #boxes: HTMLInputElement[] = [];

  constructor(bridge: Bridge, corrected: (places: number) => void) {
    this.#bridge = bridge;
    this.#onCorrected = corrected;
    for (const field of [this.#old, this.#new]) {
      field.addEventListener("input", () => this.#reset());
      field.addEventListener("keydown", (event) => onEnter(event, () => void this.#propose()));
    }
    const form = el(
      "form",
      { class: "sk-stack", on: { submit: (event) => this.#submit(event) } },
      el("label", {}, el("span", { class: "sk-wide" }, "Replace"), this.#old),
      el("label", {}, el("span", { class: "sk-wide" }, "with"), this.#new),
      el("div", { class: "sk-row" }, el("button", { attrs: { type: "submit" } }, "Find the places")),
    );
    const all = el("button", { attrs: { type: "button" }, on: { click: () => this.#tickAll() } }, "All places");
    const close = el("button", { attrs: { type: "button" }, on: { click: () => this.#dialog.close() } }, "Cancel");
    this.#dialog = el("dialog", { class: "sk-help sk-correct", attrs: { "aria-label": "Correct words" } }, el("h3", {}, "Correct words"), form, this.#status, this.#places, el("div", { class: "sk-row" }, this.#correctButton, all, close));
    bridge.root.append(this.#dialog);
  }

  open(line: Line): void {
    this.#line = line;
    this.#old.value = line.match.replace(/[.,;:!?…]+$/, "");
    this.#new.value = this.#old.value;
    this.#reset();
    this.#dialog.showModal();
    this.#new.select();
  }

  #reset(): void {
    this.#boxes = [];
    replace(this.#places);
    this.#status.textContent = "Nothing is changed until you confirm. Corrections can be undone, and the transcripts as received are kept.";
    this.#drawButton();
  }

  #submit(event: Event): void {
    event.preventDefault();
    void this.#propose();
  }

  async #propose(): Promise<void> {
    this.#status.textContent = "Searching …";
    const answer = await this.#bridge.askLatest<{ places: Place[]; total: number }>("propose", { old: this.#old.value, new: this.#new.value });
    if (!answer) {
      this.#dialog.close(); // the error is shown in the widget behind it
      return;
    }
    const { places, total } = answer;
    this.#boxes = places.map((place) => this.#box(place));
    replace(this.#places, ...places.map((place, at) => this.#place(place, this.#boxes[at])));
    const rest = total > places.length ? ` The first ${count(places.length)} are listed; correct these, then search again.` : "";
    this.#status.textContent = total ? `${plural(total, "place")}.${rest}` : "These words were not found.";
    this.#drawButton();
  }

  #box(place: Place): HTMLInputElement {
    const box = el("input", { attrs: { type: "checkbox" }, on: { change: () => this.#drawButton() } });
    box.checked = place.recording === this.#line?.recording && place.word === this.#line.word;
    return box;
  }

  #place(place: Place, box: HTMLInputElement | undefined): HTMLElement {
    return el("li", {}, el("label", {}, box, el("span", {}, `${place.recording} ${clock(place.start_ms / 1000)}: `, el("del", {}, place.text), " ", el("ins", {}, place.to))));
  }

  #tickAll(): void {
    const on = this.#boxes.some((box) => !box.checked);
    for (const box of this.#boxes) box.checked = on;
    this.#drawButton();
  }

  #drawButton(): void {
    const chosen = this.#boxes.filter((box) => box.checked).length;
    this.#correctButton.disabled = chosen === 0;
    this.#correctButton.textContent = chosen ? `Correct ${plural(chosen, "place")}` : "Correct";
  }

  async #correct(): Promise<void> {
    const chosen = this.#boxes.flatMap((box, at) => (box.checked ? [at] : []));
    const made = await this.#bridge.ask<number>("correct", { chosen });
    this.#dialog.close();
    if (made) this.#onCorrected(made);
  }
}
