/** The facets: checkboxes of values with counts; each list can be opened to all its values and searched. */

import type { Bridge } from "../shared/bridge.ts";
import { el, keepFocus, replace, type Child } from "../shared/dom.ts";
import { count } from "../shared/format.ts";
import { plural } from "./messages.ts";
import type { Facet, Value } from "./types.ts";

const TYPING_MS = 150;
export const NO_VALUE = "(none)";

export class FacetPanel {
  readonly element = el("div", { class: "sk-facets", attrs: { role: "group", "aria-label": "Filters" } });
  readonly #bridge: Bridge;
  readonly #speakerClass: (speaker: string | null) => string;
  readonly #open = new Map<string, { like: string; values: Value[] }>();
  #facets: Facet[] = [];
  #typing = 0;

  constructor(bridge: Bridge, speakerClass: (speaker: string | null) => string) {
    this.#bridge = bridge;
    this.#speakerClass = speakerClass;
    bridge.onClose(() => window.clearTimeout(this.#typing));
  }

  draw(facets: Facet[]): void {
    this.#facets = facets;
    this.#redraw();
    for (const name of this.#open.keys()) void this.#fetch(name);
  }

  #redraw(): void {
    keepFocus(this.#bridge.root, () => replace(this.element, ...this.#facets.map((facet) => this.#facet(facet))));
  }

  #facet(facet: Facet): HTMLElement {
    const open = this.#open.get(facet.name);
    const values = open ? open.values : facet.values;
    return el(
      "fieldset",
      { class: open ? "sk-facet sk-open" : "sk-facet" },
      el("legend", {}, facet.title),
      open && this.#finder(facet, open.like),
      el("ul", {}, ...values.map((value) => this.#value(facet, value))),
      this.#opener(facet),
    );
  }

  #value(facet: Facet, value: Value): Child {
    const shown = value.value ?? NO_VALUE;
    const pick = (on: boolean) => this.#bridge.send("pick", { facet: facet.name, value: value.value, on });
    const box = el("input", {
      attrs: { type: "checkbox", "data-key": `facet:${facet.name}:${value.value ?? ""}` },
      on: { change: (event) => pick(event.currentTarget.checked) },
    });
    box.checked = value.picked;
    const name =
      facet.name === "speaker" && value.value !== null
        ? el("span", { class: `sk-badge ${this.#speakerClass(value.value)}` }, shown)
        : el("bdi", { class: value.value === null ? "sk-muted" : "" }, shown);
    return el(
      "li",
      {},
      el("label", { attrs: { title: value.hint || shown } }, box, el("span", { class: "sk-facet-name" }, name), el("span", { class: "sk-muted sk-number" }, count(value.lines))),
    );
  }

  #opener(facet: Facet): Child {
    const isOpen = this.#open.has(facet.name);
    if (!isOpen && !facet.more) return null;
    const toggle = () => {
      if (isOpen) {
        this.#open.delete(facet.name);
        this.#redraw();
      } else {
        this.#open.set(facet.name, { like: "", values: facet.values });
        void this.#fetch(facet.name);
      }
    };
    const text = isOpen ? "Fewer" : `${count(facet.more)} more …`;
    const attrs = { type: "button", "data-key": `more:${facet.name}`, "aria-expanded": String(isOpen), "aria-label": `${facet.title}: ${isOpen ? "fewer values" : plural(facet.more, "more value")}` };
    return el("button", { class: "sk-plain sk-muted", attrs, on: { click: toggle } }, text);
  }

  #finder(facet: Facet, like: string): HTMLElement {
    const field = el("input", {
      attrs: { type: "search", placeholder: "Find", "aria-label": `Find a value of ${facet.title}`, "data-key": `like:${facet.name}` },
      on: {
        input: (event) => {
          const open = this.#open.get(facet.name);
          if (open) open.like = event.currentTarget.value;
          window.clearTimeout(this.#typing);
          this.#typing = window.setTimeout(() => void this.#fetch(facet.name), TYPING_MS);
        },
      },
    });
    field.value = like;
    return field;
  }

  async #fetch(name: string): Promise<void> {
    const open = this.#open.get(name);
    if (!open) return;
    const asked = open.like;
    const values = await this.#bridge.ask<Value[]>("values", { facet: name, like: asked });
    if (!values || open.like !== asked) return;
    open.values = values;
    this.#redraw();
  }
}
