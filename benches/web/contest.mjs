// Who is timed on what, and how: rounds in which the contestants take turns, so that a busy moment hits them all.
import { readFileSync } from "node:fs";
import { median, summary } from "./statistics.mjs";

export const TIMED = ["W1", "W2_256", "W2_1024", "W3", "W4_100", "W4_1000", "W5_1", "W5_64"];
/** Acting is the host's work: no figure of ours on WebGPU. */
const NOT_ON_WEBGPU = ["W5_1", "W5_64"];
/** Seconds after which W6 is broken off if the task is not solved. */
const MOST_SECONDS = 60;
/**
 * Programs that take a minute for every figure of others; what they do in this time is enough for their steps per
 * second.
 */
const SLOW_SECONDS = { "tfjs-webgpu": 12, "jax-webgpu": 12, "jax-wasm": 30 };

export const OURS = [
  { name: "cpu", who: "ours", on: "cpu" },
  { name: "webgpu", who: "ours", on: "webgpu" },
];
export const PEERS = [
  { name: "plain-js", who: "plain", on: "cpu" },
  { name: "tfjs-wasm", who: "tfjs", on: "wasm" },
  { name: "jax-wasm", who: "jax", on: "wasm" },
  { name: "tfjs-webgpu", who: "tfjs", on: "webgpu" },
  { name: "jax-webgpu", who: "jax", on: "webgpu" },
];

const load = () => Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]);
const say = (...words) => console.error(...words);

/** Opens the pages; a contestant that cannot be opened is told and left out. */
export async function open(browser, contestants) {
  const opened = [];
  for (const contestant of contestants) {
    const page = await browser.open({ who: contestant.who, on: contestant.on });
    try {
      say(`${contestant.name}: ${await page.evaluate(() => bench.ready())}`);
      opened.push({ ...contestant, page, times: {}, checks: {}, calls: {}, learning: [], loads: [] });
    } catch (error) {
      say(`${contestant.name}: not measured, ${error.message.split("\n")[0]}`);
      await page.close();
    }
  }
  return opened;
}

async function timeOne(contestant, workload) {
  const { times, checks, calls } = await contestant.page.evaluate(([name]) => bench.measure(name), [workload]);
  (contestant.times[workload] ??= []).push(...times);
  if (checks) contestant.checks[workload] = checks;
  if (calls) contestant.calls[workload] = calls;
  contestant.loads.push(load());
  say(`${contestant.name.padEnd(12)} ${workload.padEnd(8)} ${median(times).toPrecision(4)} ms`);
}

async function learnOne(contestant, seed) {
  const seconds = SLOW_SECONDS[contestant.name] ?? MOST_SECONDS,
    name = contestant.name.padEnd(12);
  try {
    const told = await contestant.page.evaluate(([seed, seconds]) => bench.learn(seed, seconds), [seed, seconds]);
    contestant.learning.push({ seed, ...told });
    say(
      `${name} W6       ${told.perSecond.toFixed(0)} steps/s, ` +
        `${told.solved ? `475 after ${told.solved.seconds.toFixed(1)} s` : "not solved"}`,
    );
  } catch (error) {
    say(`${name} W6       not measured: ${error.message.split("\n")[0]}`);
  }
}

/** All workloads in `rounds` rounds; `timed()` is called after each: a run that is broken off leaves figures. */
export async function contest(contestants, workloads, rounds, timed = () => {}) {
  for (let round = 1; round <= rounds; round++) {
    for (const workload of workloads) {
      for (const contestant of contestants) {
        if (contestant.who === "ours" && contestant.on === "webgpu" && NOT_ON_WEBGPU.includes(workload)) continue;
        if (workload === "W6") await learnOne(contestant, round);
        else await timeOne(contestant, workload);
      }
      timed();
    }
  }
}

function learningFigure({ learning, on }) {
  if (learning.length === 0) return {};
  const steps = median(learning.map(({ perSecond }) => perSecond));
  return { W6: on === "webgpu" ? { env_steps_per_s: steps, ...learning[0].calls } : steps };
}

/**
 * One number a workload, or for WebGPU {ms, dispatches, submits}; of W6 the steps per second, and the calls of 1024 of
 * them.
 */
export function figures(contestant) {
  const timed = Object.entries(contestant.times).map(([workload, times]) => {
    const ms = median(times);
    return [workload, contestant.on === "webgpu" ? { ms, ...contestant.calls[workload] } : ms];
  });
  return { ...Object.fromEntries(timed), ...learningFigure(contestant) };
}

/** Spread, checks and learning runs behind the figures. */
export function details({ times, checks, learning, loads, page }) {
  const spread = Object.fromEntries(Object.entries(times).map(([workload, times]) => [workload, summary(times)]));
  return {
    times: spread,
    checks,
    learning,
    load: { least: Math.min(...loads), most: Math.max(...loads) },
    faults: page.faults,
  };
}
