// createTrainer: a run without a page around it, in a browser or in Node.js. What it learns is what a lab learns, bit
// for bit on the CPU.
import { settingsWith } from "../changed_settings.js";
import { homeAddress } from "../engine/address.js";
import { grown } from "../engine/curves.js";
import { openEngines } from "../engine/index.js";
import { EngineError } from "../engine/protocol.js";
import { defaults } from "../params.js";
import { runOf, settingsOf } from "../saved_run.js";
import { verify } from "../verify.js";
import { homeInNode, isNode, openInNode } from "./node.js";

/** A slice of work, after which others have their turn. */
const SLICE_MS = 50;
const STOPS = ["phase", "iteration"];

/**
 * @typedef {object} Report what a run is like at the end of an iteration
 * @property {any} snapshot everything that is counted and measured, as in src/snapshot.rs
 * @property {number} iteration
 * @property {number} real_steps
 * @property {number} imagined_steps
 * @property {number} episodes
 * @property {?number} mean_reward of the latest evaluation
 * @property {?number} solved_at_real_steps real steps at the first evaluation that reached the task's bar
 *
 * @typedef {object} Trainer
 * @property {string} version
 * @property {any} settings {task, preset, seed, config, physics}
 * @property {any} snapshot
 * @property {(limits?: { realSteps?: number, iterations?: number, untilSolved?: boolean, signal?: AbortSignal }) =>
 *   AsyncGenerator<Report, void>} run
 * @property {(what?: number | "phase" | "iteration") => Promise<any>} step resolves to the snapshot then
 * @property {() => Promise<any>} curves every metric over real steps
 * @property {() => Promise<Uint8Array>} save the run as a safetensors file, as the page and the command line have it
 * @property {() => Promise<string>} receipt what the run claims, as JSON
 * @property {() => void} destroy
 */

/**
 * A run that waits to be trained. `options`: settings by their names in an address ({task, preset, seed, horizon, …,
 * "physics.gravity": "20"}); `task` may be what makes one of your own. `from`: the bytes of a saved run to go on
 * with, or of a policy to play.
 * `publicPath`: the folder that was built, where this module does not lie in it any more. Rejects with an EngineError
 * that names what is wrong.
 * @param {Record<string, any> & { from?: Uint8Array, publicPath?: string }} [options]
 * @returns {Promise<Trainer>}
 */
export async function createTrainer({ from, publicPath, task, ...options } = {}) {
  const ending = new AbortController();
  const engines = await enginesOf(publicPath, ending.signal);
  const { schema } = engines;
  const own = typeof task === "function" ? await engines.addTask(task) : task;
  const asked = settingsWith(
    defaults(schema),
    own === undefined ? options : { ...options, task: own },
    schema,
    (name, text) => engines.readHyperparameter(name, text),
  );
  const chosen = { ...asked, seed: asked.seed ?? engines.freshSeed() };
  const saved = from && (await runOf(engines, from, chosen));
  const settings = saved ? await settingsOf(engines, saved, asked) : chosen;
  const refused = saved ? null : engines.check(settings);
  if (refused) throw refused;
  const engine = await engines.cpu(settings);
  const { preset, seed, config, physics } = settings;
  const wanted = engines.taskOf(settings.task);
  const session = saved
    ? await engine.resume(saved, "cpu", wanted)
    : await engine.open({ task: wanted, preset, seed, config, physics, device: "cpu" });
  const { snapshot } = await session.advance({ budgetMs: 0, maxTicks: 0 });
  return trainerOf({ engines, session, settings, snapshot, ended: () => ending.abort() });
}

/**
 * Computes again what a receipt claims: {words, verdict: "agrees" | "differs" | "undecided", differences?, reason?}.
 * Rejects with an EngineError for what is no receipt.
 * @param {string} text
 * @param {{ publicPath?: string, progress?: (share: number) => void, signal?: AbortSignal }} [world]
 */
export async function verifyReceipt(
  text,
  { publicPath, progress = () => {}, signal = new AbortController().signal } = {},
) {
  const ending = new AbortController();
  try {
    return await verify(text, { engines: await enginesOf(publicPath, ending.signal), progress, signal });
  } finally {
    ending.abort();
  }
}

async function enginesOf(publicPath, signal) {
  if (isNode()) return openInNode(await homeInNode(publicPath));
  return openBeside(homeAddress(publicPath), signal);
}

/** A worker of its own, so that the page goes on. */
async function openBeside(home, signal) {
  const failed = (message) => console.error(`mbppo: ${message}`);
  return openEngines({ thread: "worker", onProgress() {}, onPanic: failed, signal, home });
}

function trainerOf({ engines, session, settings, snapshot: first, ended }) {
  let snapshot = first;
  let isBetween = true; // two iterations: only then it can be saved
  const advance = async (order) => {
    const report = await session.advance({ budgetMs: SLICE_MS, ...order });
    snapshot = report.snapshot;
    if (report.ticks > 0) isBetween = report.iterationEnded;
    return report;
  };
  /** @param {number | "phase" | "iteration"} what */
  async function step(what = 1) {
    if (STOPS.includes(String(what))) {
      while (true) {
        const { phaseChanged, iterationEnded } = await advance({ stopAt: what });
        if (what === "phase" ? phaseChanged : iterationEnded) return snapshot;
      }
    }
    if (!Number.isInteger(what) || Number(what) < 1)
      throw new EngineError(`step = ${what} is not valid: it must be a whole number from 1, "phase" or "iteration".`);
    for (let left = Number(what); left > 0; ) left -= (await advance({ maxTicks: left })).ticks;
    return snapshot;
  }
  async function save() {
    if (!isBetween) await step("iteration");
    return (await session.save()).bytes;
  }
  /** @param {{ realSteps?: number, iterations?: number, untilSolved?: boolean, signal?: AbortSignal }} [limits] */
  async function* run({ realSteps = Infinity, iterations = Infinity, untilSolved = false, signal } = {}) {
    for (let done = 0; done < iterations && snapshot.real_steps < realSteps; done += 1) {
      signal?.throwIfAborted();
      await step("iteration");
      yield reportOf(snapshot);
      if (untilSolved && snapshot.solved_at_real_steps !== null) return;
    }
  }
  return {
    version: engines.schema.version,
    settings: {
      task: settings.task,
      preset: settings.preset,
      seed: settings.seed,
      config: settings.config,
      physics: settings.physics,
    },
    get snapshot() {
      return snapshot;
    },
    run,
    step,
    async curves() {
      const { curves } = await session.advance({ budgetMs: 0, maxTicks: 0, curves: true, anew: true });
      return grown(null, curves);
    },
    save,
    receipt: async () => engines.receiptOf({ bytes: await save() }, settings.task),
    destroy() {
      session.close();
      ended();
    },
  };
}

/** @returns {Report} */
const reportOf = (snapshot) => ({
  snapshot,
  iteration: snapshot.iteration,
  real_steps: snapshot.real_steps,
  imagined_steps: snapshot.imagined_steps,
  episodes: snapshot.episodes,
  mean_reward: snapshot.latest_evaluation,
  solved_at_real_steps: snapshot.solved_at_real_steps,
});
