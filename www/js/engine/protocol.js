// What an engine is, wherever it runs: on this thread now, in a Worker later. Both sides import this file and nothing
// of each other. All data are plain objects, shaped as in src/snapshot.rs, src/config and src/metrics.rs.

/**
 * @typedef {object} Engine
 * @property {object} schema presets, tuned, hyperparameters, metrics, tasks, mazes, version
 * @property {() => number} freshSeed
 * @property {(wish: {task: string, preset: string, seed: number, device: "cpu"|"webgpu", config: Object<string, string>}) => Promise<Session>} open
 *   rejects with an {@link EngineError}
 *
 * @typedef {object} Session one run; its calls wait for one another
 * @property {(order: Order) => Promise<Report>} advance
 * @property {() => Promise<Parameter[]>} physics what can be changed in the task while it runs
 * @property {(name: string, value: number) => Promise<Parameter[]>} setPhysics changes one from the next step on; all of them as
 *   they are then. Rejects with an {@link EngineError} for a value that is not possible, and nothing has changed
 * @property {() => void} close
 * @property {{kind: string, name: string, sentence: string}} device
 *
 * @typedef {{name: string, unit: string, min: number, max: number, value: number}} Parameter
 *
 * @typedef {object} Order
 * @property {number} budgetMs how long to work; one tick is always done
 * @property {number} [maxTicks] no more units of work than this
 * @property {boolean} [stopAtPhase] stop where a phase ends
 * @property {boolean} [look] whether the report should hold a snapshot and the recording
 * @property {boolean} [curves] whether it should hold the curves too
 *
 * @typedef {object} Report
 * @property {number} ticks
 * @property {boolean} phaseChanged
 * @property {object} [snapshot]
 * @property {object} [recording] frames, forecast, comparison, error_by_horizon, calibration, return_gap, state_map since the last look
 * @property {object} [curves]
 * @property {number} [curvesMs] how long copying them took
 */

/** Sessions train on one of these; "auto" is a wish of the page that device.js turns into one of them. */
export const DEVICE_KINDS = ["cpu", "webgpu"];

/** Everything that can go wrong below, with the field that is to blame where there is one. Fatal: no session works any more. */
export class EngineError extends Error {
  constructor(message, { field = null, value = null, allowed = null, cause } = {}) {
    super(message, { cause });
    this.name = "EngineError";
    Object.assign(this, { field, value, allowed, fatal: cause instanceof WebAssembly.RuntimeError });
  }

  static from(error) {
    if (error instanceof EngineError) return error;
    const { field, value, allowed } = error ?? {};
    return new EngineError(error?.message ?? String(error), { field, value, allowed, cause: error });
  }
}
