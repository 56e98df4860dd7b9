// Runs the page's tests: several files side by side, since much of them is waiting; those that measure how much time
// the page takes run alone.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";

const ALONE = ["smooth.test.mjs", "weight.test.mjs"];
const folder = new URL(".", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));

/** The exit status of `node --test` on these, so many at a time. */
const tested = (names, atATime) =>
  spawnSync(process.execPath, ["--test", `--test-concurrency=${atATime}`, ...names], { cwd: folder, stdio: "inherit" })
    .status;

const beside = tested(
  files.filter((name) => !ALONE.includes(name)),
  availableParallelism(),
);
const alone = tested(ALONE, 1);
process.exit(beside || alone ? 1 : 0);
