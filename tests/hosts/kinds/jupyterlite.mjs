// JupyterLite: JupyterLab whose Python is Pyodide, in a worker of the page; a folder of plain files, with no server.
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../page/support/serve.mjs";
import { fromNpm, fromPyPI, NotToBeHad, ran, wheelsFromPyPI } from "../install.mjs";
import { notebookOf, runCell } from "./jupyterlab.mjs";
import { RUN, SOLVED_AT } from "../visit.mjs";

const traits = Object.entries(RUN).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
const NOTEBOOK = notebookOf(
  [
    `from mbppo_widget import Lab\nlab = Lab(${traits.join(", ")}, autoplay=True)\nlab`,
    'print("Python sees", lab.solved_at_real_steps, "and", len(lab.metrics), "metrics.")',
  ],
  { display_name: "Python (Pyodide)", language: "python", name: "python" },
);
const LIST = fileURLToPath(new URL("jupyterlite_lock.py", import.meta.url));
const PYODIDE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

/** Pyodide with the wheels that the notebook needs, and the list that names them. */
async function python(folder, { bin, wheel }) {
  await mkdir(folder, { recursive: true });
  const from = join(await fromNpm("pyodide"), "node_modules/pyodide");
  for (const file of PYODIDE) await copyFile(join(from, file), join(folder, file));
  const wheels = await wheelsFromPyPI("jupyterlite_kernel", bin, "3.14");
  const names = (await readdir(wheels)).filter((name) => name.endsWith(".whl"));
  for (const file of [...names.map((name) => join(wheels, name)), wheel])
    await copyFile(file, join(folder, basename(file)));
  await ran(join(bin, "python"), [LIST, folder]);
}

/** @type {import("./index.mjs").Kind} */
export default {
  name: "JupyterLite",
  way: "`Lab` of the wheel `mbppo_widget`, in a cell",
  needs: "the wheel and anywidget in the site's list of packages",
  async begin({ wheel }) {
    if (!wheel) throw new NotToBeHad("no wheel was made, because there is no python3");
    const bin = await fromPyPI("jupyterlite");
    const folder = join(dirname(bin), "site");
    await rm(folder, { recursive: true, force: true });
    await python(join(folder, "static/pyodide"), { bin, wheel });
    await mkdir(join(folder, "files"));
    await writeFile(join(folder, "files/lab.ipynb"), NOTEBOOK);
    const built = ["build", "--lite-dir", folder, "--output-dir", join(folder, "built"), "--apps", "lab"];
    await ran(join(bin, "jupyter-lite"), built, { cwd: folder });
    const { page, close } = await serve(join(folder, "built"), { under: "/", files: { "favicon.ico": "" } });
    return { address: `${page}lab/index.html?path=lab.ipynb`, close };
  },
  async show({ page, host, begins }) {
    await page.goto(host.address);
    await runCell(page, 0, begins);
    return page.locator("mbppo-lab");
  },
  async check({ page }) {
    await runCell(page, 1);
    await page
      .locator(".jp-OutputArea-output")
      .getByText(new RegExp(`Python sees ${SOLVED_AT} and \\d\\d+ metrics`))
      .waitFor();
  },
};
