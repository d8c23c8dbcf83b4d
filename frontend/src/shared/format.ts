/** Format numbers and times; the same words as on the Python side. Pure. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Shown for a missing figure. */
export const NONE = "–";

type Figure = number | null | undefined;

const isMissing = (value: Figure): value is null | undefined => value === null || value === undefined || Number.isNaN(value);

/** Format a count: 12345 → "12,345". */
export function count(value: Figure): string {
  return isMissing(value) ? NONE : whole.format(value);
}

/** Format dollars to the cent, and to a hundredth of a cent below ten cents: 0.0042 → "$0.0042". */
export function dollars(value: Figure): string {
  if (isMissing(value)) return NONE;
  return value !== 0 && Math.abs(value) < 0.1 ? `$${value.toFixed(4)}` : `$${cents.format(value)}`;
}

/** Format an amount of audio: hours from one hour on, minutes below. 5400 → "1.5 h". */
export function audio(seconds: Figure): string {
  if (isMissing(seconds)) return NONE;
  return seconds >= 3600 ? `${tenths.format(seconds / 3600)} h` : `${tenths.format(seconds / 60)} min`;
}

/** Format a share as per cent: 0.934 → "93 %". */
export function percent(share: Figure, digits = 0): string {
  return isMissing(share) ? NONE : `${(share * 100).toFixed(digits)} %`;
}

/** Format seconds as on a player: 3725 → "1:02:05"; 65.4 → "1:05". */
export function clock(seconds: Figure): string {
  if (isMissing(seconds)) return NONE;
  const all = Math.floor(seconds);
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Format a position in a recording to the millisecond: 3725004 → "1:02:05.004". */
export function timecode(ms: Figure): string {
  if (isMissing(ms)) return NONE;
  return `${clock(ms / 1000)}.${String(Math.floor(ms) % 1000).padStart(3, "0")}`;
}

/** Format a moment in the reader's time zone, to the second. */
export function moment(unixSeconds: Figure): string {
  if (isMissing(unixSeconds)) return NONE;
  const date = new Date(unixSeconds * 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  );
}
