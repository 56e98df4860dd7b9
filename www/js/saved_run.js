// A saved run, a safetensors file of the page or of the command line, becomes the run of a lab or of a trainer: from
// its bytes, its address or a text. Whatever is wrong with it, the run that is there goes on as it was.
import { fromBase64, toBase64 } from "./base64.js";
import { EngineError } from "./engine/protocol.js";
import { presetValue, unsuited } from "./params.js";
import { shownValue } from "./shown_value.js";

/** More than a run can have: the largest replay of the largest task takes less. */
export const MOST_RUN_BYTES = 512 << 20;
/** The length of the header, which a safetensors file begins with: a number of 8 bytes, the highest of them 0. */
const LENGTH_BYTES = 8;
/** The version of what `stateText` writes. */
const VERSION = 1;

/**
 * The settings of the run in `bytes`; `base`: where it is to compute, how fast, and the task and preset that it is
 * likely to be. Rejects with an EngineError that names what is wrong.
 * @param {any} engines
 * @param {Uint8Array} bytes
 * @param {any} base
 */
export async function settingsOf(engines, bytes, base) {
  return settingsOfReceipt(await engines.receiptOf({ bytes }, base.task), engines.schema, base);
}

/**
 * Takes up the run in `bytes`, or plays the policy alone in them. `parts`: {store, engines, commands} of the lab;
 * `likely`: the task and preset that it is likely to have; `learns`: that it learns from now on, or only plays. Throws
 * an EngineError that names what is wrong.
 * @param {any} parts
 * @param {Uint8Array} bytes
 * @param {{ task?: string, preset?: string, playing?: boolean, learns?: boolean }} [likely]
 */
export async function openRun({ store, engines, commands }, bytes, likely = {}) {
  const { settings, speed, playing } = store.get();
  const { task = settings.task, preset = settings.preset, playing: plays = playing, learns } = likely;
  const run = await runOf(engines, bytes, { task, seed: settings.seed, learns });
  const saved = await settingsOf(engines, run, { ...settings, speed, preset, task });
  await commands.openSaved(saved, run, { playing: plays });
}

/**
 * The file of a run from `bytes`, which may hold a policy alone.
 * @param {any} engines
 * @param {Uint8Array} bytes
 * @param {{ task: string, seed: number, learns?: boolean }} wish
 * @returns {Promise<Uint8Array>}
 */
export async function runOf(engines, bytes, wish) {
  // One of another page is none of this page's classes.
  if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]")
    throw wrong("bytes", bytes, "a Uint8Array: a saved run or a policy");
  return engines.runOf(bytes, wish);
}

/** Whether a file is meant to be a saved run: by its name, or since no text begins so. */
export const isRun = (name, bytes) =>
  /\.safetensors$/i.test(name) || (bytes.length >= LENGTH_BYTES && bytes[LENGTH_BYTES - 1] === 0);

/**
 * The bytes of the saved run at `address`, which is relative to `base`, so of the same host. `load`: fetch.
 * @param {string} address
 * @param {string} base
 */
export async function fetchRun(address, base, load = (/** @type {string} */ href) => fetch(href)) {
  const href = addressOfRun(address, base);
  const failed = (why) => new EngineError(`run = ${address} could not be loaded: ${why}.`, { field: "run" });
  let answer;
  try {
    answer = await load(href);
  } catch (cause) {
    throw failed(cause.message);
  }
  if (!answer.ok) throw failed(`the server answered ${answer.status}`);
  if (Number(answer.headers.get("content-length")) > MOST_RUN_BYTES) throw failed("it is larger than any run");
  return new Uint8Array(await answer.arrayBuffer());
}

/** The whole address; throws an EngineError unless it is a relative one. */
function addressOfRun(address, base) {
  const allowed = "it must be the relative address of a saved run on this page's own host";
  const isRelative = address !== "" && !/^([a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(address) && URL.canParse(address, base);
  if (isRelative && new URL(address, base).origin === new URL(base).origin) return new URL(address, base).href;
  throw new EngineError(`run = ${address} is not valid: ${allowed}.`, { field: "run", value: address, allowed });
}

/** A run as one text: what an address holds, and its latest checkpoint in base64 where there is one. */
export function stateText(run, checkpoint) {
  return JSON.stringify({ mbppo: VERSION, run, checkpoint: checkpoint ? toBase64(checkpoint.bytes) : null });
}

/** {run, bytes: Uint8Array | null} of a text that `stateText` has written, or of the object in it. */
export function readState(state) {
  const object = typeof state === "string" ? parsed(state) : state;
  if (typeof object !== "object" || object === null || object.mbppo !== VERSION)
    throw wrong("state", object?.mbppo, `an object that getState() has given, with mbppo: ${VERSION}`);
  if (typeof object.run !== "string") throw wrong("state.run", object.run, "a text as in an address");
  if (object.checkpoint === null) return { run: object.run, bytes: null };
  return { run: object.run, bytes: bytesOf(object.checkpoint) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong("state", text, "JSON that getState() has given");
  }
}

function bytesOf(text) {
  try {
    return fromBase64(text);
  } catch {
    throw wrong("state.checkpoint", text, "a saved run in base64, or null");
  }
}

/** The same from the run's receipt, JSON. The preset is the one from which the fewest hyperparameters differ. */
function settingsOfReceipt(receipt, schema, base) {
  const { task: named, seed, config, physics } = JSON.parse(receipt);
  const task = schema.tasks.some(({ id }) => id === named) ? named : base.task; // one of a visitor's own
  const differing = (preset) =>
    schema.hyperparameters
      .filter((row) => row.name in config && config[row.name] !== presetValue(schema, { task, preset }, row))
      .map(({ name }) => [name, config[name]]);
  const names = [base.preset, ...schema.presets.map(({ name }) => name)];
  const [nearest] = names
    .filter((preset) => !unsuited(schema, { task, preset }))
    .map((preset) => ({ preset, config: differing(preset) }))
    .sort((one, other) => one.config.length - other.config.length);
  return { ...base, task, seed, preset: nearest.preset, config: Object.fromEntries(nearest.config), physics };
}

function wrong(field, given, allowed) {
  const value = shownValue(given);
  return new EngineError(`${field} = ${value} is not valid: it must be ${allowed}.`, { field, value, allowed });
}
