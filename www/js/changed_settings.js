// Settings of a run with some of them changed, as whoever holds a lab or a trainer names them. Pure.
import { EngineError } from "./engine/protocol.js";
import { readSettings, writeSettings } from "./params.js";
import { shownValue } from "./shown_value.js";

/** Of values that are read as texts. */
const KINDS = ["string", "number", "boolean"];

/**
 * Settings with `changes`, by names as in an address: {horizon: 5, seed: 3, "physics.length": "1"}; null takes one back
 * to what it is by itself. Throws an EngineError about the first that is not valid.
 */
export function settingsWith(current, changes, schema, read) {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes))
    throw wrong("changes", changes, 'an object such as {"horizon": 5}');
  const physics = (changes.task ?? current.task) === current.task ? current.physics : {}; // another task has others
  const before = writeSettings({ ...current, physics }, schema).filter(([name]) => !Object.hasOwn(changes, name));
  const given = Object.entries(changes).filter(([, value]) => value !== null && value !== undefined);
  const odd = given.find(([, value]) => !KINDS.includes(typeof value));
  if (odd) throw wrong(odd[0], odd[1], "a text, a number, true or false");
  const pairs = [...before, ...given.map(([name, value]) => [name, String(value)])];
  const { settings, problems } = readSettings(pairs, schema, read);
  if (problems.length > 0) throw new EngineError(problems[0].replace(/ It runs with .*$/, ""));
  return settings;
}

function wrong(field, given, allowed) {
  const value = shownValue(given);
  return new EngineError(`${field} = ${value} is not valid: it must be ${allowed}.`, { field, value, allowed });
}
