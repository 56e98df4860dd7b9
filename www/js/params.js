// Settings ⇄ pairs of names and texts, as they stand in an address. Pure: knows the schema, no DOM, no engine.
//
// Settings: {task, preset, seed (null: a fresh one), device, thread, speed, autoplay, config: {name: text}, physics:
// {name: plan}}. config holds only what differs from the preset; physics is what Session.create takes, "20" from the
// start or "20;9.8@150".

export const DEVICES = ["auto", "cpu", "webgpu"];
/** Where the CPU trains: in a Worker, or on the page's own thread. */
export const THREADS = ["worker", "main"];
export const SPEEDS = ["slow", "normal", "fast"];
export const MAX_SEED = 2 ** 32 - 1;

const PHYSICS = "physics.";

export function defaults(schema) {
  return {
    task: schema.tasks[0].id,
    preset: schema.presets[0].name,
    seed: null,
    device: "auto",
    thread: "worker",
    speed: "normal",
    autoplay: true,
    config: {},
    physics: {},
  };
}

/** The thread that an address asks for: known before the schema is, which arrives with the program. */
export function threadOf(pairs) {
  const asked = pairs.findLast(([name]) => name === "thread")?.[1].trim();
  return THREADS.includes(asked) ? asked : THREADS[0];
}

/** What a hyperparameter is in a preset on a task, before anybody changes it: the last of these that names it. */
export function presetValue(schema, { task, preset }, parameter) {
  const row = schema.presets.find(({ name }) => name === preset);
  const onTask = (rows = []) => rows.filter((entry) => entry.task === task).flatMap(({ changes }) => changes);
  const changes = [...onTask(schema.tuned), ...(row?.changes ?? []), ...onTask(row?.for_task)];
  return changes.findLast(([name]) => name === parameter.name)?.[1] ?? parameter.default;
}

/**
 * Why hyperparameters differ from the table's on this task, in sentences: what the task needs, then what the preset
 * needs there.
 */
export function reasons(schema, { task, preset }) {
  const row = schema.presets.find(({ name }) => name === preset);
  return [...(schema.tuned ?? []), ...(row?.for_task ?? [])]
    .filter((entry) => entry.task === task)
    .map(
      ({ changes, why }) =>
        `${task} is learned with ${changes.map(([name, text]) => `${name} = ${text}`).join(", ")}. ${why}`,
    );
}

/** Why a preset cannot learn a task, and what can: {why, instead}; undefined if it can. */
export function unsuited(schema, { task, preset }) {
  return schema.unsuited.find((row) => row.task === task && row.preset === preset);
}

/** The title of a preset. */
export const titleOf = (schema, preset) => schema.presets.find(({ name }) => name === preset)?.title ?? preset;

/** The setting that only a program with burn's tensors can compute, [name, value]; undefined if there is none. */
export function inTensors(schema, settings) {
  const valueOf = (row) => settings.config[row.name] ?? presetValue(schema, settings, row);
  const row = schema.hyperparameters.find((row) => row.allowed.in_tensors?.includes(valueOf(row)));
  return row && [row.name, valueOf(row)];
}

/** The build of the program that computes such a run on the CPU. */
export const programOf = (schema, settings) => (inTensors(schema, settings) ? "tensors" : "cpu");

/** The devices for which the program has kernels of this learner, and its name: {algorithm, devices}. */
export function kernelsOf(schema, settings) {
  const only = inTensors(schema, settings);
  if (only) return { algorithm: `${only[0]}=${only[1]}`, devices: ["cpu"] };
  const parameter = schema.hyperparameters.find(({ name }) => name === "algorithm");
  const algorithm = settings.config.algorithm ?? (parameter && presetValue(schema, settings, parameter));
  return { algorithm, devices: schema.devices[algorithm] ?? [] };
}

