// A saved run as the page takes it up again: what a checkpoint says it is, as settings, and all of it as one text.
// Pure.
import { fromBase64, toBase64 } from "./base64.js";
import { EngineError } from "./engine/protocol.js";
import { presetValue, readSettings, unsuited, writeSettings } from "./params.js";

/** The version of what `stateText` writes. */
const VERSION = 1;

/**
 * The settings of the run that a checkpoint holds, from its receipt (JSON); `base`: where it is to compute, how fast,
 * and the task and preset that it is likely to be. The preset is the one from which the fewest hyperparameters differ.
 */
export function settingsOfSaved(receipt, schema, base) {
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

/**
 * Settings with `changes`, by names as in an address: {horizon: 5, seed: 3, "physics.length": "1"}; null takes one back
 * to what it is by itself. Throws an EngineError about the first that is not valid.
 */
export function settingsWith(current, changes, schema, read) {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes))
    throw wrong("changes", String(changes), 'an object such as {"horizon": 5}');
  const physics = (changes.task ?? current.task) === current.task ? current.physics : {}; // another task has others
  const before = writeSettings({ ...current, physics }, schema).filter(([name]) => !Object.hasOwn(changes, name));
  const given = Object.entries(changes).filter(([, value]) => value !== null && value !== undefined);
  const pairs = [...before, ...given.map(([name, value]) => [name, String(value)])];
  const { settings, problems } = readSettings(pairs, schema, read);
  if (problems.length > 0) throw new EngineError(problems[0].replace(/ It runs with .*$/, ""));
  return settings;
}

/** A run as one text: what an address holds, and its latest checkpoint in base64 where there is one. */
export function stateText(run, checkpoint) {
  return JSON.stringify({ mbppo: VERSION, run, checkpoint: checkpoint ? toBase64(checkpoint.bytes) : null });
}

/** {run, bytes: Uint8Array | null} of a text that `stateText` has written, or of the object in it. */
export function readState(state) {
  const object = typeof state === "string" ? parsed(state) : state;
  if (typeof object !== "object" || object === null || object.mbppo !== VERSION)
    throw wrong("state", String(object?.mbppo), `an object that getState() has given, with mbppo: ${VERSION}`);
  if (typeof object.run !== "string") throw wrong("state.run", String(object.run), "a text as in an address");
  if (object.checkpoint === null) return { run: object.run, bytes: null };
  return { run: object.run, bytes: bytesOf(object.checkpoint) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong("state", `${text.slice(0, 20)}…`, "JSON that getState() has given");
  }
}

function bytesOf(text) {
  try {
    return fromBase64(text);
  } catch {
    throw wrong("state.checkpoint", String(text).slice(0, 20), "a saved run in base64, or null");
  }
}

const wrong = (field, value, allowed) =>
  new EngineError(`${field} = ${value} is not valid: it must be ${allowed}.`, { field, value, allowed });
