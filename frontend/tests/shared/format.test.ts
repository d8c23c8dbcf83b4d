import assert from "node:assert/strict";
import { test } from "node:test";
import { audio, clock, count, dollars, moment, percent, timecode } from "../../src/shared/format.ts";

test("figures are written as people read them", () => {
  assert.equal(count(1234567), "1,234,567");
  assert.equal(dollars(1234.5), "$1,234.50");
  assert.equal(dollars(0.0042), "$0.0042");
  assert.equal(dollars(0), "$0.00");
  assert.equal(audio(1800), "30.0 min");
  assert.equal(audio(5400), "1.5 h");
  assert.equal(percent(0.934), "93 %");
});

test("what is missing is a dash, not a zero", () => {
  for (const write of [count, dollars, audio, percent, clock, timecode]) {
    for (const missing of [null, undefined, NaN]) assert.equal(write(missing), "–");
  }
});

test("times are never rounded up into the next second", () => {
  assert.equal(clock(3725.999), "1:02:05");
  assert.equal(clock(59.999), "0:59");
  assert.equal(timecode(3725004), "1:02:05.004");
  assert.equal(timecode(59999), "0:59.999");
});

test("hours begin at one hour, and fractions of a cent end at ten cents", () => {
  assert.deepEqual([0, 3599, 3600, 360_000].map(audio), ["0.0 min", "60.0 min", "1.0 h", "100.0 h"]);
  assert.deepEqual([0.0999, 0.1, -0.05, 1e9].map(dollars), ["$0.0999", "$0.10", "$-0.0500", "$1,000,000,000.00"]);
  assert.deepEqual([percent(0), percent(1), percent(0.12345, 1)], ["0 %", "100 %", "12.3 %"]);
  assert.equal(count(0), "0");
});

test("a clock has hours only when they are needed", () => {
  assert.deepEqual([0, 59, 60, 3599, 3600, 359_999].map(clock), ["0:00", "0:59", "1:00", "59:59", "1:00:00", "99:59:59"]);
  assert.deepEqual([0, 7, 3_600_000.9].map(timecode), ["0:00.000", "0:00.007", "1:00:00.000"]);
});

test("a moment is in the reader's time zone, to the second", () => {
  assert.equal(moment(new Date(2026, 0, 2, 3, 4, 5, 999).getTime() / 1000), "2026-01-02 03:04:05");
  assert.equal(moment(null), "–");
});
