// Writes the table of hosts in docs/embedding.md, with what `scripts/test --long hosts` measured last on this machine.
//
//   node tests/hosts/table.mjs
import { readFile, writeFile } from "node:fs/promises";
import { figures, HEAD, tableOf, wordsOf } from "./figures.mjs";
import { KINDS } from "./kinds/index.mjs";

const DOCUMENT = new URL("../../docs/embedding.md", import.meta.url);

const measured = await figures();
const row = (cells) => `| ${cells.join(" | ")} |`;
const lines = [row(HEAD), "|---|---|---|--:|--:|"];
for (const kind of KINDS) {
  const found = measured[kind.name];
  if (!found) console.log(`${kind.name} has not been measured on this machine.`);
  lines.push(row([...wordsOf(kind), ...(found ? [found.first, found.bar].map((s) => s.toFixed(1)) : ["–", "–"])]));
}
const before = await readFile(DOCUMENT, "utf8");
await writeFile(DOCUMENT, before.replace(tableOf(before), `${lines.join("\n")}\n`));
