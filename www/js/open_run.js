// A saved run, a safetensors file of the page or of the command line, becomes the run of a lab. Whatever is wrong with
// the file, the run that is there goes on as it was.
import { EngineError } from "./engine/protocol.js";
import { settingsOfSaved } from "./saved.js";

/** More than a run can have: the largest replay of the largest task takes less. */
export const MOST_RUN_BYTES = 512 << 20;
/** The length of the header, which a safetensors file begins with: a number of 8 bytes, the highest of them 0. */
const LENGTH_BYTES = 8;

/**
 * Takes up the run in `bytes`. `parts`: {store, engines, commands} of the lab; `likely`: the task and preset that it is
 * likely to have. Throws an EngineError that names what is wrong.
 * @param {any} parts
 * @param {Uint8Array} bytes
 * @param {{ task?: string, preset?: string, playing?: boolean }} [likely]
 */
export async function openRun({ store, engines, commands }, bytes, likely = {}) {
  const { settings, speed, playing } = store.get();
  const { task = settings.task, preset = settings.preset, playing: plays = playing } = likely;
  const receipt = await engines.receiptOf({ bytes }, task);
  const saved = settingsOfSaved(receipt, engines.schema, { ...settings, speed, preset, task });
  await commands.openSaved(saved, bytes, { playing: plays });
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
