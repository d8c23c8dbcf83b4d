/** A question above the list: for a name, a speaker or a text. Enter answers, Escape cancels. */

import { el, focusedInTreeOf, replace, uniqueId } from "../shared/dom.ts";

export interface Question {
  /** The label of the field. */
  label: string;
  /** The text of the button. */
  action: string;
  value?: string;
  /** Values to choose from: suggestions for a name, all values for a choice. */
  options?: readonly string[];
  kind: "name" | "choice" | "text";
}

export class Prompt {
  readonly element = el("div", { class: "sk-question", attrs: { hidden: true } });
  #answer: ((value: string | null) => void) | null = null;
  #focusBefore: HTMLElement | null = null;

  get isOpen(): boolean {
    return this.#answer !== null;
  }

  /** Ask; resolves to null when the reader cancels or another question replaces this one. */
  async ask(question: Question): Promise<string | null> {
    this.#close(null);
    this.#focusBefore = focusedInTreeOf(this.element);
    const id = uniqueId("sk-question");
    const field = this.#field(question, id);
    const form = el(
      "form",
      {
        class: "sk-row",
        on: {
          submit: (event) => {
            event.preventDefault();
            this.#close(field.value);
          },
          keydown: (event) => this.#press(event, field),
        },
      },
      el("label", { attrs: { for: id } }, question.label),
      field,
      question.kind === "name" && question.options ? el("datalist", { attrs: { id: `${id}-known` } }, ...question.options.map((option) => el("option", { attrs: { value: option } }))) : null,
      el("button", { class: "sk-main", attrs: { type: "submit" } }, question.action),
      el("button", { attrs: { type: "button" }, on: { click: () => this.#close(null) } }, "Cancel"),
    );
    replace(this.element, form);
    this.element.hidden = false;
    field.focus();
    if (!(field instanceof HTMLSelectElement)) field.select();
    return new Promise((resolve) => (this.#answer = resolve));
  }

  cancel(): void {
    this.#close(null);
  }

  #field(question: Question, id: string): HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
    if (question.kind === "choice") return el("select", { attrs: { id } }, ...(question.options ?? []).map((option) => el("option", { attrs: { value: option } }, option)));
    if (question.kind === "text") {
      const area = el("textarea", { attrs: { id, rows: Math.min(Math.max(Math.ceil((question.value ?? "").length / 90), 1), 6) } });
      area.value = question.value ?? "";
      return area;
    }
    const input = el("input", { attrs: { id, type: "text", list: question.options ? `${id}-known` : null, autocomplete: "off" } });
    input.value = question.value ?? "";
    return input;
  }

  #press(event: KeyboardEvent, field: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement): void {
    if (event.key === "Escape") this.#close(null);
    else if (event.key === "Enter" && event.target === field && !event.shiftKey && !event.isComposing) this.#close(field.value);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #close(value: string | null): void {
    const answer = this.#answer;
    if (!answer) return;
    this.#answer = null;
    this.element.hidden = true;
    replace(this.element);
    this.#focusBefore?.focus({ preventScroll: true });
    answer(value);
  }
}
