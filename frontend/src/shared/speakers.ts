/** Assign a colour class to each speaker; the stylesheet holds the colours. Pure. */

/** The number of colours; further speakers are grey. The same number as in scribekit/base/palette.py. */
export const COLOURS = 7;

/**
 * Map each speaker to the CSS class that sets `--sk-speaker` and `--sk-on-speaker`. The rule is that of scribekit/base/palette.py: the
 * service's letters have fixed places; any other name has the place given by its hash, or the next free one.
 */
export function speakerClasses(speakers: Iterable<string>): Map<string, string> {
  const names = [...new Set(speakers)].sort(byCodePoint);
  const places = new Map<string, number | undefined>();
  const taken = new Set<number>();
  for (const name of [...names.filter(isLetter), ...names.filter((other) => !isLetter(other))]) {
    const free = Array.from({ length: COLOURS }, (_, step) => (preferredPlace(name) + step) % COLOURS).find((place) => !taken.has(place));
    if (free !== undefined) taken.add(free);
    places.set(name, free);
  }
  return new Map(names.map((name) => [name, places.get(name) === undefined ? "sk-speaker-later" : `sk-speaker-${(places.get(name) ?? 0) + 1}`]));
}

function isLetter(name: string): boolean {
  return /^[A-G]$/.test(name);
}

/** Return the place of a letter, or of any other name by the FNV-1a hash (32 bits) of its UTF-8 bytes. */
function preferredPlace(name: string): number {
  if (isLetter(name)) return name.charCodeAt(0) - 65;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % COLOURS;
}

/** Compare by code point, as Python does, not by UTF-16 unit. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference) return difference;
  }
  return left.length - right.length;
}
