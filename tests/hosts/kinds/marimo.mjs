// marimo: the wheel's widget in a reactive notebook, shown as an application, whose other cells see its metrics.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromPyPI, NotToBeHad } from "../install.mjs";
import { freePort, started } from "../programs.mjs";
import { RUN, SOLVED_AT } from "../visit.mjs";

const traits = Object.entries(RUN).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
const NOTEBOOK = `import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from mbppo_widget import Lab
    lab = mo.ui.anywidget(Lab(${traits.join(", ")}, autoplay=True))
    lab
    return lab, mo


@app.cell
def _(lab, mo):
    mo.md(f"Python sees {lab.value['solved_at_real_steps']} and {len(lab.value['metrics'])} metrics.")
    return


if __name__ == "__main__":
    app.run()
`;

/** @type {import("./index.mjs").Kind} */
export default {
  name: "marimo",
  way: "`mo.ui.anywidget(Lab(…))` of the wheel `mbppo_widget`",
  needs: "`pip install` of the wheel, which brings anywidget",
  async begin({ wheel }) {
    if (!wheel) throw new NotToBeHad("no wheel was made, because there is no python3");
    const bin = await fromPyPI("marimo", { wheels: [wheel] });
    const folder = await mkdtemp(join(tmpdir(), "mbppo-marimo-"));
    await writeFile(join(folder, "notebook.py"), NOTEBOOK);
    const port = await freePort();
    const address = `http://localhost:${port}/`;
    const options = ["run", "notebook.py", "--headless", "--no-token", "--port", String(port)];
    const env = { XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder };
    const { close } = await started(join(bin, "marimo"), options, { address, cwd: folder, env });
    return {
      address,
      close: async () => {
        await close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
  async check({ page }) {
    const words = page.getByText(new RegExp(`Python sees ${SOLVED_AT} and \\d\\d+ metrics`));
    await words.waitFor();
    assert.equal(await words.count(), 1);
  },
};
