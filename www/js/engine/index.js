// The engines of a lab. Everything above this folder sees only the interface of protocol.js, and plots that draw on a
// canvas.
import { inTensors, programOf } from "../params.js";
import { homeAddress } from "./address.js";
import { answersOf } from "./answers.js";
import { openBuilds } from "./builds.js";
import { createPrograms } from "./cpu.js";
import { compiledOnce, isCompiled, keepCompiled } from "./program.js";
import { EngineError } from "./protocol.js";
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
  const builds = await openBuilds(home);
  signal.throwIfAborted();
  const programs = createPrograms({ thread, builds, onPanic, signal });
  const { bindings } = await programs.first(onProgress);
  /** @type {?ReturnType<typeof openWebGpu>} */ let webgpu = null;
  const answers = answersOf(bindings, {
    base: () => document.baseURI,
    shared: () => programs.where().thread === "main",
    tensors: () => programs.engine("tensors"),
  });
  const nameOf = (settings) => programOf(answers.schema, settings);
  return {
    ...answers,
    /** As `check` of the program; refuses also what this page has no program for. */
    check: (settings) => answers.check(settings) ?? withoutProgram(answers.schema, settings, builds),
    /** An engine on the CPU beside the one that trains, for such a run; whoever asks for it closes it. */
    another: (settings) => programs.another(nameOf(settings)),
    plots: Object.fromEntries(PLOTS.map((name) => [name, bindings[name]])),
    where: programs.where,
    /** Whether the page has a WebGPU build: true, false, or "coming" while it is still being compiled. */
    hasWebGpu: () => builds.has("webgpu"),
    /** Resolves once that is no longer "coming". */
    webGpuArrives: () => builds.arrives("webgpu"),
    /** The WebGPU build in a Worker of its own: fetched at the first call, and anew where the former has died. */
    webgpu(onProgress) {
      const build = builds.of("webgpu");
      if (!build) throw new Error("There is no WebGPU build yet.");
      if (!webgpu?.alive()) webgpu = openWebGpu(build, { onProgress, signal });
      return webgpu?.opening;
    },
    /** The engine with WebGPU if it is there already, else null. */
    warm: () => (webgpu?.alive() ? webgpu.engine : null),
    /**
     * The engine on the CPU for such a run; a new one where the former has died. Its program is fetched when it is
     * wanted first: `onProgress({received, total})` then.
     */
    cpu: (settings, onProgress) => programs.engine(nameOf(settings), onProgress),
    /** Ends the engines of a device, "cpu" or "webgpu", whatever they do: the next call of one begins anew. */
    end(kind) {
      if (kind === "webgpu") webgpu?.engine?.close();
      else programs.end();
    },
  };
}

/** What is refused because this page has no program that computes it, or not yet: an EngineError, or null. */
function withoutProgram(schema, settings, builds) {
  const only = inTensors(schema, settings);
  const has = builds.has("tensors");
  if (!only || has === true) return null;
  const [field, value] = only;
  const why =
    has === "coming" ? "the program that has them is still being compiled" : "this page was built without them";
  const allowed = `it is written in burn's tensors, and ${why}`;
  return new EngineError(`${field} = ${value} is not valid: ${allowed}.`, { kind: "config", field, value, allowed });
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
