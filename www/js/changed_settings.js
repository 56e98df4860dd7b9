// Settings of a run with some of them changed, as whoever holds a lab or a trainer names them. Pure.
import { EngineError } from "./engine/protocol.js";
import { readSettings, writeSettings } from "./params.js";

/**
 * Settings with `changes`, by names as in an address: {horizon: 5, seed: 3, "physics.length": "1"}; null takes one back
 * to what it is by itself. Throws an EngineError about the first that is not valid.
 */
export function settingsWith(current, changes, schema, read) {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes))
    throw new EngineError(`changes = ${changes} is not valid: it must be an object such as {"horizon": 5}.`, {
      field: "changes",
      value: String(changes),
    });
  const physics = (changes.task ?? current.task) === current.task ? current.physics : {}; // another task has others
  const before = writeSettings({ ...current, physics }, schema).filter(([name]) => !Object.hasOwn(changes, name));
  const given = Object.entries(changes).filter(([, value]) => value !== null && value !== undefined);
  const pairs = [...before, ...given.map(([name, value]) => [name, String(value)])];
  const { settings, problems } = readSettings(pairs, schema, read);
  if (problems.length > 0) throw new EngineError(problems[0].replace(/ It runs with .*$/, ""));
  return settings;
}
