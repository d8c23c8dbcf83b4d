/** Badges of speakers in their colours. */

import { el } from "../shared/dom.ts";
import { speakerClasses } from "../shared/speakers.ts";

export class SpeakerBadges {
  #classes = new Map<string, string>();

  /** Set the speakers that have a colour. */
  setSpeakers(speakers: Iterable<string>): void {
    this.#classes = speakerClasses(speakers);
  }

  of(speaker: string | null): HTMLElement | string {
    return speaker === null ? "–" : el("span", { class: `sk-badge ${this.#classes.get(speaker) ?? "sk-speaker-later"}` }, speaker);
  }
}
