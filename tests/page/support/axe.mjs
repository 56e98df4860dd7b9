// axe-core in a page: what hinders whom.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** The script, for a page's `before` or `evaluate`. */
export const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core says against the page as it is, a line for each place. */
export async function complaints(page) {
  const { violations, passes } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }),
  );
  assert.ok(passes.length > 10, `axe-core has looked at the page: ${passes.length} rules passed`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target} ${failureSummary}`),
  );
}
