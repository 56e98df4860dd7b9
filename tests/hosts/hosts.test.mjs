// Real hosts with a lab in each, which trains CartPole-v1 to its bar in Chromium (docs/embedding.md). What the
// registries do not give is skipped, and says why. MBPPO_LONG=1: five visits to each, whose medians the table shows.
// MBPPO_SHOTS=FOLDER: a picture of each at the bar.
import { join } from "node:path";
import { after, before, test } from "node:test";
import { start } from "../page/support/browser.mjs";
import { keep } from "./figures.mjs";
import { NotToBeHad } from "./install.mjs";
import { KINDS } from "./kinds/index.mjs";
import { packed } from "./packed.mjs";
import { visited } from "./visit.mjs";

const SHOTS = process.env.MBPPO_SHOTS;
const VISITS = process.env.MBPPO_LONG ? 5 : 1;

/** @type {Awaited<ReturnType<typeof start>>} */ let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** One visit in a browser that has never been there. */
async function visit(kind, host) {
  const page = await browser.visit(host.address);
  const picture = SHOTS ? join(SHOTS, `${kind.name.replace(/\W+/g, "_")}.png`) : null;
  try {
    return await visited({ page, kind, host, picture });
  } finally {
    await page.leave();
  }
}

for (const kind of KINDS) {
  test(kind.name, async (t) => {
    const ours = packed();
    const visits = [];
    /** @type {import("./kinds/index.mjs").Host | undefined} */ let host;
    try {
      host = await kind.begin?.(ours);
      for (let i = 0; i < VISITS; i += 1) visits.push(await (kind.train?.(ours) ?? visit(kind, host)));
    } catch (error) {
      if (!(error instanceof NotToBeHad)) throw error;
      console.log(`${kind.name} is skipped: ${error.message}`);
      return t.skip(error.message);
    } finally {
      await host?.close();
    }
    const { first, bar } = await keep(kind.name, visits);
    t.diagnostic(`first training step after ${first.toFixed(2)} s, the bar after ${bar.toFixed(2)} s`);
  });
}
