#!/usr/bin/env node
// Times mbppo in one headless Chromium, on request with its peers taking turns.
//
//   node benches/web/run.mjs --json FILE            W1 to W6 on the CPU and on WebGPU
//     --peers                                       the peers too (npm ci in benches/web first)
//     --only W1,W3   --rounds 3   --devices cpu     fewer workloads, more rounds (2), only these devices (cpu,webgpu)
//     --adapter default                             the machine's own GPU instead of software
//     --dawn                                        its GPU without a browser: Node.js over Dawn (npm ci as for peers)
//   node benches/web/run.mjs --growth FILE          cost as sizes grow, FILE and a picture beside it
//   --no-build                                      measures what was built last
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import os from "node:os";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { contest, details, figures, open, OURS, PEERS, TIMED } from "./contest.mjs";
import { grow } from "./growth.mjs";
import { picture } from "./picture.mjs";

const list = (text) => text.split(",");
const { values: wanted } = parseArgs({
  options: {
    json: { type: "string" },
    growth: { type: "string" },
    peers: { type: "boolean" },
    only: { type: "string" },
    "no-build": { type: "boolean" },
    rounds: { type: "string", default: "2" },
    devices: { type: "string", default: "cpu,webgpu" },
    adapter: { type: "string", default: "swiftshader" },
    dawn: { type: "boolean" },
  },
});

/** Of the checkout, where it is one: a ZIP has no history. */
function commit() {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}

const about = async (browser) => ({
  processor: os.cpus()[0].model,
  cores: os.cpus().length,
  browser: browser.name,
  adapter: wanted.dawn ? "default" : wanted.adapter,
  adapter_name: await browser.adapterName(),
  commit: commit(),
  when: new Date().toISOString(),
});

const table = (contestants, make) =>
  Object.fromEntries(contestants.map((contestant) => [contestant.name, make(contestant)]));

/** Times everything; `write(found)` gets what is known after each workload. */
async function timeAll(browser, ours, write) {
  const contestants = await open(browser, [...ours, ...(wanted.peers ? PEERS : [])]);
  const [mine, theirs] = [true, false].map((isOurs) => contestants.filter(({ who }) => (who === "ours") === isOurs));
  await contest(contestants, wanted.only ? list(wanted.only) : [...TIMED, "W6"], Number(wanted.rounds), () =>
    write({
      ...table(mine, figures),
      checks: table(mine, ({ checks }) => ({ W1: checks.W1?.after20, W3: checks.W3?.after4 })),
      ...(wanted.peers ? { peers: table(theirs, figures) } : {}),
      details: table(contestants, details),
    }),
  );
}

async function main() {
  if (!wanted.json && !wanted.growth) throw new Error("Say where to write with --json FILE or --growth FILE.");
  const ours = OURS.filter(({ on }) => list(wanted.devices).includes(on));
  if (!wanted["no-build"]) build(ours.some(({ on }) => on === "webgpu") ? ["webgpu"] : []);
  const { launch } = await import(wanted.dawn ? "./dawn.mjs" : "./browser.mjs");
  const browser = await launch(wanted.adapter);
  try {
    const machine = await about(browser);
    const write = (file, found) => writeFileSync(file, `${JSON.stringify({ ...found, machine }, null, 1)}\n`);
    if (wanted.json) await timeAll(browser, ours, (found) => write(wanted.json, found));
    if (wanted.growth) {
      const curves = await grow(await open(browser, ours));
      write(wanted.growth, curves);
      writeFileSync(wanted.growth.replace(/(\.json)?$/, ".svg"), picture(curves));
    }
  } finally {
    await browser.close();
  }
}

await main();
