/** Speakers with the colour that they have everywhere. */

import { speakerClasses } from "../shared/speakers.ts";
import { el } from "../shared/dom.ts";

export class Badges {
  #classes = new Map<string, string>();

  /** Say who there is. */
  know(speakers: Iterable<string>): void {
    this.#classes = speakerClasses(speakers);
  }

  of(speaker: string | null): HTMLElement | string {
    return speaker === null ? "–" : el("span", { class: `sk-badge ${this.#classes.get(speaker) ?? "sk-speaker-later"}` }, speaker);
  }
}
