/** Compare the words of a part before and after it was fetched again. Pure. */

import type { Word } from "./types.ts";

/** Tell whether words at equal indices are the same: then indices of chosen words still hold. */
export function areSameWords(before: readonly Word[], after: readonly Word[]): boolean {
  return before.length === after.length && before.every((word, at) => word.start_ms === after[at]?.start_ms && word.text === after[at]?.text);
}
