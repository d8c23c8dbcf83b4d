import assert from "node:assert/strict";
import { test } from "node:test";
import { clamped, levelFor, panned, revealing, tickStep, zoomed } from "../../src/diarization/time_axis.ts";

test("zooming keeps the moment under the pointer, and the range stays within the recording", () => {
  const range = { fromMs: 10_000, toMs: 50_000 };
  assert.deepEqual(zoomed(range, 2, 20_000, 100_000), { fromMs: 15_000, toMs: 35_000 });
  assert.deepEqual(zoomed(range, 0.01, 20_000, 100_000), { fromMs: 0, toMs: 100_000 });
  assert.deepEqual(zoomed(range, 1000, 20_000, 100_000), { fromMs: 19_750, toMs: 20_750 });
  assert.deepEqual(panned(range, -20_000, 100_000), { fromMs: 0, toMs: 40_000 });
  assert.deepEqual(clamped({ fromMs: -5, toMs: 3 }, 500), { fromMs: 0, toMs: 500 });
  assert.equal(revealing(range, 20_000, 30_000, 100_000), range);
  assert.deepEqual(revealing(range, 70_000, 75_000, 100_000), { fromMs: 60_000, toMs: 100_000 });
});

test("ticks are far enough apart, and peaks are at most a pixel wide where there are finer ones", () => {
  assert.deepEqual([tickStep(1), tickStep(10), tickStep(7500)], [100, 1000, 600_000]);
  assert.deepEqual([1, 10, 39, 40, 640, 1e9].map((ms) => levelFor(ms, 10, 4, 8)), [0, 0, 0, 1, 3, 7]);
});

test("a recording shorter than the shortest range is shown whole", () => {
  assert.deepEqual(clamped({ fromMs: 0, toMs: 10 }, 400), { fromMs: 0, toMs: 400 });
  assert.deepEqual(zoomed({ fromMs: 0, toMs: 400 }, 100, 200, 400), { fromMs: 0, toMs: 400 });
  assert.deepEqual(panned({ fromMs: 0, toMs: 400 }, 1000, 400), { fromMs: 0, toMs: 400 });
});

test("a range never leaves the recording at either end", () => {
  assert.deepEqual(clamped({ fromMs: -500, toMs: 1500 }, 10_000), { fromMs: 0, toMs: 2000 });
  assert.deepEqual(clamped({ fromMs: 9500, toMs: 11_500 }, 10_000), { fromMs: 8000, toMs: 10_000 });
  assert.deepEqual(panned({ fromMs: 8000, toMs: 10_000 }, 1, 10_000), { fromMs: 8000, toMs: 10_000 });
  assert.deepEqual(clamped({ fromMs: 0, toMs: 99_999 }, 10_000), { fromMs: 0, toMs: 10_000 });
});

test("an interval that is visible moves nothing; one that begins before or ends after the range does", () => {
  const range = { fromMs: 10_000, toMs: 20_000 };
  assert.equal(revealing(range, 10_000, 20_000, 100_000), range); // its first 9 seconds are visible, which is all that fits
  assert.deepEqual(revealing(range, 9999, 10_500, 100_000), { fromMs: 8999, toMs: 18_999 });
  assert.deepEqual(revealing(range, 19_000, 20_001, 100_000), { fromMs: 18_000, toMs: 28_000 });
  assert.deepEqual(revealing(range, 200, 300, 100_000), { fromMs: 0, toMs: 10_000 });
});

test("an interval longer than the range is shown from its beginning, as long as nine tenths of the range remain for it", () => {
  const range = { fromMs: 0, toMs: 10_000 };
  assert.equal(revealing(range, 1000, 30_000, 100_000), range);
  assert.deepEqual(revealing(range, 1001, 30_000, 100_000), { fromMs: 1, toMs: 10_001 });
});

test("ticks of very short and very long ranges are still apart", () => {
  for (const msPerPixel of [0.001, 0.5, 3, 77, 12_345, 1_000_000]) assert.ok(tickStep(msPerPixel) >= 80 * msPerPixel, `${msPerPixel}`);
  assert.equal(tickStep(1_000_000), 86_400_000);
  assert.equal(tickStep(1, 200), 200);
});
