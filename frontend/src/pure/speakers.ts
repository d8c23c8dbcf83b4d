/** Speakers' colours by the order of their names: the stylesheet holds the colours, the class says which. Pure. */

/** How many colours there are; whoever comes later is grey. The same number as in scribekit/palette.py. */
export const COLOURS = 7;

/** Speaker → CSS class that sets `--sk-speaker` and `--sk-on-speaker`: the same speaker, the same colour, everywhere. */
export function speakerClasses(speakers: Iterable<string>): Map<string, string> {
  const names = [...new Set(speakers)].sort(byCodePoint);
  return new Map(names.map((name, at) => [name, at < COLOURS ? `sk-speaker-${at + 1}` : "sk-speaker-later"]));
}

/** As Python sorts: by code point, not by UTF-16 unit. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference) return difference;
  }
  return left.length - right.length;
}
