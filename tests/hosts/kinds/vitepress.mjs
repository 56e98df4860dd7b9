// VitePress: the element in Markdown, which Vue must leave alone and the server must not run, on a site below a path.
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DIST } from "../../page/support/browser.mjs";
import { serve } from "../../page/support/serve.mjs";
import { fromNpm, ran } from "../install.mjs";
import { ATTRIBUTES } from "../visit.mjs";

const BASE = "/course/";
const CONFIG = `export default {
  title: "A course",
  base: "${BASE}",
  head: [["link", { rel: "icon", href: "data:," }],
    ["script", { type: "module", src: "${BASE}mbppo/element.js" }]],
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === "mbppo-lab" } } },
};
`;
const PAGE = `# An agent learns

<mbppo-lab ${ATTRIBUTES}></mbppo-lab>

[Further](./further)
`;

/** @type {import("./index.mjs").Kind} */
export default {
  name: "VitePress 1",
  way: "`<mbppo-lab>` in Markdown",
  needs: "`dist/` in `public/mbppo/`, `element.js` in the configuration's `head`, `isCustomElement`",
  async begin() {
    const folder = await fromNpm("vitepress");
    const course = join(folder, "course");
    await rm(course, { recursive: true, force: true });
    await mkdir(join(course, ".vitepress"), { recursive: true });
    await cp(DIST, join(course, "public/mbppo"), { recursive: true });
    await writeFile(join(course, ".vitepress/config.mjs"), CONFIG);
    await writeFile(join(course, "index.md"), PAGE);
    await writeFile(join(course, "further.md"), "# Further\n\n[Back](./)\n");
    await ran("node_modules/.bin/vitepress", ["build", "course"], { cwd: folder });
    const { page, close } = await serve(join(course, ".vitepress/dist"), { under: BASE });
    return { address: page, close };
  },
  async check({ page }) {
    await page.getByRole("link", { name: "Further", exact: true }).click();
    await page.waitForFunction(() => !document.querySelector("mbppo-lab"));
    for (const end = Date.now() + 60_000; page.workers().length > 0; await page.waitForTimeout(50))
      if (Date.now() > end) throw new Error("the lab still works on a page that has been left");
    await page.getByRole("link", { name: "Back", exact: true }).click();
    await page.waitForFunction(() => document.querySelector("mbppo-lab")?.["snapshot"]?.real_steps > 0);
  },
};
