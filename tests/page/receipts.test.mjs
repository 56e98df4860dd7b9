// What can be saved of a run, and receipts: each is run again beside the run that is watched, and compared.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, snapshotOf, until } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** The bytes of the file that a click on this button saves. */
async function savedBy(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-is=${button}]`).click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test("a receipt is verified where it was made, a forged one is named, and the run goes on meanwhile", async (t) => {
  const page = await browser.open("?task=CartPole-v1&preset=ppo&seed=3&device=cpu&speed=fast");
  await page.locator("[data-is=files] summary").click();
  await until(page, (s) => s.iteration >= 2 && s.evaluations > 0);
  await eventually(page, () => page.evaluate(() => mbppo.checkpoint?.iteration > 0), "a checkpoint");
  const { name, bytes } = await savedBy(page, "files-receipt");
  assert.equal(name, "receipt.json");
  const receipt = JSON.parse(bytes.toString());
  assert.deepEqual([receipt.task, receipt.seed, receipt.computed_by.length], ["CartPole-v1", 3, 1]);
  t.diagnostic(`${bytes.length} bytes after ${receipt.real_steps} real steps`);

  const forged = { ...receipt, episodes: receipt.episodes + 1 };
  const elsewhere = { ...forged, computed_by: [{ ...receipt.computed_by[0], arithmetic: "another processor" }] };
  const wrong = { ...receipt, config: { ...receipt.config, gamma: "7" } };
  const files = { honest: receipt, forged, elsewhere, wrong, torn: null };
  await page.locator("[data-is=files-open]").setInputFiles(
    Object.entries(files).map(([file, content]) => ({
      name: `${file}.json`,
      mimeType: "application/json",
      buffer: content ? Buffer.from(JSON.stringify(content)) : bytes.subarray(0, bytes.length / 2),
    })),
  );
  const { ticks } = await snapshotOf(page);
  const rows = page.locator("[data-is=receipts] li");
  await eventually(page, async () => (await rows.locator("button:text-is('Dismiss')").count()) === 5, "all verdicts");
  const told = await rows.locator("span").allTextContents();
  for (const [index, words] of [
    /^honest\.json: CartPole-v1, seed 3, \d+ real steps: every bit agrees\.$/,
    /^forged\.json: .*: it does not agree\. episodes: the receipt says \d+, running it again gives \d+\.$/,
    /^elsewhere\.json: .*: it cannot be verified here, because episodes: .* they may round differently\.$/,
    /^wrong\.json: The receipt's config\.gamma = 7 is not valid: it must be a number from 0 to 1\.$/,
    /^torn\.json: The receipt's JSON = .* is not valid/,
  ].entries())
    assert.match(told[index], words);
  await until(page, (s) => s.ticks > ticks);
  assert.equal(page.workers().length, 1, "what verified has ended");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("the run, its metrics and its receipt are saved as files that others read", async () => {
  const page = await browser.open("?task=Pendulum-v1&preset=sac&seed=3&device=cpu&speed=fast");
  await page.locator("[data-is=files] summary").click();
  await eventually(page, () => page.evaluate(() => mbppo.checkpoint?.iteration > 0), "a checkpoint");
  await eventually(page, () => page.evaluate(() => mbppo.curves?.metrics["train/critic_loss"]?.length > 0), "curves");
  const run = await savedBy(page, "files-run");
  assert.equal(run.name, "run.safetensors");
  const header = JSON.parse(run.bytes.subarray(8, 8 + Number(run.bytes.readBigUInt64LE(0))).toString());
  assert.equal(JSON.parse(header.__metadata__.mbppo).seed, 3);
  const metrics = await savedBy(page, "files-metrics");
  const [head, ...lines] = metrics.bytes.toString().trimEnd().split("\n");
  assert.equal(head, "metric,real_steps,value");
  for (const line of lines) assert.match(line, /^[a-z_/]+,\d+(\.\d+)?,-?[\d.e+-]+$/);
  assert.ok(lines.some((line) => line.startsWith("train/critic_loss,")));
  const receipt = await savedBy(page, "files-receipt");
  await page
    .locator("[data-is=files-open]")
    .setInputFiles([{ name: "sac.json", mimeType: "application/json", buffer: receipt.bytes }]);
  const told = page.locator("[data-is=receipts] [data-verdict]");
  await told.waitFor();
  assert.match(await told.locator("span").textContent(), /: every bit agrees\.$/);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
