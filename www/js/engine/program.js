// The programs of a page, which all of its labs share: a build is fetched and compiled once, and runs once on the
// page's own thread, where it draws plots. Each lab's Workers get the compiled module.
import { compile, instantiate } from "./load.js";

const compiled = new Map(); // address of the wasm → {module, listeners}

/**
 * The compiled build. `onProgress({received, total})`: how much of it has arrived, until it has been compiled.
 * @param {import("./address.js").Program} build
 * @param {(progress: { received: number, total: ?number }) => void} onProgress
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compiledOnce(build, onProgress) {
  let entry = compiled.get(build.wasm);
  if (!entry) {
    const listeners = new Set();
    entry = { listeners, module: compile(build, (progress) => listeners.forEach((told) => told(progress))) };
    compiled.set(build.wasm, entry);
    entry.module.catch(() => compiled.delete(build.wasm)); // whoever asks next tries again
  }
  entry.listeners.add(onProgress);
  try {
    return await entry.module;
  } finally {
    entry.listeners.delete(onProgress);
  }
}

/** Keeps what a Worker has compiled, for whoever wants that build next. */
export const keepCompiled = (build, module) =>
  compiled.set(build.wasm, { module: Promise.resolve(module), listeners: new Set() });

/** Whether the build has been compiled, or is just being. */
export const isCompiled = (build) => compiled.has(build.wasm);

const running = new Map(); // address of the script → {bindings: a promise, listeners}

/**
 * The exports of the program on this thread. `ended(message)` is called once it has ended, and only a new page helps;
 * not after `signal`.
 * @param {import("./address.js").Program} build
 * @param {WebAssembly.Module} module
 * @param {{ ended: (message: string) => void, signal?: AbortSignal }} hearer
 */
export function runningHere(build, module, { ended, signal }) {
  let entry = running.get(build.script);
  if (!entry) {
    const listeners = new Set();
    entry = { listeners, bindings: begun(build, module, (message) => listeners.forEach((told) => told(message))) };
    running.set(build.script, entry);
    entry.bindings.catch(() => running.delete(build.script));
  }
  entry.listeners.add(ended);
  signal?.addEventListener("abort", () => entry.listeners.delete(ended));
  return entry.bindings;
}

async function begun(build, module, ended) {
  const bindings = await instantiate(build, module);
  bindings.on_panic((message, place) => ended(place ? `${message}\nat ${place}` : message));
  hearTraps(ended);
  return bindings;
}

/**
 * A program that ends on this thread without a word of its own, as when its stack or its memory is used up, answers
 * nothing any more. The browser knows.
 */
function hearTraps(ended, page = globalThis) {
  const hear = (error) => {
    if (error instanceof WebAssembly.RuntimeError) ended(error.message);
  };
  page.addEventListener("error", (event) => hear(event.error));
  page.addEventListener("unhandledrejection", (event) => hear(event.reason));
}
