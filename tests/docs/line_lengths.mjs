// No line is longer than 120 characters: scripts, styles, and what rustfmt leaves alone, comments and texts in Rust.
import { readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const LONGEST = 120;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KINDS = new Set([".js", ".mjs", ".css", ".rs", ".sh", ".toml"]);
const PASSED_OVER = new Set([".git", "node_modules", "target", "dist", "packed", "release", "built", "fixtures"]);

function* files(folder) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!PASSED_OVER.has(entry.name)) yield* files(path);
    } else if (KINDS.has(extname(entry.name)) || folder === "scripts") yield path;
  }
}

let longer = 0;
for (const file of files(".")) {
  readFileSync(join(ROOT, file), "utf8")
    .split("\n")
    .forEach((line, at) => {
      if ([...line].length <= LONGEST) return;
      longer += 1;
      console.log(`${file}:${at + 1} has ${[...line].length} characters`);
    });
}
if (longer) {
  console.log(`${longer} lines are longer than ${LONGEST} characters.`);
  process.exit(1);
}
