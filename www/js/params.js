// Settings ⇄ pairs of names and texts, as they stand in an address. Pure: knows the schema, no DOM, no engine.
//
// Settings: {task, preset, seed (null: a fresh one), device, thread, speed, autoplay, config: {name: text}}; config holds only
// what differs from the preset.

export const DEVICES = ["auto", "cpu", "webgpu"];
/** Where the CPU trains: in a Worker, or on the page's own thread. */
export const THREADS = ["worker", "main"];
export const SPEEDS = ["slow", "normal", "fast"];
export const MAX_SEED = 2 ** 32 - 1;

export function defaults(schema) {
  return { task: schema.tasks[0].id, preset: schema.presets[0].name, seed: null, device: "auto", thread: "worker", speed: "normal", autoplay: true, config: {} };
}

/** The thread that an address asks for: known before the schema is, which arrives with the program. */
export function threadOf(pairs) {
  const asked = pairs.findLast(([name]) => name === "thread")?.[1].trim();
  return THREADS.includes(asked) ? asked : THREADS[0];
}

/** What a hyperparameter may be, as the end of a sentence; the words are those of the Rust side. */
export function allowedWords({ kind, min, max, words }) {
  if (kind === "count") return `it must be a whole number from ${min} to ${max}`;
  if (kind === "number") return `it must be a number from ${min} to ${max}`;
  if (kind === "switch") return "it must be true or false";
  return `it must be one of ${words.join(", ")}`;
}

export function isAllowed({ kind, min, max, words }, text) {
  const number = Number(text);
  if (kind === "count") return /^\d+$/.test(text) && number >= min && number <= max;
  if (kind === "number") return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && number >= min && number <= max;
  if (kind === "switch") return text === "true" || text === "false";
  return words.includes(text);
}

/** What a hyperparameter is in a preset on a task, before anybody changes it: the last of these that names it. */
export function presetValue(schema, { task, preset }, parameter) {
  const row = schema.presets.find(({ name }) => name === preset);
  const onTask = (rows = []) => rows.filter((entry) => entry.task === task).flatMap(({ changes }) => changes);
  const changes = [...onTask(schema.tuned), ...(row?.changes ?? []), ...onTask(row?.for_task)];
  return changes.findLast(([name]) => name === parameter.name)?.[1] ?? parameter.default;
}

/** Why hyperparameters differ from the table's on this task, in sentences: what the task needs, then what the preset needs there. */
export function reasons(schema, { task, preset }) {
  const row = schema.presets.find(({ name }) => name === preset);
  return [...(schema.tuned ?? []), ...(row?.for_task ?? [])].filter((entry) => entry.task === task)
    .map(({ changes, why }) => `${task} is learned with ${changes.map(([name, text]) => `${name} = ${text}`).join(", ")}. ${why}`);
}

/** Reads [name, text] pairs. What is wrong becomes a sentence in `problems`, the default holds, and the rest still counts. */
export function readSettings(pairs, schema) {
  const settings = defaults(schema);
  const problems = [];
  const oneOf = (names) => (text) => (names.includes(text) ? [text] : `it must be one of ${names.join(", ")}`);
  const known = {
    task: oneOf(schema.tasks.map((row) => row.id)),
    preset: oneOf(schema.presets.map((row) => row.name)),
    seed: (text) => (/^\d+$/.test(text) && Number(text) <= MAX_SEED ? [Number(text)] : `it must be a whole number from 0 to ${MAX_SEED}`),
    device: oneOf(DEVICES),
    thread: oneOf(THREADS),
    speed: oneOf(SPEEDS),
    autoplay: (text) => (text === "true" || text === "false" ? [text === "true"] : "it must be true or false"),
  };
  const typed = [];
  for (const [name, raw] of pairs) {
    const text = raw.trim();
    const parameter = schema.hyperparameters.find((row) => row.name === name);
    if (Object.hasOwn(known, name)) {
      const read = known[name](text);
      if (Array.isArray(read)) settings[name] = read[0];
      else problems.push(sentence(name, text, read, settings[name] ?? "a fresh seed"));
    } else if (parameter) typed.push([parameter, text]);
    else problems.push(`${name} = ${text} is left out: there is no parameter of this name. There are ${Object.keys(known).join(", ")} and the hyperparameters below.`);
  }
  for (const [parameter, text] of typed) { // after the rest, because the preset says what a hyperparameter is otherwise
    const otherwise = presetValue(schema, settings, parameter);
    if (!isAllowed(parameter.allowed, text)) problems.push(sentence(parameter.name, text, allowedWords(parameter.allowed), otherwise));
    else if (text !== otherwise) settings.config[parameter.name] = text;
  }
  return { settings, problems };
}

function sentence(name, text, allowed, instead) {
  return `${name} = ${text} is not possible: ${allowed}. It runs with ${instead}.`;
}

/** The pairs that readSettings turns back into the same settings; what is as usual is left out. */
export function writeSettings(settings, schema) {
  const usual = defaults(schema);
  const pairs = [];
  for (const name of ["task", "preset", "seed", "device", "thread", "speed", "autoplay"]) {
    if (settings[name] !== usual[name]) pairs.push([name, String(settings[name])]);
  }
  return [...pairs, ...Object.entries(settings.config)];
}
