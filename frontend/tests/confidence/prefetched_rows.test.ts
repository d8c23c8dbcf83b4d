import assert from "node:assert/strict";
import { test } from "node:test";
import { PrefetchedRows } from "../../src/confidence/prefetched_rows.ts";

/** A table of pages whose own requests are noted. */
function prefetched() {
  const asked: unknown[] = [];
  const rows = new PrefetchedRows<string>(async (args) => {
    asked.push(args);
    return "from a request of its own";
  });
  return { rows, asked };
}

test("rows that are asked for while a request is prepared come with it", async () => {
  const { rows, asked } = prefetched();
  let shown: string | undefined;
  const { args, filled } = rows.collect(async () => {
    shown = await rows.rows({ first: 3 });
  });
  assert.deepEqual([args, shown], [{ first: 3 }, undefined]);
  rows.deliver("from the shared request");
  await filled;
  assert.deepEqual([shown, asked], ["from the shared request", []]);
});

test("rows that are asked for at any other time have a request of their own", async () => {
  const { rows, asked } = prefetched();
  assert.equal(await rows.rows({ first: 0 }), "from a request of its own");
  const { filled } = rows.collect(async () => undefined);
  await filled;
  assert.equal(await rows.rows({ first: 9 }), "from a request of its own");
  assert.deepEqual(asked, [{ first: 0 }, { first: 9 }]);
});

test("only the first rows of a request are shared", async () => {
  const { rows, asked } = prefetched();
  const { filled } = rows.collect(async () => {
    const first = rows.rows({ first: 0 });
    assert.equal(await rows.rows({ first: 50 }), "from a request of its own");
    await first;
  });
  rows.deliver("shared");
  await filled;
  assert.deepEqual(asked, [{ first: 50 }]);
});

test("a table that asks for nothing adds nothing", async () => {
  const { rows } = prefetched();
  assert.equal(rows.collect(async () => undefined).args, null);
  rows.deliver("nobody waits for this");
});

test("rows that were never delivered are given up when the next request is prepared", async () => {
  const { rows } = prefetched();
  const first = rows.collect(async () => assert.equal(await rows.rows({ first: 1 }), undefined));
  const second = rows.collect(async () => assert.equal(await rows.rows({ first: 2 }), "second"));
  rows.deliver("second");
  await Promise.all([first.filled, second.filled]);
  assert.deepEqual([first.args, second.args], [{ first: 1 }, { first: 2 }]);
});
