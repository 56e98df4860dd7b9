// A model in burn's tensors (model=gru): a page fetches the program that has them when a run wants it, once, and then
// all is as in any other run.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, sentenceOf, snapshotOf, until } from "./support/browser.mjs";

const GRU = "task=CartPole-v1&seed=3&device=cpu&model=gru";
/** The same with less to compute. */
const SMALL = `${GRU}&ensemble_size=2&model_hidden_size=16&model_updates=25&eval_every=0`;
const WASM = /^mbppo-tensors-.*\.wasm$/;

const TWO = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Two labs</title>
<link rel="icon" href="data:,"><script type="module" src="two.js"></script></head>
<body style="display: flex"><div class="place" style="width: 600px"></div><div class="place" style="width: 600px"></div>
</body></html>`;
const LABS = `import { createLab } from "./lab.js";
window.labs = [...document.querySelectorAll(".place")].map((place) => createLab(place, { run: "${SMALL}" }));`;

let browser;
const asked = []; // files that pages have asked for
const fetched = () => asked.filter((name) => WASM.test(name)).length;
before(async () => {
  browser = await launch({
    files: { "two.html": TWO, "two.js": LABS },
    altered: (name, body) => {
      asked.push(name);
      return body;
    },
  });
});
after(() => browser?.close());

/** What a click on this button saves. */
async function savedBy(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-is=${button}]`).click()]);
  return readFile(await download.path());
}
const open = (page, name, buffer) =>
  page.locator("[data-is=files-open]").setInputFiles([{ name, mimeType: "application/octet-stream", buffer }]);
const iterations = (page, count) =>
  page.evaluate(async (times) => {
    for (let time = 0; time < times; time += 1) await mbppo.step("iteration");
  }, count);

test("by address: it trains, imagines, and its receipt is verified", async (t) => {
  asked.length = 0;
  const page = await browser.open(`?${GRU}&speed=fast`);
  const snapshot = await until(page, (s) => s.imagined_steps > 0 && s.evaluations > 0);
  t.diagnostic(`${snapshot.imagined_steps} imagined steps after ${snapshot.real_steps} real ones`);
  assert.equal(await sentenceOf(page), "Training on the CPU, as asked for.");
  assert.deepEqual(await page.locator("[data-is=notes] span").allTextContents(), []);
  assert.equal(fetched(), 1);

  await page.locator("[data-is=files] summary").click();
  await eventually(page, () => page.evaluate(() => mbppo.checkpoint?.iteration > 0), "a checkpoint");
  const receipt = await savedBy(page, "files-receipt");
  await page.locator("[data-is=play]").click();
  await open(page, "gru.json", receipt);
  const told = page.locator("[data-is=receipts] [data-verdict]");
  await told.waitFor();
  assert.match(await told.locator("span").textContent(), /: every bit agrees\.$/);
  assert.equal(fetched(), 1, "compiled once, also for the worker that verifies");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("by the controls: nothing is fetched before it is chosen; restart, share and undo work", async () => {
  asked.length = 0;
  const page = await browser.open("?task=CartPole-v1&seed=3&device=cpu&speed=fast");
  await until(page, (s) => s.iteration >= 2);
  assert.equal(fetched(), 0);
  await page.locator("[data-is=play]").click();
  await page.waitForTimeout(500);
  const left = await snapshotOf(page);
  await page.locator("[data-is=settings] summary").click();
  await page.locator("[data-is=form] select[name=model]").selectOption("gru");
  await page.getByRole("button", { name: "Apply and restart" }).click();
  await page.waitForFunction(() => mbppo.settings.config.model === "gru" && mbppo.snapshot?.ticks === 0);
  assert.equal(fetched(), 1);
  assert.match(await page.evaluate(() => mbppo.address), /[?#&]model=gru/);
  await page.locator("[data-is=play]").click();
  await until(page, (s) => s.iteration >= 1);
  await page.locator("[data-is=restart]").click();
  await page.waitForFunction(() => mbppo.settings.config.model === "gru" && mbppo.snapshot?.iteration === 0);
  await until(page, (s) => s.iteration >= 1);
  assert.equal(fetched(), 1);
  await page.locator("[data-is=undo]").click();
  await page.waitForFunction(() => mbppo.snapshot?.iteration >= 1);
  assert.equal(await page.evaluate(() => mbppo.settings.config.model), "gru", "the run before the restart");
  assert.notDeepEqual(await snapshotOf(page), left);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a saved run goes on bit for bit in another page, there on the page's own thread", async () => {
  const page = await browser.open(`?${SMALL}&autoplay=false`);
  await iterations(page, 2);
  const saved = Buffer.from(await page.evaluate(async () => [...(await mbppo.exportRun())]));
  await iterations(page, 1);
  const other = await browser.open("?task=Pendulum-v1&seed=1&device=cpu&thread=main&autoplay=false");
  await other.locator("[data-is=files] summary").click();
  await open(other, "run.safetensors", saved);
  await other.waitForFunction(() => mbppo.settings.config.model === "gru" && mbppo.snapshot?.iteration === 2);
  assert.equal(other.workers().length, 0);
  await iterations(other, 1);
  const [snapshot, goneOn] = [await snapshotOf(page), await snapshotOf(other)];
  assert.equal(snapshot.iteration, 3);
  assert.ok(Object.keys(snapshot.metrics).length > 10);
  assert.deepEqual(goneOn.metrics, snapshot.metrics);
  for (const each of [page, other]) {
    assert.deepEqual(await faultsOf(each), []);
    await each.leave();
  }
});

test("two labs on a page share the program", async () => {
  asked.length = 0;
  const page = await browser.open("two.html", { loaded: false });
  await page.waitForFunction(() => globalThis.labs?.every((lab) => lab.curves?.metrics["train/value_loss"]?.length));
  assert.equal(fetched(), 1);
  const [first, second] = await page.evaluate(() => globalThis.labs.map((lab) => lab.curves.metrics));
  const early = (curves) => curves["train/value_loss"][0];
  assert.deepEqual(early(first), early(second));
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a page that was built without it says so and runs with what it has", async () => {
  const without = await launch({
    altered: (name, body) =>
      name === "index.html" ? String(body).replace(/<meta data-build="?tensors"?[^>]*>/, "") : body,
  });
  try {
    const page = await without.open(`?${GRU}`);
    await until(page, (s) => s.iteration >= 1);
    assert.deepEqual(await page.locator("[data-is=notes] span").allTextContents(), [
      "model = gru is not valid: it is written in burn's tensors, and this page was built without them. " +
        "It runs without it.",
    ]);
    await page.leave();
  } finally {
    await without.close();
  }
});
