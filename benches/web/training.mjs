#!/usr/bin/env node
// Times whole runs of MB-PPO in Node.js over Dawn, with the page's engine and the build in dist/ (trunk build).
//
//   node benches/web/training.mjs --json FILE       three tasks, seeds 0 to 2, on the CPU and on WebGPU
//     --tasks A,B  --seeds 0,1  --devices webgpu    which runs
//     --limit 60                                    seconds after which a run is given up
//     --decide 3                                    also what "automatic" would choose after so many iterations
//     --config model_hidden_size=512,horizon=8      what is to be other than the preset says
import { appendFileSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { open } from "./dawn.mjs";

const { values: wanted } = parseArgs({
  options: {
    json: { type: "string" },
    tasks: { type: "string", default: "CartPole-v1,Pendulum-v1,MountainCar-v0" },
    seeds: { type: "string", default: "0,1,2" },
    devices: { type: "string", default: "cpu,webgpu" },
    limit: { type: "string", default: "60" },
    decide: { type: "string" },
    config: { type: "string", default: "" },
  },
});
const list = (text) => text.split(",").filter(Boolean);
const DIST = new URL("../../dist/", import.meta.url);
const config = Object.fromEntries(list(wanted.config).map((change) => change.split("=")));

/** The build with WebGPU in dist/. */
function built() {
  const named = (ending) => readdirSync(DIST).find((name) => name.startsWith("mbppo-webgpu-") && name.endsWith(ending));
  const [script, wasm] = [named(".js"), named(".wasm")];
  if (!script || !wasm) throw new Error("dist/ holds no build with WebGPU: run `trunk build` first.");
  return { script: new URL(script, DIST).href, wasm: new URL(wasm, DIST).href };
}

/** One call in a process of its own, so that every run compiles its kernels as a visitor's does. */
async function alone(work, given) {
  const page = await open({}, "./whole_run.mjs");
  try {
    return await page.evaluate(work, given);
  } finally {
    await page.close();
  }
}

function tell(row) {
  console.log(JSON.stringify(row));
  if (wanted.json) appendFileSync(wanted.json, `${JSON.stringify(row)}\n`);
}

async function attempt(about, work, given) {
  try {
    tell({ ...about, ...(await alone(work, given)) });
  } catch (error) {
    tell({ ...about, failed: error.message });
  }
}

async function measure(task, seed) {
  const wish = { task, seed, config };
  if (wanted.decide)
    await attempt(wish, (given) => bench.decide(given), { built: files, wish, iterations: Number(wanted.decide) });
  for (const device of list(wanted.devices))
    await attempt({ ...wish, device }, (given) => bench.train(given), {
      built: files,
      wish: { ...wish, device },
      seconds: Number(wanted.limit),
    });
}

const files = built();
for (const task of list(wanted.tasks)) for (const seed of list(wanted.seeds)) await measure(task, Number(seed));