/**
 * Reads [name, text] pairs: {settings, problems, named}. What is wrong becomes a sentence in `problems`, the default
 * holds, and the rest still counts. `named`: the hyperparameters that were given. `read(name, text)` gives a
 * hyperparameter's value as the program writes it, or throws what is wrong with it.
 */
export function readSettings(pairs, schema, read) {
  const settings = defaults(schema);
  const problems = [];
  const known = knownNames(schema);
  const named = new Set();
  const typed = new Map();
  for (const [name, raw] of pairs) {
    const text = raw.trim();
    named.add(name);
    if (Object.hasOwn(known, name)) {
      const found = known[name](text);
      if (Array.isArray(found)) settings[name] = found[0];
      else problems.push(`${name} = ${text} is not valid: ${found}. It runs with ${settings[name] ?? "a fresh seed"}.`);
    } else if (name.startsWith(PHYSICS)) settings.physics = { ...settings.physics, [name.slice(PHYSICS.length)]: text };
    else if (schema.hyperparameters.some((row) => row.name === name)) typed.set(name, text);
    else
      problems.push(
        `${name} = ${text} was ignored: there is no parameter of this name. The names are ` +
          `${Object.keys(known).join(", ")}, physics.NAME and the hyperparameters below.`,
      );
  }
  problems.push(...suit(settings, schema, named));
  for (const [name, text] of typed) {
    // after the rest, because the preset says what a hyperparameter is otherwise
    const otherwise = presetValue(
      schema,
      settings,
      schema.hyperparameters.find((row) => row.name === name),
    );
    try {
      const value = read(name, text);
      if (value !== otherwise) settings.config[name] = value;
    } catch (error) {
      problems.push(`${error.message} It runs with ${otherwise}.`);
    }
  }
  return { settings, problems, named: [...typed.keys()] };
}

/** How each name that is no hyperparameter is read: to [value], or to what it must be. */
function knownNames(schema) {
  const oneOf = (names) => (text) => (names.includes(text) ? [text] : `it must be one of ${names.join(", ")}`);
  return {
    task: oneOf(schema.tasks.map((row) => row.id)),
    preset: oneOf(schema.presets.map((row) => row.name)),
    seed: (text) =>
      /^\d+$/.test(text) && Number(text) <= MAX_SEED
        ? [Number(text)]
        : `it must be a whole number from 0 to ${MAX_SEED}`,
    device: oneOf(DEVICES),
    thread: oneOf(THREADS),
    speed: oneOf(SPEEDS),
    autoplay: (text) => (text === "true" || text === "false" ? [text === "true"] : "it must be true or false"),
  };
}

/**
 * Makes task and preset go together: if an address names the learner alone, on the first task that it learns; else the
 * nearest learner for the task takes its place. Gives back what is to be said.
 */
function suit(settings, schema, named) {
  const row = unsuited(schema, settings);
  if (!row) return [];
  const task = named.has("task") ? null : schema.tasks.find(({ id }) => !unsuited(schema, { ...settings, task: id }));
  if (task) {
    settings.task = task.id;
    return [`${row.why} ${titleOf(schema, settings.preset)} runs on ${task.id} instead.`];
  }
  settings.preset = row.instead;
  return [`${row.why} ${titleOf(schema, row.instead)} learns it instead.`];
}

/** The pairs that readSettings turns back into the same settings; what is as usual is left out. */
export function writeSettings(settings, schema) {
  const usual = defaults(schema);
  const pairs = [];
  for (const name of ["task", "preset", "seed", "device", "thread", "speed", "autoplay"]) {
    if (settings[name] !== usual[name]) pairs.push([name, String(settings[name])]);
  }
  return [
    ...pairs,
    ...Object.entries(settings.config),
    ...Object.entries(settings.physics).map(([name, plan]) => [PHYSICS + name, plan]),
  ];
}

/** How physics have been changed so far in a run, as settings hold it. */
export const plansOf = (physics) =>
  Object.fromEntries((physics ?? []).filter(({ changes }) => changes).map(({ name, changes }) => [name, changes]));
