import assert from "node:assert/strict";
import { test } from "node:test";
import { keyName } from "../../src/shared/keyboard.ts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

test("keys are named with what is held beside them", () => {
  assert.equal(press("n"), "n");
  assert.equal(press("ArrowLeft", { shiftKey: true }), "Shift+ArrowLeft");
  assert.equal(press("z", { ctrlKey: true }), "Ctrl+z");
  assert.equal(press("z", { metaKey: true }), "Ctrl+z");
});

test("a sign that needs Shift on some keyboards is the same key on all", () => {
  assert.equal(press("?", { shiftKey: true }), "?");
  assert.equal(press("?"), "?");
});

test("modifiers have one order, whatever the keyboard", () => {
  assert.equal(press("ArrowUp", { shiftKey: true, altKey: true, ctrlKey: true }), "Ctrl+Alt+Shift+ArrowUp");
  assert.equal(press("Z", { shiftKey: true, metaKey: true }), "Ctrl+Z");
  assert.equal(press(" ", { shiftKey: true }), " ");
  assert.equal(press("z", { ctrlKey: true, metaKey: true }), "Ctrl+z");
});
