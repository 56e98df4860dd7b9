// One visit to a host: how long after its opening the lab inside trains, and how long until it is at its bar.
import assert from "node:assert/strict";
import { faultsOf, PATIENCE_MS } from "../page/support/browser.mjs";

/** What every host's lab runs: a seed that reaches the bar of CartPole-v1 at this many real steps, wherever it is. */
export const RUN = { task: "CartPole-v1", seed: 3, device: "cpu", speed: "fast" };
export const SOLVED_AT = 1000;
const PANELS = "stage counters returns horizon-error";
/** The same as attributes of the element with these panels, and as an address. */
export const attributesOf = (panels) =>
  `${Object.entries(RUN)
    .map(([name, value]) => `${name}="${value}"`)
    .join(" ")} autoplay panels="${panels}"`;
export const ATTRIBUTES = attributesOf(PANELS);
export const HASH = `${new URLSearchParams({ ...RUN, seed: String(RUN.seed) })}&panels=${encodeURIComponent(PANELS)}`;

/**
 * What is asked of the lab `locator` finds: an <mbppo-lab>, or in embed.html anything.
 * @returns {Promise<{ real_steps: number, solved: ?number, trouble: any }>}
 */
const look = (locator) =>
  locator.evaluate((node) => {
    const lab = node.localName === "mbppo-lab" ? node : globalThis.mbppo;
    const now = lab?.snapshot;
    return {
      real_steps: now?.real_steps ?? 0,
      solved: now?.solved_at_real_steps ?? null,
      trouble: lab?.trouble ?? null,
    };
  });

/** Waits until `condition(what look gives)` holds; seconds since `opened` then. */
async function seconds(locator, opened, condition) {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    const now = await look(locator);
    assert.equal(now.trouble, null, JSON.stringify(now.trouble));
    if (condition(now)) return (performance.now() - opened) / 1000;
    await new Promise((later) => setTimeout(later, 30));
  }
  throw new Error(`${condition} does not hold after ${PATIENCE_MS / 1000} s: ${JSON.stringify(await look(locator))}`);
}

/**
 * {first, bar} in seconds: to the first training step, and to the first test at the bar. `picture`: a file for one of
 * that moment.
 * @param {{ page: any, kind: import("./kinds/index.mjs").Kind, host: import("./kinds/index.mjs").Host,
 *   picture: ?string }} visit
 */
export async function visited({ page, kind, host, picture }) {
  let opened = performance.now();
  const begins = () => {
    opened = performance.now();
  };
  const goes = async () => {
    await page.goto(host.address);
    return page.locator("mbppo-lab");
  };
  const lab = kind.show ? await kind.show({ page, host, begins }) : await goes();
  const first = await seconds(lab, opened, ({ real_steps }) => real_steps > 0);
  const bar = await seconds(lab, opened, ({ solved }) => solved !== null);
  assert.equal((await look(lab)).solved, SOLVED_AT, "as this seed does everywhere");
  if (picture) await page.screenshot({ path: picture });
  await kind.check?.({ page, host, lab });
  const faults = (await faultsOf(page)).filter((fault) => !/^foreign request: blob:/.test(fault));
  assert.deepEqual(
    faults.filter((fault) => !kind.tolerated?.test(fault)),
    [],
  );
  return { first, bar };
}
