// MyST (Jupyter Book 2): a page of Markdown with the directive {anywidget}. mystmd builds its contents. The themes that
// show them are no package of npm; what they show a widget with is one, @myst-theme/anywidget, and is used here.
import { copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serve } from "../../page/support/serve.mjs";
import { fromNpm, ran } from "../install.mjs";
import { coursePage } from "../site.mjs";
import { RUN } from "../visit.mjs";

const SITE = `version: 1
project:
  title: A course
site:
  template: ./theme
`;
const TEMPLATE = `jtex: v1
title: Bare
kind: site
`;
const MARKDOWN = `# An agent learns

:::{anywidget} ./mbppo.widget.js
${JSON.stringify({ ...RUN, panels: "stage counters returns horizon-error", autoplay: true })}
:::
`;
const THEME = `import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { ANY_RENDERERS } from "@myst-theme/anywidget";
const { mdast, frontmatter } = await (await fetch("/content/index.json")).json();
const widgets = (node) => (node.type === "anywidget" ? [node] : (node.children ?? []).flatMap(widgets));
const shown = widgets(mdast).map((node) => createElement(ANY_RENDERERS.anywidget, { node, key: node.key }));
window.page = createRoot(document.querySelector("main"));
page.render([createElement("h1", { key: "title" }, frontmatter.title), ...shown]);
`;

/** @type {import("./index.mjs").Kind} */
export default {
  name: "MyST, Jupyter Book 2",
  way: "`{anywidget}` with the address of `mbppo.widget.js`",
  needs: "`mbppo.widget.js` beside the Markdown; traits as JSON",
  imitated: "the page around the theme's widget renderer; mystmd loads themes from a server of its own",
  async begin({ widget }) {
    const folder = await fromNpm("myst");
    const book = join(folder, "book");
    await rm(book, { recursive: true, force: true });
    await mkdir(join(book, "theme"), { recursive: true });
    await writeFile(join(book, "myst.yml"), SITE);
    await writeFile(join(book, "theme/template.yml"), TEMPLATE);
    await writeFile(join(book, "index.md"), MARKDOWN);
    await copyFile(widget, join(book, "mbppo.widget.js"));
    await ran("../node_modules/.bin/myst", ["build", "--site"], { cwd: book });
    const app = join(folder, "app");
    await rm(app, { recursive: true, force: true });
    await mkdir(app);
    await writeFile(
      join(app, "index.html"),
      coursePage("<main></main>", '<script type="module" src="/theme.js"></script>'),
    );
    await writeFile(join(app, "theme.js"), THEME);
    await cp(join(book, "_build/site/public"), join(app, "public"), { recursive: true });
    await cp(join(book, "_build/site/content"), join(app, "public/content"), { recursive: true });
    await ran("node_modules/.bin/vite", ["build", "app"], { cwd: folder });
    const { page, close } = await serve(join(app, "dist"), { under: "/" });
    return { address: page, close };
  },
  async check({ page }) {
    await page.evaluate(() => globalThis.page.unmount());
    for (const end = Date.now() + 60_000; page.workers().length > 0; await page.waitForTimeout(50))
      if (Date.now() > end) throw new Error("the lab still works on a page that has been left");
  },
};
