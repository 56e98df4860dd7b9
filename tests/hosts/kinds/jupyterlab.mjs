// JupyterLab: a notebook with the wheel's widget, whose metrics arrive in Python.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../page/support/browser.mjs";
import { fromPyPI, NotToBeHad } from "../install.mjs";
import { freePort, started } from "../programs.mjs";
import { RUN } from "../visit.mjs";

const traits = Object.entries(RUN).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
const CELLS = [
  `import json, pathlib
from mbppo_widget import Lab
lab = Lab(${traits.join(", ")}, autoplay=True)
def told(change):
    row = {"metrics": len(change["new"]), "real_steps": lab.real_steps, "solved": lab.solved_at_real_steps}
    pathlib.Path("told.json").write_text(json.dumps(row))
lab.observe(told, "metrics")
lab`,
  `lab.ask("exportRun", then=lambda file, error: pathlib.Path("run.safetensors").write_bytes(file))`,
  'Lab(task="CartPole-v1", seed=1, device="cpu", panels="stage counters", autoplay=True)',
];
/** A notebook of these cells, for this kernel. */
export const notebookOf = (cells, kernelspec) =>
  JSON.stringify({
    cells: cells.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: { kernelspec },
    nbformat: 4,
    nbformat_minor: 5,
  });
const KERNEL = { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" };

/**
 * Runs a cell as a reader does, and again where the notebook was not listening yet; `begins` is called when it runs.
 */
export async function runCell(page, index, begins = () => {}) {
  await page.getByText(/^Python .*\| Idle$/).waitFor();
  const cell = page.locator(".jp-CodeCell").nth(index);
  const run = cell.locator(".jp-InputPrompt").filter({ hasText: /\[(\*|\d+)\]/ });
  for (let attempt = 0; attempt < 20 && (await run.count()) === 0; attempt += 1) {
    await cell.locator(".cm-content").click();
    begins();
    await page.keyboard.press("Shift+Enter");
    await run.waitFor({ timeout: 5000 }).catch(() => {});
  }
}

/** @type {import("./index.mjs").Kind} */
export default {
  name: "JupyterLab 4",
  way: "`Lab` of the wheel `mbppo_widget`, in a cell",
  needs: "`pip install` of the wheel, which brings anywidget",
  async begin({ wheel }) {
    if (!wheel) throw new NotToBeHad("no wheel was made, because there is no python3");
    const bin = await fromPyPI("jupyterlab", { wheels: [wheel] });
    const folder = await mkdtemp(join(tmpdir(), "mbppo-jupyter-"));
    await writeFile(join(folder, "lab.ipynb"), notebookOf(CELLS, KERNEL));
    const port = await freePort();
    const options = [
      ...["--no-browser", "--allow-root", `--ServerApp.port=${port}`, "--ServerApp.port_retries=0"],
      ...["--IdentityProvider.token=", `--ServerApp.root_dir=${folder}`, "--LabApp.news_url=None"],
    ];
    const home = `http://localhost:${port}/`;
    const places = ["CONFIG", "DATA", "RUNTIME"].map((name) => [`JUPYTER_${name}_DIR`, join(folder, `.${name}`)]);
    const env = { ...Object.fromEntries(places), PATH: `${bin}:${process.env.PATH}` };
    const { close } = await started(join(bin, "jupyter-lab"), options, { address: `${home}lab`, cwd: folder, env });
    return {
      address: `${home}lab/tree/lab.ipynb?reset`,
      folder,
      close: async () => {
        await close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
  async show({ page, host, begins }) {
    await rm(join(host.folder, "told.json"), { force: true });
    await page.goto(host.address);
    await runCell(page, 0, begins);
    return page.locator("mbppo-lab");
  },
  async check({ page, host }) {
    const file = (name) => join(host.folder, name);
    const told = async () => JSON.parse((await readFile(file("told.json"), "utf8").catch(() => "")) || "{}");
    await eventually(page, async () => (await told()).solved === 1000, "metrics in Python");
    assert.ok((await told()).metrics > 10, "every metric by its name");
    await runCell(page, 1);
    const saved = () => readFile(file("run.safetensors")).catch(() => Buffer.alloc(0));
    await eventually(page, async () => (await saved()).length > 1000, "the run as a file in Python");
    assert.match((await saved()).subarray(8, 2000).toString("latin1"), /^\{.*CartPole-v1/s);
    await rm(file("run.safetensors"));
    await runCell(page, 2);
    const second = page.locator("mbppo-lab").nth(1);
    await second.scrollIntoViewIfNeeded(); // out of sight it would rest
    const steps = () => second.evaluate((node) => node.snapshot?.real_steps ?? 0);
    await eventually(page, async () => (await steps()) > 0, "steps of a second lab");
    // Keys that the lab uses are not also the notebook's, where "r" makes raw text of the cell.
    await second.locator("[data-is=stage]").click();
    await page.keyboard.press(" ");
    await eventually(page, () => second.evaluate((node) => !node.playing), "a pause");
    await page.keyboard.press("r");
    await eventually(page, async () => (await steps()) === 0, "a new start");
    assert.equal(await page.locator(".jp-RawCell").count(), 0);
  },
};
