// The page's memory, for the table of docs/limits.md: node support/memory.mjs, after trunk build. Each configuration of
// tests/memory.rs learns, as far as there, in a fresh instance of the built CPU program and is saved. A WebAssembly
// memory never shrinks, so its size at the end is the peak.
import { readdir, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { DIST } from "./browser.mjs";

/** How long a call works; it also ends where an iteration does. */
const SLICE_MS = 1000;

/** Preset, task and changes, as tests/memory.rs has them, and what it adds to keep a case short. */
export async function cases() {
  const source = await readFile(new URL("../../memory.rs", import.meta.url), "utf8");
  const [, table] = source.match(/const CASES[^=]*= \[\n([^]*?)\n\];/) ?? [];
  const [, short] = source.match(/const SHORT[^=]*=\s*"([^"]*)"/) ?? [];
  const rows = [...(table ?? "").matchAll(/\(\s*"([^"]*)",\s*"([^"]*)",\s*"([^"]*)",?\s*\)/g)];
  if (rows.length === 0 || !short) throw new Error("tests/memory.rs has no CASES and SHORT as this script reads them.");
  return rows.map(([, preset, task, changes]) => ({
    preset,
    task,
    changes,
    config: settingsOf(`${short} ${changes}`),
  }));
}

const settingsOf = (text) => Object.fromEntries(text.split(" ").map((change) => change.split("=")));

/** A fresh instance of the program: {wasm, memory}. */
export async function instance(number) {
  const files = await readdir(DIST);
  const named = (pattern) => {
    const name = files.find((file) => pattern.test(file));
    if (!name) throw new Error(`There is no ${pattern} in dist/. Build it first: trunk build.`);
    return `${DIST}/${name}`;
  };
  const wasm = await import(`${pathToFileURL(named(/^mbppo-[0-9a-f]+\.js$/))}?${number}`);
  const { memory } = await wasm.default({ module_or_path: await readFile(named(/^mbppo-[0-9a-f]+_bg\.wasm$/)) });
  return { wasm, memory };
}

/** Whether two iterations are over and branches have been as long as they may be, as tests/memory.rs has it. */
function hasComeFar({ iteration, real_steps, known_steps, horizon_set }, wanted, imagines) {
  const isDeep = !imagines || known_steps >= horizon_set || iteration >= 12;
  return iteration >= 2 && real_steps >= wanted && isDeep;
}

/** Bytes of memory after these iterations (until the replay is full, if many steps are asked for) and a save. */
export async function peak(number, { preset, task, config }) {
  const { wasm, memory } = await instance(number);
  // A preset that does not imagine refuses or ignores rounds: it keeps its own 0.
  if (!preset.startsWith("mb-")) delete config.imagination_rounds;
  const session = await wasm.Session.create({ task, preset, seed: 1, device: "cpu", config, physics: {} });
  const imagines = wasm.display(task, preset, config).phases.includes("imagine");
  const wanted = config.num_steps === "2048" ? Math.min(Number(config.replay_capacity), 1_000_000) : 1;
  for (let ended = false; !ended || !hasComeFar(session.snapshot(), wanted, imagines); )
    ended = (await session.advance(SLICE_MS, 0xffffffff, "iteration")).iteration_ended;
  const file = await session.save();
  return { bytes: memory.buffer.byteLength, file: file.length };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log("| preset | task | changes | page's peak |\n|---|---|---|---:|");
  for (const [number, row] of (await cases()).entries()) {
    const { bytes } = await peak(number, row);
    console.log(`| ${row.preset} | ${row.task} | ${row.changes} | ${(bytes / 1e6).toFixed(1)} MB |`);
  }
}
