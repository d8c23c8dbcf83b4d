/** Speakers' colours by their names: the stylesheet holds the colours, the class says which. Pure. */

/** How many colours there are; whoever comes later is grey. The same number as in scribekit/palette.py. */
export const COLOURS = 7;

/**
 * Speaker → CSS class that sets `--sk-speaker` and `--sk-on-speaker`, by the rule of scribekit/palette.py: the service's letters have their
 * places, other names the one that follows from the name, or the next that is free.
 */
export function speakerClasses(speakers: Iterable<string>): Map<string, string> {
  const names = [...new Set(speakers)].sort(byCodePoint);
  const places = new Map<string, number | undefined>();
  const taken = new Set<number>();
  for (const name of [...names.filter(isLetter), ...names.filter((other) => !isLetter(other))]) {
    const free = Array.from({ length: COLOURS }, (_, step) => (wanted(name) + step) % COLOURS).find((place) => !taken.has(place));
    if (free !== undefined) taken.add(free);
    places.set(name, free);
  }
  return new Map(names.map((name) => [name, places.get(name) === undefined ? "sk-speaker-later" : `sk-speaker-${(places.get(name) ?? 0) + 1}`]));
}

function isLetter(name: string): boolean {
  return /^[A-G]$/.test(name);
}

/** FNV-1a of the name's UTF-8 bytes, 32 bits. */
function wanted(name: string): number {
  if (isLetter(name)) return name.charCodeAt(0) - 65;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % COLOURS;
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
