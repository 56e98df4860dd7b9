// A whole run of the page's engine, timed, and the page's own decision between devices; loaded by dawn.mjs as a page.
import { verdict } from "../../www/js/engine/device.js";
import { localEngine } from "../../www/js/engine/local.js";
import { millisecondsPerIteration } from "../../www/js/engine/measure.js";

const WINDOW_MS = 5000; // a run that is solved earlier goes on, so that its rates are those of this time at least
const ORDER_MS = 16; // a frame: the page looks at the run as often
const DEVICES = ["cpu", "webgpu"];

async function engineOf({ script, wasm }) {
  const bindings = await import(script);
  await bindings.default({ module_or_path: wasm });
  return localEngine(bindings);
}

const opened = (engine, wish) => engine.open({ preset: "mb-ppo", config: {}, physics: {}, ...wish });

/**
 * Trains until the task is solved and the window is over, or until `seconds` are. Rates are those from the end of the
 * first iteration on: it compiles the kernels.
 */
async function train({ built, wish, seconds }) {
  const session = await opened(await engineOf(built), wish);
  const begin = performance.now(),
    spent = () => performance.now() - begin;
  let [first, solvedMs, now] = [null, null, null];
  while (spent() < 1000 * seconds && !(solvedMs !== null && spent() > WINDOW_MS)) {
    now = (await session.advance({ budgetMs: ORDER_MS, stopAt: "iteration" })).snapshot;
    if (!first && now.iteration >= 1) first = { ...now, ms: spent() };
    if (solvedMs === null && now.solved_at_real_steps !== null) solvedMs = spent();
  }
  const rate = (name) => (first ? (1000 * (now[name] - first[name])) / (spent() - first.ms) : null);
  return {
    trained_on: session.device.name,
    first_iteration_s: first ? first.ms / 1000 : null,
    seconds: spent() / 1000,
    iterations: now.iteration,
    ticks_per_s: rate("ticks"),
    real_steps_per_s: rate("real_steps"),
    imagined_steps_per_s: rate("imagined_steps"),
    iterations_per_s: rate("iteration"),
    solved_s: solvedMs === null ? null : solvedMs / 1000,
    solved_at_real_steps: now.solved_at_real_steps,
    best_evaluation: now.best_evaluation,
  };
}

/** What the device "automatic" measures after so many iterations on the CPU, and decides. */
async function decide({ built, wish, iterations }) {
  const engine = await engineOf(built);
  const session = await opened(engine, { ...wish, device: "cpu" });
  let report = null;
  for (let done = 0; done < iterations; done += report.iterationEnded ? 1 : 0)
    report = await session.advance({ budgetMs: ORDER_MS, stopAt: "iteration", save: true });
  const ms = {};
  for (const device of DEVICES)
    ms[device] = await millisecondsPerIteration(engine, report.checkpoint, device, wish.task);
  const { move } = verdict({ cpuMs: ms.cpu, webgpuMs: ms.webgpu, name: "" });
  return { iterations, ms, takes: move ? "webgpu" : "cpu" };
}

Object.assign(globalThis, { bench: { train, decide } });
