// The engines of a lab. Everything above this folder sees only the interface of protocol.js, and plots that draw on a
// canvas.
import { addresses, arrival, homeAddress } from "./address.js";
import { answersOf } from "./answers.js";
import { localEngine } from "./local.js";
import { compiledOnce, isCompiled, keepCompiled, runningHere } from "./program.js";
import { remoteEngine } from "./remote.js";
import { newWorker } from "./worker.js";

/** What is drawn on a canvas of the page, and so lives on its thread. */
const PLOTS = [
  "draw_returns",
  "draw_real_vs_imagined",
  "draw_error_by_horizon",
  "draw_state_map",
  "draw_calibration",
  "draw_curve",
];

/**
 * Loads the CPU build: one download, compiled once, for the plots on this thread and for the Worker that trains.
 * `thread`: "worker" or "main". `onPanic(message)`: the program on the page's own thread has ended, and only a new page
 * helps. That of a Worker ends with its sessions, which say so. `home`: the folder that was built. All of it ends with
 * `signal`.
 */
export async function openEngines({ thread, onProgress, onPanic, signal, home = homeAddress() }) {
  const builds = await addresses(home);
  signal.throwIfAborted();
  const compiled = compiledOnce(builds.cpu, onProgress);
  let where = { thread, reason: null }; // where the CPU trains, and why that is not the Worker
  const begin = async () => ({ script: builds.cpu.script, module: await compiled });
  const beside = async () => remoteEngine(await newWorker(builds.cpu.worker, "cpu"), begin(), { signal });
  const starting = thread === "worker" ? settled(beside()) : null; // its scripts load while the wasm does

  const bindings = await runningHere(builds.cpu, await compiled, { ended: onPanic, signal });
  const here = () => {
    const engine = localEngine(bindings);
    signal.addEventListener("abort", engine.close);
    return engine;
  };

  async function start(attempt) {
    const { engine, error } = where.thread === "main" ? {} : await attempt;
    signal.throwIfAborted();
    if (engine) return engine;
    if (error) where = { thread: "main", reason: error.message };
    return here();
  }
  let cpu = await start(starting);
  let gpuBuild = builds.webgpu;
  const arrives =
    gpuBuild === "coming"
      ? arrival(home).then((build) => {
          gpuBuild = build;
        })
      : Promise.resolve();
  /** @type {?ReturnType<typeof openWebGpu>} */ let webgpu = null;

  const isShared = () => where.thread === "main";
  return {
    ...answersOf(bindings, { base: () => document.baseURI, shared: isShared }),
    /** An engine on the CPU beside the one that trains; whoever asks for it closes it. */
    another: async () => (where.thread === "main" ? here() : await beside()),
    plots: Object.fromEntries(PLOTS.map((name) => [name, bindings[name]])),
    where: () => where,
    /** Whether the page has a WebGPU build: true, false, or "coming" while it is still being compiled. */
    hasWebGpu: () => (gpuBuild === "coming" ? gpuBuild : gpuBuild !== null),
    /** Resolves once that is no longer "coming". */
    webGpuArrives: () => arrives,
    /** The WebGPU build in a Worker of its own: fetched at the first call, and anew where the former has died. */
    webgpu(onProgress) {
      if (gpuBuild === null || gpuBuild === "coming") throw new Error("There is no WebGPU build yet.");
      if (!webgpu?.alive()) webgpu = openWebGpu(gpuBuild, { onProgress, signal });
      return webgpu?.opening;
    },
    /** The engine with WebGPU if it is there already, else null. */
    warm: () => (webgpu?.alive() ? webgpu.engine : null),
    /** The engine on the CPU; a new one where the former has died. */
    async cpu() {
      if (!cpu.alive()) cpu = await start(where.thread === "worker" ? settled(beside()) : null);
      return cpu;
    },
    /** Ends an engine, "cpu" or "webgpu", whatever it is doing: the next call of it begins anew. */
    end(kind) {
      if (kind === "webgpu") webgpu?.engine?.close();
      else cpu.close();
    },
  };
}

/**
 * {opening, engine, alive}; `engine` once it is open. The first Worker fetches and compiles the build by itself, and
 * says how far that is; later ones are given what it has compiled.
 */
function openWebGpu(build, { onProgress, signal }) {
  /** @type {{ engine: any, failed: boolean, alive: () => boolean, opening?: Promise<any> }} */
  const entry = { engine: null, failed: false, alive: () => !entry.failed && (entry.engine?.alive() ?? true) };
  const start = isCompiled(build)
    ? compiledOnce(build, onProgress).then((module) => ({ script: build.script, module }))
    : build;
  const onCompiled = (module) => keepCompiled(build, module);
  const opening = async () =>
    remoteEngine(await newWorker(build.worker, "webgpu"), start, { onProgress, onCompiled, signal });
  entry.opening = opening().then(
    (engine) => (entry.engine = engine),
    (error) => {
      entry.failed = true;
      throw error;
    },
  );
  return entry;
}

const settled = (opening) =>
  opening.then(
    (engine) => ({ engine }),
    (error) => ({ error }),
  );
