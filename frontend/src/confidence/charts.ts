/** Small charts of confidence: the ridge and box of a group, the calibration curve. */

import { el, svg } from "../shared/dom.ts";
import { count, percent } from "../shared/format.ts";
import type { Bin, Calibration, Group } from "./types.ts";

const WIDE = 320;
const HIGH = 22;

/** Draw the distribution of a group: a ridge, the quartiles as a box, the middle 90 % as a line. */
export function ridge(group: Group, threshold: number): SVGSVGElement {
  const most = Math.sqrt(Math.max(...group.ridge, 1));
  const y = (words: number) => (HIGH - (Math.sqrt(words) / most) * (HIGH - 3)).toFixed(1); // the root makes the few uncertain words visible
  const step = WIDE / group.ridge.length;
  const outline = group.ridge.map((words, at) => `${(at * step).toFixed(1)},${y(words)} ${((at + 1) * step).toFixed(1)},${y(words)}`);
  const label = `Median ${group.median.toFixed(2)}, half of the words from ${group.p25.toFixed(2)} to ${group.p75.toFixed(2)}`;
  const x = (share: number) => share * WIDE;
  return svg(
    "svg",
    { viewBox: `-1 -1 ${WIDE + 2} ${HIGH + 2}`, width: WIDE, height: HIGH, role: "img", "aria-label": label, class: "sk-figure" },
    svg("polygon", { points: `0,${HIGH} ${outline.join(" ")} ${WIDE},${HIGH}`, class: "sk-ridge" }),
    svg("line", { x1: x(threshold), x2: x(threshold), y1: 0, y2: HIGH, class: "sk-limit" }),
    svg("line", { x1: x(group.p05), x2: x(group.p95), y1: HIGH - 6, y2: HIGH - 6, class: "sk-whisker" }),
    svg("rect", { x: x(group.p25), y: HIGH - 9, width: Math.max(x(group.p75 - group.p25), 1), height: 6, class: "sk-box" }),
    svg("line", { x1: x(group.median), x2: x(group.median), y1: HIGH - 11, y2: HIGH - 1, class: "sk-median" }),
  );
}

const SIDE = 150;

/** Show the calibration curve, or how to get one. */
export function reliability(calibration: Calibration | null | undefined): HTMLElement {
  if (!calibration) {
    return el("p", { class: "sk-muted" }, "Not known yet: expected errors use the confidence unchanged. Accept and correct some parts below, or give references=.");
  }
  const { bins, ece, n_words: words, enough, rests_on: basis, is_used: isUsed } = calibration;
  const over = `${count(words)} ${words === 1 ? "word" : "words"} (${basis})`;
  const told =
    ece === null
      ? `So far ${over}. From ${count(enough)} words on, this says how far confidence is off on average.`
      : `Confidence is off by ${percent(ece, 1)} on average, over ${over}.`;
  const note = isUsed ? "Expected errors follow this curve." : "Too few words yet: expected errors still use the confidence unchanged.";
  return el("div", { class: "sk-stack" }, el("div", { class: "sk-row sk-top" }, curve(bins, told), el("div", { class: "sk-curve-told" }, el("p", {}, told), el("p", { class: "sk-muted" }, note), figures(bins))));
}

function curve(bins: Bin[], told: string): SVGSVGElement {
  const x = (share: number) => share * SIDE;
  const y = (share: number) => SIDE - share * SIDE;
  const points = bins.map((bin) => `${x(bin.confidence).toFixed(1)},${y(bin.accuracy).toFixed(1)}`).join(" ");
  return svg(
    "svg",
    { viewBox: `-30 -8 ${SIDE + 38} ${SIDE + 40}`, width: SIDE + 38, height: SIDE + 40, role: "img", "aria-label": `Calibration curve. ${told}`, class: "sk-figure" },
    svg("rect", { x: 0, y: 0, width: SIDE, height: SIDE, class: "sk-frame" }),
    svg("line", { x1: 0, y1: SIDE, x2: SIDE, y2: 0, class: "sk-limit" }),
    svg("polyline", { points, class: "sk-curve" }),
    ...bins.map((bin) => svg("line", { x1: x(bin.confidence), x2: x(bin.confidence), y1: y(bin.accuracy_low), y2: y(bin.accuracy_high), class: "sk-whisker" })),
    ...bins.map((bin) => svg("circle", { cx: x(bin.confidence), cy: y(bin.accuracy), r: 3, class: "sk-box" })),
    ...[0, 0.5, 1].flatMap((share) => [
      svg("text", { x: x(share), y: SIDE + 13, "text-anchor": "middle" }, String(share)),
      svg("text", { x: -5, y: y(share) + 4, "text-anchor": "end" }, String(share)),
    ]),
    svg("text", { x: SIDE / 2, y: SIDE + 27, "text-anchor": "middle" }, "confidence"),
    svg("text", { x: SIDE - 4, y: SIDE - 6, "text-anchor": "end" }, "share correct"),
  );
}

function figures(bins: Bin[]): HTMLElement {
  const head = ["Confidence", "Words", "Correct", "95 % interval"].map((title, at) => el("th", { class: at ? "sk-number" : "", attrs: { scope: "col" } }, title));
  const rows = bins.map((bin) =>
    el(
      "tr",
      {},
      el("th", { attrs: { scope: "row" } }, bin.confidence.toFixed(2)),
      el("td", { class: "sk-number" }, count(bin.n_words)),
      el("td", { class: "sk-number" }, percent(bin.accuracy)),
      el("td", { class: "sk-number" }, `${percent(bin.accuracy_low)} – ${percent(bin.accuracy_high)}`),
    ),
  );
  return el("details", {}, el("summary", { attrs: { "data-key": "figures" } }, "Figures"), el("table", { class: "sk-figures" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
}
