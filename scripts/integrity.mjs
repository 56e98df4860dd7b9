// Prints the SRI list of what is below a folder, or of some paths in it: node scripts/integrity.mjs FOLDER [PATH…]
// An integrity is what `integrity="…"` of a script or link holds.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const [folder, ...paths] = process.argv.slice(2);

/** The files at and below a path of the folder, with / between. */
function filesOf(path) {
  if (statSync(join(folder, path)).isFile()) return [path];
  return readdirSync(join(folder, path)).flatMap((name) => filesOf(path === "." ? name : `${path}/${name}`));
}
const sri = (file) =>
  `sha384-${createHash("sha384")
    .update(readFileSync(join(folder, file)))
    .digest("base64")}`;
const files = (paths.length > 0 ? paths : ["."]).flatMap(filesOf).sort();
console.log(JSON.stringify(Object.fromEntries(files.map((file) => [file, sri(file)])), null, 1));
