/** A short question above the list: a name, a speaker or a text. Enter answers, Escape takes it back. */

import { el, focusedBeside, replace, uniqueId } from "../shared/dom.ts";

export interface Asked {
  /** What is asked, as the field's label. */
  label: string;
  /** What the button says. */
  action: string;
  value?: string;
  /** Values to choose from: for a name they are suggested, for a choice they are all there is. */
  options?: readonly string[];
  kind: "name" | "choice" | "text";
}

export class Question {
  readonly element = el("div", { class: "sk-question", attrs: { hidden: true } });
  #answer: ((value: string | null) => void) | null = null;
  #asker: HTMLElement | null = null;

  get isOpen(): boolean {
    return this.#answer !== null;
  }

  /** Ask; gives null when the reader thinks better of it, or another question is asked first. */
  async ask(asked: Asked): Promise<string | null> {
    this.#close(null);
    this.#asker = focusedBeside(this.element);
    const id = uniqueId("sk-question");
    const field = this.#field(asked, id);
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
      el("label", { attrs: { for: id } }, asked.label),
      field,
      asked.kind === "name" && asked.options ? el("datalist", { attrs: { id: `${id}-known` } }, ...asked.options.map((option) => el("option", { attrs: { value: option } }))) : null,
      el("button", { class: "sk-main", attrs: { type: "submit" } }, asked.action),
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

  #field(asked: Asked, id: string): HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
    if (asked.kind === "choice") return el("select", { attrs: { id } }, ...(asked.options ?? []).map((option) => el("option", { attrs: { value: option } }, option)));
    if (asked.kind === "text") {
      const area = el("textarea", { attrs: { id, rows: Math.min(Math.max(Math.ceil((asked.value ?? "").length / 90), 1), 6) } });
      area.value = asked.value ?? "";
      return area;
    }
    const input = el("input", { attrs: { id, type: "text", list: asked.options ? `${id}-known` : null, autocomplete: "off" } });
    input.value = asked.value ?? "";
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
    this.#asker?.focus({ preventScroll: true });
    answer(value);
  }
}
