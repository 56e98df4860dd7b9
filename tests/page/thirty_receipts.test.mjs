// Thirty receipts that are dropped on the page become one curve with its median and interval; a forged one is named.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch } from "./support/browser.mjs";

const SEEDS = 30;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A receipt of each seed, after the first evaluations. */
async function made(page) {
  const receipts = [];
  await page.locator("[data-is=files] summary").click();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    await page.evaluate(async (wanted) => {
      await mbppo.reset({ seed: wanted });
      do await mbppo.step("iteration");
      while (mbppo.snapshot.evaluations < 2);
    }, seed);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("[data-is=files-receipt]").click(),
    ]);
    receipts.push(JSON.parse(await readFile(await download.path(), "utf8")));
  }
  return receipts;
}

const drop = (page, files) =>
  page.evaluate((all) => {
    const dataTransfer = new DataTransfer();
    for (const [name, text] of all) dataTransfer.items.add(new File([text], name, { type: "application/json" }));
    const dropped = new DragEvent("drop", { dataTransfer, bubbles: true, composed: true, cancelable: true });
    lab.querySelector("[data-is=stage]").dispatchEvent(dropped);
  }, files);

test("thirty receipts become one curve, and a forged one is named", async (t) => {
  const page = await browser.open("?task=CartPole-v1&preset=ppo&seed=1&device=cpu&autoplay=false");
  const receipts = await made(page);
  assert.deepEqual(
    receipts.map(({ seed }) => seed),
    Array.from({ length: SEEDS }, (_, index) => index + 1),
  );
  const forged = structuredClone(receipts[4]);
  forged.evaluations.at(-1).value = 500;
  const files = receipts.map((receipt) => [`seed-${receipt.seed}.json`, JSON.stringify(receipt)]);
  await drop(page, [...files, ["too-good.json", JSON.stringify(forged)]]);
  const said = page.locator("[data-is=receipts-said]");
  await eventually(
    page,
    async () =>
      (await said.textContent()) ===
      "30 of 31 receipts agree in every bit. Not what they claim, and left out: too-good.json.",
    "all verdicts",
  );
  const figure = page.locator("[data-is=receipt-curves] figure");
  await eventually(page, async () => /^30 seeds/.test(await figure.locator("p").textContent()), "the curve");
  assert.equal(await figure.count(), 1);
  const words = await figure.locator("p").textContent();
  t.diagnostic(words);
  const [, median, low, high] = words.match(/ real steps ([\d.]+), 95 % interval ([\d.]+) to ([\d.]+)\.$/).map(Number);
  const last = Math.min(...receipts.map(({ evaluations }) => evaluations.at(-1).real_steps));
  const values = receipts
    .map(({ evaluations }) => evaluations.findLast(({ real_steps: steps }) => steps <= last).value)
    .sort((one, other) => one - other);
  assert.ok(Math.abs(median - (values[14] + values[15]) / 2) < 0.01, `${median} of ${values}`);
  assert.ok(values[0] <= low && low <= median && median <= high && high <= values[29]);
  const colours = () =>
    figure.locator("canvas").evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  await eventually(page, async () => (await colours()) > 3, "the picture");
  assert.deepEqual(await faultsOf(page), []);
  if (process.env.MBPPO_SHOTS) {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 1000 });
      await page.waitForTimeout(1000);
      await figure.scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${process.env.MBPPO_SHOTS}/receipts-${width}.png` });
    }
  }
  await page.leave();
});
