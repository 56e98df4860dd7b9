// A bundler: the npm package imported by a module, built by Vite, served as plain files.
import assert from "node:assert/strict";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serve } from "../../page/support/serve.mjs";
import { fromNpm, ran } from "../install.mjs";
import { coursePage } from "../site.mjs";
import { ATTRIBUTES } from "../visit.mjs";

const PAGE = coursePage(
  `<h1>A course</h1><mbppo-lab ${ATTRIBUTES} public-path="./mbppo/"></mbppo-lab>`,
  '<script type="module" src="/main.js"></script>',
);
const MAIN = `import "mbppo/element";
import { createTrainer, version } from "mbppo";
window.trained = async () => {
  const trainer = await createTrainer({ task: "CartPole-v1", seed: 3, publicPath: "./mbppo/" });
  const { iteration } = await trainer.step("iteration");
  trainer.destroy();
  return { version, iteration };
};
`;

/** The folder of an application with the package in it. */
export async function application({ npm }) {
  const folder = await fromNpm("vite", { local: [npm] });
  await rm(join(folder, "public"), { recursive: true, force: true });
  await mkdir(join(folder, "public"));
  await cp(join(folder, "node_modules/mbppo/site"), join(folder, "public/mbppo"), { recursive: true });
  await writeFile(join(folder, "index.html"), PAGE);
  await writeFile(join(folder, "main.js"), MAIN);
  return folder;
}

/** The package's trainer works there, too. */
export async function check({ page }) {
  const { version, iteration } = await page.evaluate(() => globalThis.trained());
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.equal(iteration, 1);
}

/** @type {import("./index.mjs").Kind} */
export default {
  name: "Vite 8, built",
  way: '`import "mbppo/element"` from the npm package',
  needs: 'a copy of the package\'s `site/` in `public/mbppo/`, `public-path="./mbppo/"`',
  async begin(packed) {
    const folder = await application(packed);
    await ran("node_modules/.bin/vite", ["build", "--base", "./"], { cwd: folder });
    const { page, close } = await serve(join(folder, "dist"));
    return { address: page, close };
  },
  check,
};
