// Node.js: no page at all. The npm package in an empty folder, trained by a program of a few lines.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ran } from "../install.mjs";
import { RUN, SOLVED_AT } from "../visit.mjs";

// performance.now() counts from the start of the process.
const PROGRAM = `import { createTrainer } from "mbppo";
const seconds = () => performance.now() / 1000;
const trainer = await createTrainer(${JSON.stringify({ task: RUN.task, seed: RUN.seed })});
while ((await trainer.step(1)).real_steps === 0);
const first = seconds();
for await (const { solved_at_real_steps: solved } of trainer.run({ untilSolved: true }))
  if (solved !== null) console.log(JSON.stringify({ first, bar: seconds(), solved }));
trainer.destroy();
`;

/** @type {import("./index.mjs").Kind} */
export default {
  name: "Node.js, 20 or newer",
  way: "`createTrainer` from the npm package",
  needs: "`npm install`; seconds count from the start of the process",
  async train({ npm }) {
    const folder = await mkdtemp(join(tmpdir(), "mbppo-node-"));
    try {
      await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
      await writeFile(join(folder, "train.js"), PROGRAM);
      await ran("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", npm], { cwd: folder });
      const { solved, ...seconds } = JSON.parse(await ran(process.execPath, ["train.js"], { cwd: folder }));
      assert.equal(solved, SOLVED_AT, "as this seed does everywhere");
      return seconds;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
