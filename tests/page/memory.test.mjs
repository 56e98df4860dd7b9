// The limit of a page's memory, as its program keeps it. What runs need of it: support/memory.mjs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { faultsOf, launch, until } from "./support/browser.mjs";
import { cases, instance } from "./support/memory.mjs";

const LIMIT = 2 ** 31;
const ROUND = { branches_min: "100000", branches_max: "100000", horizon: "100" };
/** The largest round of imagination beside everything else that can be large: it takes all of it to need 2 GiB. */
const TOO_MUCH = [
  {
    ...ROUND,
    replay_capacity: "1000000",
    num_envs: "64",
    num_steps: "2048",
    hidden_size: "512",
    hidden_layers: "3",
    model_hidden_size: "512",
    model_hidden_layers: "3",
    model_batch_size: "4096",
    ensemble_size: "10",
  },
];

test("what needs more than 2 GiB is refused with the fields and the bytes, before any memory is taken", async () => {
  const { wasm, memory } = await instance("too-much");
  const before = memory.buffer.byteLength;
  for (const config of TOO_MUCH) {
    const wish = { task: "Acrobot-v1", preset: "mb-ppo", seed: 1, device: "cpu", config, physics: {} };
    const refused = await wasm.Session.create(wish).catch((error) => error);
    assert.deepEqual([refused.kind, refused.field, refused.value], ["config", "branches_max", "100000"]);
    const [, needed, most] = refused.message.match(
      /the run would need (\d+) bytes of memory .*, and (\d+) are allowed: lower branches_max or horizon/,
    );
    assert.ok(Number(most) === LIMIT && Number(needed) > LIMIT, refused.message);
    assert.throws(
      () => wasm.check({ ...wish, config }),
      { field: "branches_max" },
      "the settings say so before a start",
    );
  }
  const round = { task: "Pendulum-v1", preset: "mb-ppo", seed: 1, device: "cpu", config: ROUND, physics: {} };
  assert.doesNotThrow(() => wasm.check(round), "the largest round alone is allowed on Pendulum-v1");
  assert.ok(memory.buffer.byteLength - before < 2 ** 20);
});

test("an address that asks for too much opens a run without it, and says so", async () => {
  const browser = await launch();
  try {
    const page = await browser.open(`?task=Acrobot-v1&seed=1&device=cpu&${new URLSearchParams(TOO_MUCH[0])}`);
    await until(page, (s) => s.real_steps > 0);
    const notes = await page.locator("[data-is=notes]").textContent();
    assert.match(
      notes,
      /branches_max = 100000 .* bytes of memory .* lower branches_max or horizon\. It runs without it/,
    );
    assert.ok(await page.locator("[data-is=trouble]").isHidden());
    assert.deepEqual(await faultsOf(page), []);
  } finally {
    await browser.close();
  }
});

test("the configurations that docs/limits.md measures are those of tests/memory.rs", async () => {
  const rows = await cases();
  const source = await readFile(new URL("../memory.rs", import.meta.url), "utf8");
  const limits = await readFile(new URL("../../docs/limits.md", import.meta.url), "utf8");
  assert.equal(rows.length, Number(source.match(/const CASES: \[.*; (\d+)\]/)?.[1]));
  const told =
    limits
      .split("| a page's bound, MB |")[1]
      .split("\n\n")[0]
      .match(/^\| [a-z]/gm) ?? [];
  assert.equal(told.length, rows.length);
  for (const { config } of rows) assert.ok(Object.values(config).every(Boolean), JSON.stringify(config));
});
