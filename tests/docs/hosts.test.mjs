// The table of hosts in docs/embedding.md has a row for each host that `scripts/test hosts` drives, in their order.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { tableOf, wordsOf } from "../hosts/figures.mjs";
import { KINDS } from "../hosts/kinds/index.mjs";

test("the table of hosts is that of the hosts, and every figure in it was measured", () => {
  const table = tableOf(readFileSync(new URL("../../docs/embedding.md", import.meta.url), "utf8"));
  const rows = table.trim().split("\n").slice(2);
  assert.deepEqual(
    rows.map((row) => row.slice(2, -2).split(" | ").slice(0, 3)),
    KINDS.map(wordsOf),
    "run: node tests/hosts/table.mjs",
  );
  for (const row of rows) assert.match(row, /\| \d+\.\d \| \d+\.\d \|$/, "run: scripts/test --long hosts");
});
