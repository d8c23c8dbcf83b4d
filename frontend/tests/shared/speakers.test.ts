import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, speakerClasses } from "../../src/shared/speakers.ts";

test("a speaker keeps the colour in whatever order and how often they appear", () => {
  assert.deepEqual([...speakerClasses(["B", "A", "B"])], [["A", "sk-speaker-1"], ["B", "sk-speaker-2"]]);
  assert.deepEqual(speakerClasses(["B", "A"]), speakerClasses(["A", "B"]));
});

test("who comes after the palette is grey", () => {
  const classes = speakerClasses("ABCDEFGHI");
  assert.equal(new Set(classes.values()).size, COLOURS + 1);
  assert.equal(classes.get("I"), "sk-speaker-later");
});

test("a place that is taken is not given twice", () => {
  assert.deepEqual([...speakerClasses(["A", "Ada"]).values()], ["sk-speaker-1", "sk-speaker-2"]);
});

test("a name has its colour among whomever it appears, the same as in Python", () => {
  const shared = { A: 1, B: 2, "1A": 6, Zoë: 4, Ünal: 5 };
  for (const [name, place] of Object.entries(shared)) {
    assert.equal(speakerClasses(Object.keys(shared)).get(name), `sk-speaker-${place}`);
    assert.equal(speakerClasses([name]).get(name), `sk-speaker-${place}`);
  }
});

test("names are in the order of their code points, as in Python", () => {
  assert.deepEqual([...speakerClasses(["é", "z", "\u{1F600}", "\uFF21", "Z"]).keys()], ["Z", "z", "é", "\uFF21", "\u{1F600}"]);
});

test("nobody needs no colour", () => {
  assert.equal(speakerClasses([]).size, 0);
});

test("each of many speakers has a class, and no colour is used twice", () => {
  const classes = speakerClasses(Array.from({ length: 5000 }, (_, number) => `speaker ${number}`));
  const coloured = [...classes.values()].filter((name) => name !== "sk-speaker-later");
  assert.deepEqual([classes.size, coloured.length, new Set(coloured).size], [5000, COLOURS, COLOURS]);
});
