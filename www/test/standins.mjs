// Engines that answer when a test says so, or never; a clock that a test moves; a store and a loop beside them.
import { EngineError } from "../js/engine/protocol.js";
import { createPatience } from "../js/patience.js";
import { createRun } from "../js/run.js";
import { createStore, INITIAL } from "../js/store.js";
import { answeredAfterAll, silent } from "../js/reports.js";
import { SCHEMA, readHyperparameter } from "./schema.mjs";

/**
 * A promise with its ends, as Promise.withResolvers gives it.
 * @returns {any}
 */
export function deferred() {
  const ends = {};
  ends.promise = new Promise((resolve, reject) => Object.assign(ends, { resolve, reject }));
  return ends;
}

/** Lets everything happen that is not waited for by hand. */
export const settle = async () => {
  for (let turn = 0; turn < 12; turn += 1) await new Promise(setImmediate);
};

/** {every, stop} as in patience.js, and pass(seconds). */
export function handClock() {
  const ticks = new Set();
  return {
    clock: {
      every: (tick) => {
        ticks.add(tick);
        return tick;
      },
      stop: (tick) => ticks.delete(tick),
    },
    pass(seconds) {
      for (let second = 0; second < seconds; second += 1) for (const tick of [...ticks]) tick();
    },
  };
}

export const refusedFor = (field, words = "it cannot be") =>
  new EngineError(`${field} is not valid: ${words}.`, { kind: "config", field });

/**
 * A session that notes what becomes of it; `lever` is its gravity.
 * @param {string} name
 * @param {any} [options]
 * @returns {any}
 */
export function session(name, { kind = "cpu", physics = null } = {}) {
  const lever = { name: "gravity", unit: "", min: 1, max: 30, value: 9.8, usual: 9.8, changes: "" };
  return {
    name,
    closed: 0,
    dead: false,
    device: { kind, name: kind, sentence: "" },
    ahead: 1,
    async advance() {
      return { ticks: 1, workMs: 1, iterationEnded: true };
    },
    rest() {},
    async save() {
      if (this.dead) throw new EngineError("It is dead.");
      return { bytes: new Uint8Array([7]), iteration: 4, ms: 1 };
    },
    async physics() {
      if (this.dead) throw new EngineError("It is dead.");
      return physics ? physics() : [{ ...lever }];
    },
    async setPhysics(_, value) {
      Object.assign(lever, { value, changes: `${value}@7` });
      return [{ ...lever }];
    },
    close() {
      this.closed += 1;
    },
  };
}

/**
 * One engine; every opening waits in `openings` for the test: {wish, resolve, reject, answer(name)}.
 * @returns {any}
 */
export function engine(kind) {
  const openings = [];
  const wait = (wish) => {
    const ends = deferred();
    openings.push({
      wish,
      ...ends,
      answer(name, options) {
        const opened = session(name, { kind, ...options });
        ends.resolve(opened);
        return opened;
      },
    });
    return ends.promise;
  };
  let ended = false;
  return {
    kind,
    openings,
    open: (wish) => wait(wish),
    resume: (bytes, device) => wait({ bytes, device }),
    alive: () => !ended,
    close() {
      ended = true;
      for (const { reject } of openings) reject(new EngineError("The worker that trained was closed."));
    },
  };
}

/**
 * The engines of a page. `refuse(settings)` gives the error of `check`, or null.
 * @returns {any}
 */
export function engines({ refuse = () => null, hasWebGpu = true } = {}) {
  const all = { cpu: [engine("cpu")], webgpu: [] };
  const ended = [];
  let seed = 100;
  return {
    all,
    ended,
    schema: SCHEMA,
    check: refuse,
    taskOf: (id) => id,
    withoutEffect: ({ config }) =>
      !("horizon" in config)
        ? []
        : [
            { name: "horizon", reason: "has no effect in ppo" },
            { name: "gamma", reason: "has no effect at all" },
            { name: "model_target", reason: "has no effect in ppo" },
          ],
    display: () => ({ phases: [], not_shown: [] }),
    readHyperparameter,
    freshSeed: () => (seed += 1),
    where: () => ({ thread: "worker", reason: null }),
    hasWebGpu: () => hasWebGpu,
    webGpuArrives: async () => {},
    async cpu() {
      if (!all.cpu.at(-1).alive()) all.cpu.push(engine("cpu"));
      return all.cpu.at(-1);
    },
    async webgpu() {
      if (!all.webgpu.at(-1)?.alive()) all.webgpu.push(engine("webgpu"));
      return all.webgpu.at(-1);
    },
    warm: () => all.webgpu.at(-1) ?? null,
    end(kind) {
      ended.push(kind);
      all[kind].at(-1)?.close();
    },
    /** The openings of the engine on the CPU that lives now. */
    get openings() {
      return all.cpu.at(-1).openings;
    },
  };
}

/**
 * A loop that only notes.
 * @returns {any}
 */
export function loop() {
  const noted = { attached: [], playing: false, errands: [], held: null };
  return {
    noted,
    attach(next) {
      noted.attached.push(next.name);
      noted.session = next;
    },
    play() {
      noted.playing = true;
    },
    pause() {
      noted.playing = false;
    },
    detach() {
      noted.playing = false;
    },
    errand: (name) => noted.errands.push(name),
    hold() {
      noted.held = deferred();
      return noted.held.promise;
    },
    release() {
      noted.released = (noted.released ?? 0) + 1;
    },
  };
}

/**
 * A run with all of that around it.
 * @param {any} options
 * @returns {any}
 */
export function stage(options = {}) {
  const store = createStore({ ...INITIAL, schema: SCHEMA });
  const time = handClock();
  const around = { store, engines: engines(options), loop: loop(), followed: [], run: null, ...time };
  const patience = createPatience({
    late: () => store.set(silent(30, store.get())),
    back: () => store.set(answeredAfterAll(store.get())),
    ...time.clock,
  });
  const handOverTo =
    options.handOverTo ?? (() => ({ follow: (settings) => around.followed.push(settings.device), leave() {} }));
  around.run = createRun({ ...around, patience, settingsChanged() {}, physicsChanged() {}, handOverTo });
  return around;
}

export const SETTINGS = {
  task: "CartPole-v1",
  preset: "mb-ppo",
  seed: 1,
  device: "cpu",
  thread: "worker",
  speed: "normal",
  autoplay: true,
  config: {},
  physics: {},
};

/**
 * A stage on which the first run plays.
 * @param {any} [options]
 */
export async function playing(options) {
  const on = stage(options);
  const started = on.run.startForgiving(SETTINGS, { playing: true });
  await settle();
  const first = on.engines.openings[0].answer("first");
  await started;
  return { ...on, first };
}

/** The page is told that so many real steps have been learned from, and gets this checkpoint. */
export const learned = (store, real_steps, checkpoint = { bytes: new Uint8Array([real_steps]), iteration: 3, ms: 1 }) =>
  store.set({ snapshot: { ticks: real_steps, real_steps, iteration: 3 }, checkpoint });
