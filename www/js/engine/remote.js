// An engine in a Worker, as the page sees it: every call is a message, every answer too.
import { createPatience, PATIENCE_S } from "../patience.js";
import { EngineError } from "./protocol.js";

const AHEAD = 1; // one order waits while another is worked on: the worker never does nothing

/**
 * @typedef {object} Caller what is asked of a Worker
 * @property {(message: any, transfer?: any) => void} postMessage
 * @property {() => void} terminate
 * @property {?((event: any) => void)} [onmessage]
 * @property {?((event: any) => void)} [onerror]
 * @property {?((event: any) => void)} [onmessageerror]
 */

/**
 * Starts an engine in `worker` and resolves when it can be used. `start`, or a promise of it: {script, module}, or
 * {script, wasm, bytes} to have it fetch the wasm by itself, with `onProgress({received, total})`, and give
 * `onCompiled(module)` what it has compiled. A worker that fails, whose program panics, or that says nothing for long
 * before it is ready, is ended: whoever waits for an answer, or for nothing, hears why. It ends with `signal`, too.
 * `clock`: {every, stop}, as in patience.js.
 * @param {Caller} worker
 * @param {any} start
 * @param {{ onProgress?: (progress: any) => void, onCompiled?: (module: WebAssembly.Module) => void,
 *   signal?: AbortSignal, clock?: object }} [listeners]
 */
export async function remoteEngine(worker, start, listeners = {}) {
  const { onProgress = () => {}, onCompiled = () => {}, signal, clock = {} } = listeners;
  const pending = new Map(); // call → {resolve, reject}
  let calls = 0;
  let sessions = 0;
  let failure = null; // why nothing is answered any more
  let begin;
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  const started = new Promise((resolve, reject) => {
    begin = { resolve, reject };
  });

  const fail = (error) => {
    failure ??= error;
    end(failure);
    for (const { reject } of pending.values()) reject(failure);
    pending.clear();
    begin.reject(failure);
    worker.terminate();
  };
  const call = (name, session, ...args) =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      calls += 1;
      pending.set(calls, { resolve, reject });
      worker.postMessage({ id: calls, call: name, session, args });
    });
  const tell = (name, session) => {
    if (!failure) worker.postMessage({ id: null, call: name, session, args: [] });
  };

  const close = () => fail(new EngineError("The worker that trained was closed."));
  const silent = () => fail(new EngineError(`The worker that trains did not start within ${PATIENCE_S} seconds.`));
  const patience = createPatience({ late: silent, back() {}, ...clock });
  const waitForIt = () => {
    patience.forget();
    patience.watch(started);
  };

  worker.onmessage = ({ data }) => {
    if (data.progress) {
      waitForIt();
      return onProgress(data.progress);
    }
    if (data.ready) {
      if (data.module) onCompiled(data.module);
      return begin.resolve();
    }
    if (data.panic) return fail(new EngineError(data.panic, { fatal: true }));
    if (data.failed || data.error?.fatal) return fail(EngineError.from(data.failed ?? data.error));
    const { resolve, reject } = pending.get(data.id) ?? {};
    pending.delete(data.id);
    if (data.error) reject?.(EngineError.from(data.error));
    else resolve?.(data.value);
  };
  worker.onerror = (event) => {
    event.preventDefault?.();
    fail(
      new EngineError(`The worker that trains failed (${event.message || "the browser does not say why"}).`, {
        fatal: true,
      }),
    );
  };
  worker.onmessageerror = () =>
    fail(new EngineError("The worker that trains sent something that this browser cannot read.", { fatal: true }));

  signal?.addEventListener("abort", close);
  if (signal?.aborted) close();
  // By then a script that the browser refuses has been heard of.
  Promise.resolve(start)
    .then((known) => {
      waitForIt();
      worker.postMessage({ start: known });
    })
    .catch((error) => fail(EngineError.from(error)));
  await started;

  async function opened(name, ...args) {
    const key = (sessions += 1);
    const { device, task } = await call(name, key, ...args);
    return {
      device,
      task,
      ahead: AHEAD,
      ended,
      advance: (order) => call("advance", key, order),
      rest: () => tell("rest", key),
      save: () => call("save", key),
      physics: () => call("physics", key),
      setPhysics: (parameter, value) => call("setPhysics", key, parameter, value),
      close: () => tell("close", key),
    };
  }
  return {
    open: (wish) => opened("open", wish),
    resume: (checkpoint, device, task) => opened("resume", checkpoint, device, task),
    replay: (receipt, task) => opened("replay", receipt, task),
    receipt: (bytes, task) => call("receipt", null, bytes, task),
    compareReceipt: (text, bytes, task) => call("compareReceipt", null, text, bytes, task),
    alive: () => failure === null,
    close,
  };
}
