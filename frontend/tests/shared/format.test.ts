import assert from "node:assert/strict";
import { test } from "node:test";
import { audio, clock, count, dollars, percent, timecode } from "../../src/shared/format.ts";

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
