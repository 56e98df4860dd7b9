// The workloads compute what everybody computes: W1 after 20 steps and W3 after 4 end at the losses of all peers.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { build, built } from "./build.mjs";

let wasm;

before(async () => {
  build();
  wasm = await import(built("mbppo_bench.js"));
  await wasm.default({ module_or_path: await readFile(built("mbppo_bench_bg.wasm")) });
});

/** To the digits that the peers agree in. */
const isNear = (loss, known) => assert.ok(Math.abs(loss - known) < 2e-6, `${loss} is not ${known}`);

test("a PPO minibatch of 64 has the loss of the peers after 20 steps", () =>
  isNear(new wasm.PpoOnCpu(20, 64, 11, 64).steps(0, 20), 0.881893));

test("a world-model step of 256 has the loss of the peers after 4 steps", () =>
  isNear(new wasm.ModelOnCpu(4, 256, 14, 1).steps(0, 4), 0.99853));

test("an iteration of PPO takes 1024 steps", async () => {
  const learner = await wasm.Learner.create(1, "cpu");
  await learner.advance();
  assert.equal(learner.told()[0], 1024);
});
