// Kept runs as a table that other programs read: CSV as RFC 4180 has it, a row a run. Pure.

/** The columns; what a run of an earlier version was not kept with is empty. */
const COLUMNS = {
  name: ({ name }) => name,
  task: ({ settings }) => settings.task,
  mode: ({ settings }) => settings.preset,
  changes: ({ settings }) => pairs(settings.config),
  physics: ({ settings }) => pairs(settings.physics),
  seed: ({ settings }) => settings.seed,
  device: ({ device }) => device,
  real_steps: ({ real_steps: steps }) => steps,
  imagined_steps: ({ imagined_steps: steps }) => steps,
  iterations: ({ iteration }) => iteration,
  real_steps_to_solve: ({ solved_at_real_steps: steps }) => steps,
  last_return: ({ latest_evaluation: value }) => value,
  best_return: ({ best_evaluation: value }) => value,
  version: ({ version }) => version,
  kept_at: ({ at }) => new Date(at).toISOString(),
};

const pairs = (settings = {}) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");

/** The file of these records, as records.js makes them. */
export function runTable(records) {
  const rows = records.map((record) => Object.values(COLUMNS).map((of) => cell(of(record))));
  return [Object.keys(COLUMNS), ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function cell(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
