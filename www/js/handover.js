// Moves a run from the CPU to WebGPU, if the visitor asks for it or it is faster: the WebGPU build is fetched in the
// background while the run continues; at the end of an iteration its checkpoint is resumed on WebGPU. The page shows
// each step.
import { arriving, fallbackSentence, planFor, probeWebGpu, takenOver, verdict, whereWords } from "./engine/device.js";
import { millisecondsPerIteration, tryOut } from "./engine/measure.js";
import { EngineError } from "./engine/protocol.js";
import { kernelsOf } from "./params.js";
import { inTime, PATIENCE_S } from "./patience.js";

/**
 * Trying WebGPU with a run takes seconds, and compiling its programs may take some more; after this long it has failed.
 */
const TRIAL_S = 120;

/**
 * `adopt(session, physics, sentence)` makes the run go on in another session. `probe` and `saveData`: what the browser
 * says of itself. `clock`: {every, stop}, as in patience.js.
 * @param {any} parts
 */
export function createHandOver({ engines, loop, store, adopt, probe = probeWebGpu, saveData = savesData, clock = {} }) {
  let latest = 0; // a run that has been replaced is not followed any further
  const leaving = new Set(); // called when it is replaced

  /**
   * @param {Promise<any>} promise
   * @param {string} what
   * @param {{ seconds?: number, tooLate?: (answer: any) => void }} [limits]
   */
  const soon = (promise, what, { seconds = PATIENCE_S, tooLate } = {}) => {
    const failure = () => new EngineError(`${what} did not answer for ${seconds} seconds`);
    return inTime(promise, { seconds, tooLate, ...clock, failure });
  };

  async function follow(settings, mine) {
    const current = () => mine === latest;
    const say = (sentence) => {
      if (current()) store.set({ device: { ...store.get().device, sentence } });
    };
    const stay = (sentence) => say(sentence + whereWords(engines.where()));
    const plan = await planned(settings, say);
    if (!current()) return;
    if (plan.move === "no") return stay(plan.sentence);
    /** @type {any} */ let engine = null;
    try {
      engine = await fetched(plan, say, current);
      const checkpoint = await firstCheckpoint();
      if (!current()) return;
      let sentence = (since) => takenOver(plan.name, since);
      if (plan.move === "measure") {
        const found = verdict({ ...(await compared(engine, checkpoint, settings)), name: plan.name });
        if (!found.move) return stay(found.sentence());
        sentence = found.sentence;
      } else {
        // What fails there is found out, and kernels are compiled, while the run goes on.
        const opened = resumed(engine, checkpoint, settings);
        await tryOut(opened, (answer) => soon(answer, "it", { seconds: TRIAL_S }));
      }
      if (current()) await move(engine, settings, current, sentence);
    } catch (error) {
      if (!current()) return;
      if (engine) engines.end("webgpu"); // it may still be busy with this
      stay(fallbackSentence(error));
    }
  }

  /**
   * What to do about WebGPU, and the name of its adapter. The browser is asked only if this learner can compute there.
   */
  async function planned(settings, say) {
    const kernels = kernelsOf(store.get().schema, settings);
    const possible = settings.device !== "cpu" && kernels.devices.includes("webgpu");
    const none = {
      possible: false,
      reason: "the browser does not say what graphics device it has",
      name: "",
      software: false,
    };
    const asked = possible ? await soon(probe(), "the browser").catch(() => none) : none;
    const plan = () => ({
      name: asked.name,
      ...planFor(settings.device, { probe: asked, built: engines.hasWebGpu(), saveData: saveData(), kernels }),
    });
    const now = plan();
    if (now.move !== "wait") return now;
    say(now.sentence);
    await engines.webGpuArrives();
    return plan();
  }

  /** The engine with WebGPU; the run goes on while it is fetched. */
  async function fetched(plan, say, current) {
    const show = (coming) => {
      if (current()) store.set({ coming });
    };
    try {
      const engine = await engines.webgpu((progress) => {
        show(progress);
        say(arriving(plan, progress));
      });
      say(arriving(plan, null));
      return engine;
    } finally {
      show(null);
    }
  }

  /** The run of these settings on WebGPU, from a checkpoint. */
  const resumed = (engine, { bytes }, { task }) => engine.resume(bytes, "webgpu", engines.taskOf(task));

  async function compared(engine, checkpoint, settings) {
    const { task } = settings;
    const on = async (device, itself) =>
      soon(millisecondsPerIteration(itself, checkpoint, device, engines.taskOf(task)), "it", { seconds: TRIAL_S });
    return { webgpuMs: await on("webgpu", engine), cpuMs: await on("cpu", await engines.cpu(settings)) };
  }

  /** Holds the run where its iteration ends and lets it go on there. If that fails it goes on where it was. */
  async function move(engine, settings, current, sentence) {
    const checkpoint = await loop.hold();
    const close = (session) => session.close();
    try {
      const session = await soon(resumed(engine, checkpoint, settings), "it", { tooLate: close });
      const physics = await soon(session.physics(), "it");
      if (current()) adopt(session, physics, sentence(checkpoint.iteration));
      else session.close();
    } finally {
      if (current()) loop.release();
    }
  }

  /** The first checkpoint of this run that there is; null if it is replaced before that. */
  const firstCheckpoint = () =>
    new Promise((resolve) => {
      let stop = () => {};
      const found = (checkpoint) => {
        leaving.delete(found);
        queueMicrotask(() => stop());
        resolve(checkpoint);
      };
      leaving.add(found);
      stop = store.on(["checkpoint"], ({ checkpoint }) => {
        if (checkpoint) found(checkpoint);
      });
    });

  const leave = () => {
    latest += 1;
    for (const left of [...leaving]) left(null);
    store.set({ coming: null });
    return latest;
  };

  return {
    /** Looks after the run that has just been opened from `settings`. */
    follow: (settings) => follow(settings, leave()),
    /** The run is another's business now. */
    leave,
  };
}

const savesData = () => /** @type {any} */ (globalThis.navigator)?.connection?.saveData === true;
