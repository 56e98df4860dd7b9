// The programs of a lab on the CPU, each in a Worker of its own, or on the page's thread: the one with the kernels,
// which every page begins with, and the one with burn's tensors, which is fetched when a run wants it.
import { localEngine } from "./local.js";
import { compiledOnce, runningHere } from "./program.js";
import { remoteEngine } from "./remote.js";
import { newWorker } from "./worker.js";

/**
 * `thread`: "worker" or "main"; `builds` as in builds.js; `onPanic`, `signal` as in index.js.
 * @param {{ thread: string, builds: any, onPanic: (message: string) => void, signal: AbortSignal }} parts
 */
export function createPrograms({ thread, builds, onPanic, signal }) {
  /** @type {{ thread: string, reason: ?string }} */
  let where = { thread, reason: null }; // where the CPU trains, and why that is not the Worker
  /** @type {Map<string, Promise<any>>} */ const engines = new Map(); // by the name of their build

  const compiled = (name, onProgress = (/** @type {any} */ _) => {}) => compiledOnce(builds.of(name), onProgress);
  const running = async (name, onProgress) =>
    runningHere(builds.of(name), await compiled(name, onProgress), { ended: onPanic, signal });
  async function beside(name, onProgress) {
    const { script, worker } = builds.of(name);
    const begin = async () => ({ script, module: await compiled(name, onProgress) });
    return remoteEngine(await newWorker(worker, name), begin(), { signal });
  }
  async function here(name, onProgress) {
    const engine = localEngine(await running(name, onProgress));
    signal.addEventListener("abort", engine.close);
    return engine;
  }

  /** In a Worker if one can be started, else on this thread, where all later ones are then too. */
  async function start(name, onProgress, beforehand = Promise.resolve()) {
    const attempt = where.thread === "worker" ? settled(beside(name, onProgress)) : null; // loads while the wasm does
    await beforehand;
    const { engine, error } = (await attempt) ?? {};
    signal.throwIfAborted();
    if (engine) return engine;
    if (error) where = { thread: "main", reason: error.message };
    return here(name, onProgress);
  }

  /** What starts it keeps it, so that two who ask at once get the same one; a failure is not kept. */
  function keep(name, starting) {
    engines.set(name, starting);
    starting.catch(() => engines.delete(name));
    return starting;
  }

  return {
    where: () => where,
    /** The program that every page begins with: {bindings}, its exports on this thread, once its engine is there. */
    async first(onProgress) {
      const bindings = running("cpu", onProgress);
      await keep("cpu", start("cpu", onProgress, bindings));
      return { bindings: await bindings };
    },
    /** The engine of the build `name`, a new one where the former has died. */
    async engine(name, onProgress = undefined) {
      const known = await engines.get(name);
      return known?.alive() ? known : keep(name, start(name, onProgress));
    },
    /** One more; whoever asks for it closes it. */
    another: (name) => (where.thread === "main" ? here(name) : beside(name)),
    /** Ends them all; those that are being started, too. */
    end() {
      for (const starting of engines.values()) starting.then((engine) => engine.close()).catch(() => {});
    },
  };
}

const settled = (opening) =>
  opening.then(
    (engine) => ({ engine }),
    (error) => ({ error }),
  );
