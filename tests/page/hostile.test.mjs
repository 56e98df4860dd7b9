// Damaged files and hostile messages, drawn from a fixed seed, are thrown at a lab that trains: each ends in an error
// that names what is wrong, and the run is bit for bit one that nobody disturbed. MBPPO_LONG=1 throws 10,000.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, until } from "./support/browser.mjs";
import { hostile } from "./support/hostile.mjs";

const COUNT = process.env.MBPPO_LONG ? 10_000 : 240;
const RUN = "?task=CartPole-v1&preset=ppo&seed=3&device=cpu&speed=fast&hidden_size=16";
const NAMED = /^(The (checkpoint|policy|receipt)'s )?\S.* = [^]* is not valid: .{3}|^\S+ = .* was ignored: there is no/;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** The hash of everything that the run has learned, from its receipt. */
async function hashOf(page) {
  await page.evaluate(() => lab.querySelector("[data-is=files]").setAttribute("open", ""));
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("[data-is=files-receipt]").click(),
  ]);
  const { readFile } = await import("node:fs/promises");
  return JSON.parse(await readFile(await download.path(), "utf8")).hash;
}

const named = (errors) => {
  for (const [what, message] of errors) assert.match(message, NAMED, `${what}: ${message}`);
  return errors.length;
};

test(`${COUNT} damaged files and hostile messages leave a lab as it is`, async () => {
  const page = await browser.open(RUN);
  await page.evaluate(() => mbppo.pause());
  await page.evaluate(() => mbppo.step("iteration"));
  const run = [...(await page.evaluate(async () => [...(await mbppo.exportRun())]))];
  await page.evaluate(hostile);
  await page.evaluate((bytes) => globalThis.hostile.begin(bytes, 20_261_126), run);
  await page.evaluate(() => mbppo.play());

  const share = (part) => Math.round(COUNT * part);
  const files = named(await page.evaluate((count) => globalThis.hostile.files(count), share(0.5)));
  const calls = named(await page.evaluate((count) => globalThis.hostile.calls(count), share(0.25)));
  const messages = named(await page.evaluate((count) => globalThis.hostile.messages(count), share(0.15)));
  const receipts = COUNT - files - calls - messages;
  await page.evaluate((count) => globalThis.hostile.receipts(count), receipts);
  const refused = page.locator("[data-is=receipts] li[data-verdict=refused]");
  await eventually(page, async () => (await refused.count()) === receipts, "a refusal of every receipt");
  named((await refused.locator("span").allTextContents()).map((text) => ["receipt", text.replace(/^\d+\.json: /, "")]));

  await page.evaluate(() => mbppo.pause());
  const { iteration } = await page.evaluate(() => mbppo.step("iteration"));
  const hash = await hashOf(page);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();

  const calm = await browser.open(`${RUN}&autoplay=false`);
  for (let done = 0; done < iteration; done += 1) await calm.evaluate(() => mbppo.step("iteration"));
  await until(calm, (s) => s.iteration === iteration);
  assert.ok(iteration > 1, "it went on meanwhile");
  assert.equal(await hashOf(calm), hash);
  await calm.leave();
});
