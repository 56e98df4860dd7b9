// Plain HTML on a plain host, and the ways in which such hosts are strict.
import { coursePage, site } from "../site.mjs";
import { ATTRIBUTES } from "../visit.mjs";

const LAB = `<h1>A course</h1><mbppo-lab ${ATTRIBUTES}></mbppo-lab>`;
const SCRIPT = '<script type="module" src="./mbppo/element.js"></script>';
const PAGE = coursePage(LAB, SCRIPT);
const STRICT = [
  ...["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "connect-src 'self'"],
  ...["worker-src 'self'", "img-src 'self' data:", "base-uri 'none'", "form-action 'none'"],
].join("; ");

/** @type {import("./index.mjs").Kind} */
export const plain = {
  name: "plain HTML",
  way: "`<mbppo-lab>`",
  needs: "the contents of `dist/` in a folder of the host",
  begin: () => site({ files: { "index.html": PAGE } }),
};

/** @type {import("./index.mjs").Kind} */
export const subPath = {
  name: "plain HTML below a path",
  way: "`<mbppo-lab>`",
  needs: "the same; all addresses are relative",
  begin: () => site({ files: { "index.html": PAGE }, under: "/~school/rl/week 3/" }),
};

/** @type {import("./index.mjs").Kind} */
export const strict = {
  name: "a strict Content-Security-Policy",
  way: "`<mbppo-lab>`",
  needs: "`'self'`, and `'wasm-unsafe-eval'` for scripts ([hosting.md](hosting.md))",
  begin: () => site({ files: { "index.html": PAGE }, headers: () => ({ "content-security-policy": STRICT }) }),
};

/** @type {import("./index.mjs").Kind} */
export const isolated = {
  name: "a cross-origin isolated page",
  way: "`<mbppo-lab>`",
  needs: "nothing beside the host's own COOP and COEP",
  begin: () =>
    site({
      files: { "index.html": PAGE },
      headers: () => ({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      }),
    }),
  async check({ page }) {
    if (!(await page.evaluate(() => globalThis.crossOriginIsolated))) throw new Error("the page is not isolated");
  },
};
