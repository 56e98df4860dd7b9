// Pictures and metrics that are saved: an SVG looks as what is on the page, a PNG is it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, until } from "./support/browser.mjs";

/** Letters are drawn at the same places and smoothed otherwise: so much of a picture may differ, of 255. */
const MOST_APART = 0.5;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Chromium drops downloads without a word after the tenth of a second; no visitor clicks that fast. */
const BETWEEN_MS = 150;

async function savedBy(page, button) {
  await page.waitForTimeout(BETWEEN_MS);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-is=${button}]`).click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** The mean difference, of 255, between two pictures; and how much of the first is not its paper. */
const compared = (page, one, other) =>
  page.evaluate(
    async (addresses) => {
      const images = await Promise.all(
        addresses.map(async (address) => {
          const image = new Image();
          image.src = address;
          await image.decode();
          return image;
        }),
      );
      const { naturalWidth: width, naturalHeight: height } = images[0];
      const pixels = images.map((image) => {
        const context = new OffscreenCanvas(width, height).getContext("2d");
        context.drawImage(image, 0, 0, width, height);
        return context.getImageData(0, 0, width, height).data;
      });
      const sum = pixels[0].reduce((total, value, at) => total + Math.abs(value - pixels[1][at]), 0);
      const drawn = pixels[0].reduce((total, value, at) => total + (value === pixels[0][at % 4] ? 0 : 1), 0);
      return { apart: sum / pixels[0].length, drawn: drawn / pixels[0].length };
    },
    [`data:image/png;base64,${one.toString("base64")}`, `data:image/svg+xml;base64,${other.toString("base64")}`],
  );

test("every picture is saved as PNG, and as an SVG that looks the same", async (t) => {
  const page = await browser.open("?task=CartPole-v1&preset=mb-ppo&seed=3&device=cpu&speed=fast");
  await until(page, (s) => s.iteration >= 3 && s.evaluations > 1);
  await eventually(page, () => page.evaluate(() => mbppo.stateMap !== null), "a map");
  await page.evaluate(() => mbppo.pause());
  await page.locator("[data-is=curves] summary").click();
  await page.locator("[data-is=files] summary").click();
  const choice = page.locator("[data-is=files-picture]");
  await choice.focus();
  const names = await choice.locator("option").allTextContents();
  assert.ok(names.length >= 10, names.join());
  for (const name of names) {
    await choice.selectOption(name);
    const [png, svg] = [await savedBy(page, "files-png"), await savedBy(page, "files-svg")];
    assert.deepEqual(
      [png.name, svg.name].map((file) => file.replace(/.*\./, "")),
      ["png", "svg"],
    );
    const { apart, drawn } = await compared(page, png.bytes, svg.bytes);
    t.diagnostic(`${name}: ${svg.bytes.length} bytes, ${apart.toFixed(2)} apart, ${(100 * drawn).toFixed(1)} % drawn`);
    assert.ok(apart < MOST_APART, `${name} differs by ${apart}`);
    assert.ok(drawn > 0.001, `${name} is empty`);
  }
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("metrics are saved as JSON Lines and for TensorBoard", async () => {
  const page = await browser.open("?task=CartPole-v1&preset=ppo&seed=3&device=cpu&autoplay=false");
  await page.evaluate(() => mbppo.step("iteration"));
  await page.locator("[data-is=files] summary").click();
  const format = page.locator("[data-is=files-format]");
  await eventually(page, () => page.evaluate(() => mbppo.curves?.episode_returns.length > 0), "curves");
  await format.selectOption("jsonl");
  const lines = await savedBy(page, "files-metrics");
  assert.equal(lines.name, "metrics.jsonl");
  const points = lines.bytes.toString().trimEnd().split("\n");
  for (const line of points) assert.deepEqual(Object.keys(JSON.parse(line)), ["metric", "real_steps", "value"]);
  await format.selectOption("tensorboard");
  const events = await savedBy(page, "files-metrics");
  assert.match(events.name, /^events\.out\.tfevents\.\d+\.mbppo$/);
  let count = 0;
  for (let at = 0; at < events.bytes.length; count += 1) at += 16 + Number(events.bytes.readBigUInt64LE(at));
  assert.equal(count, points.length + 1, "an event a point, and the version");
  await page.leave();
});
