// What an engine is, wherever it runs: on this thread or in a Worker. Both sides import this file and nothing from each
// other. All data are plain objects, shaped as in src/snapshot.rs, src/config and src/metrics.rs.

/**
 * @typedef {object} Engine
 * @property {(wish: {task: string, preset: string, seed: number, device: DeviceKind, config: Object<string, string>,
 *   physics: Object<string, string>}) => Promise<Session>} open
 *   rejects with an {@link EngineError}
 * @property {(checkpoint: Uint8Array, device: DeviceKind, task?: any) => Promise<Session>} resume continues from the
 *   checkpoint; `task` as in a wish, where it is not one of the program's own
 * @property {(receipt: string, task?: any) => Promise<Session>} replay the run that a receipt claims, from its
 *   beginning
 * @property {(checkpoint: Uint8Array, task?: any) => Promise<string>} receipt of the run in a checkpoint
 * @property {(receipt: string, checkpoint: Uint8Array, task?: any) => Promise<any>} compareReceipt the verdict
 * @property {() => boolean} alive false once nothing can be opened any more
 * @property {() => void} close ends it with all its sessions
 *
 * @typedef {"cpu"|"webgpu"} DeviceKind "auto" is a wish of the page that device.js turns into one of them
 *
 * @typedef {object} Session one run; its calls wait for one another
 * @property {number} ahead orders that may wait behind the one that is worked on: 0 where that would hold up the page
 * @property {Promise<EngineError>} [ended] resolves when nothing works any more, also while nothing is asked
 * @property {(order: Order) => Promise<Report>} advance
 * @property {() => void} rest orders that have not begun yet are answered with no work done, one that is spread ends
 * @property {() => Promise<Checkpoint>} save the run where an iteration has ended; after an error its last good state
 * @property {() => Promise<Parameter[]>} physics what can be changed in the task while it runs
 * @property {(name: string, value: number) => Promise<Parameter[]>} setPhysics changes one from the next step on;
 *   resolves to all of them as they then are. Rejects with an {@link EngineError} for a value that is not valid, and
 *   changes nothing
 * @property {() => void} close
 * @property {{kind: string, name: string, sentence: string}} device
 *
 * @typedef {{name: string, unit: string, min: number, max: number, value: number, usual: number,
 *   changes: string}} Parameter
 *   `usual`: its value in the task as it is; `changes`: those of this run, as `open` takes them
 *
 * @typedef {object} Order
 * @property {number} budgetMs how long to work; one tick is always done
 * @property {number} [share] spreads that over time: a Worker works this share of each moment, by the clock, and hears
 *   a rest between two slices; without it, or on the page's own thread, it is worked at once
 * @property {number} [maxTicks] no more units of work than this
 * @property {"phase"|"iteration"} [stopAt] stop where one of these ends
 * @property {boolean} [save] report a checkpoint if it stops where an iteration ends
 * @property {boolean} [look] whether the report should hold a snapshot and the recording
 * @property {boolean} [curves] whether it should hold the curves too
 * @property {boolean} [anew] whether the curves should be all of them, and not only what is new
 *
 * @typedef {object} Report
 * @property {number} ticks
 * @property {boolean} phaseChanged
 * @property {boolean} iterationEnded
 * @property {number} workMs how long it worked, without the time in which it slept
 * @property {number} idleMs how long it had waited for this order, if it is one of a row
 * @property {object} [snapshot]
 * @property {object} [recording] frames, forecast, comparison, error_by_horizon, calibration, return_gap, state_map
 *   since the last look
 * @property {import("./curves.js").Growth} [curves] what has been added to the curves
 * @property {number} [curvesMs] how long copying them took
 * @property {Parameter[]} [physics] if they have changed since the last look
 * @property {Checkpoint} [checkpoint]
 *
 * @typedef {{bytes: Uint8Array, iteration: number, ms: number}} Checkpoint after so many iterations; `ms`: how long
 *   saving took
 */

const FIELDS = ["kind", "field", "value", "allowed", "doing", "reason", "phase", "quantity"];

/**
 * Everything that can go wrong below, with the fields of src/error.rs. Fatal: no session of this engine works any more.
 */
export class EngineError extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: any, fatal?: boolean } & Record<string, any>} [fields]
   */
  constructor(message, { cause, fatal = false, ...fields } = {}) {
    super(message, { cause });
    this.name = "EngineError";
    /** @type {?string} */ this.kind = null;
    /** @type {?string} */ this.field = null;
    /** @type {?string} */ this.value = null;
    /** @type {?string} */ this.allowed = null;
    Object.assign(this, Object.fromEntries(FIELDS.map((name) => [name, fields[name] ?? null])));
    this.fatal = fatal || cause instanceof WebAssembly.RuntimeError;
  }

  /** As a message can carry it; `from` reads it. */
  plain() {
    return {
      message: this.message,
      fatal: this.fatal,
      ...Object.fromEntries(FIELDS.map((name) => [name, Reflect.get(this, name)])),
    };
  }

  /** @param {any} error whatever was thrown */
  static from(error) {
    if (error instanceof EngineError) return error;
    const fields = Object.fromEntries(FIELDS.map((name) => [name, error?.[name]]));
    return new EngineError(error?.message ?? String(error), { ...fields, fatal: error?.fatal === true, cause: error });
  }
}
