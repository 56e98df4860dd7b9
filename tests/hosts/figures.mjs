// What was measured last, kept beside the installed hosts; table.mjs writes it into docs/embedding.md.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CACHE } from "./install.mjs";

const FILE = join(CACHE, "figures.json");

/** @returns {Promise<Record<string, { first: number, bar: number, visits: number }>>} by the names of hosts */
export const figures = async () => JSON.parse(await readFile(FILE, "utf8").catch(() => "{}"));

/** Keeps the medians of these visits. */
export async function keep(name, visits) {
  const median = (of) => visits.map(of).sort((a, b) => a - b)[Math.floor((visits.length - 1) / 2)];
  const row = { first: median(({ first }) => first), bar: median(({ bar }) => bar), visits: visits.length };
  await mkdir(CACHE, { recursive: true });
  await writeFile(FILE, `${JSON.stringify({ ...(await figures()), [name]: row }, null, 1)}\n`);
  return row;
}

/** The table's head, and a host's columns that need no measurement. */
export const HEAD = ["host", "way in", "what it needs", "first training step, s", "bar, s"];
/** @param {import("./kinds/index.mjs").Kind} kind */
export const wordsOf = ({ name, way, needs, imitated }) => [
  imitated ? `${name} (imitated: ${imitated})` : name,
  way,
  needs,
];

/** The table as it stands in the text of the document. */
export function tableOf(text) {
  const [table] = text.match(/^\| host \|.*\n(\|.*\n)+/m) ?? [];
  if (!table) throw new Error("docs/embedding.md has no table of hosts.");
  return table;
}
