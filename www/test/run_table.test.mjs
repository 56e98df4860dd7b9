// The table of kept runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { recordOf } from "../js/keep/records.js";
import { runTable } from "../js/keep/run_table.js";
import { SCHEMA } from "./schema.mjs";

const record = (snapshot, name) => ({
  ...recordOf({
    id: "a",
    writer: "w",
    at: Date.UTC(2026, 0, 2),
    settings: { task: "CartPole-v1", preset: "ppo", seed: 3, config: { gamma: "0.9", n_epochs: "5" }, physics: {} },
    state: {
      schema: SCHEMA,
      checkpoint: { iteration: 7, bytes: new Uint8Array(9) },
      snapshot,
      device: { kind: "cpu" },
      curves: null,
    },
  }),
  ...(name ? { name } : {}),
});

test("a row a run, with what it reached, and nothing where nothing is known", () => {
  const snapshot = { real_steps: 900, imagined_steps: 40, solved_at_real_steps: 800, latest_evaluation: 480.5 };
  const [head, first, second, end] = runTable([
    record({ ...snapshot, best_evaluation: 500 }, 'mine, "the best"\nof all'),
    record({ real_steps: 10, imagined_steps: 0, solved_at_real_steps: null, latest_evaluation: null }),
  ]).split("\r\n");
  const columns = head.split(",");
  assert.ok(first.startsWith('"mine, ""the best""\nof all",CartPole-v1,ppo,gamma=0.9 n_epochs=5,,3,cpu,900,40,7,'));
  assert.ok(first.endsWith(`,800,480.5,500,${SCHEMA.version},2026-01-02T00:00:00.000Z`), first);
  assert.ok(second.includes(`,cpu,10,0,7,,,,${SCHEMA.version},`), second);
  assert.deepEqual(columns.slice(0, 3), ["name", "task", "mode"]);
  assert.equal(end, "");
  const old = record(null);
  delete old.device; // kept by an earlier version
  assert.ok(runTable([old]).includes(",3,,0,,7,"));
});
