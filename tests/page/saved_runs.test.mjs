// Saved runs are opened: from the picker, by drop, and by an address. What is damaged is named, and the run goes on.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, until } from "./support/browser.mjs";

const RUN = "?task=CartPole-v1&preset=ppo&seed=3&device=cpu&autoplay=false";
const OTHER = "?task=Pendulum-v1&preset=ddpg&seed=5&device=cpu&speed=fast";

let browser;
let saved; // after two iterations of RUN
let hash; // of everything it had learned after four
before(async () => {
  browser = await launch();
  const page = await browser.open(RUN);
  await iterations(page, 2);
  saved = Buffer.from(await page.evaluate(async () => [...(await mbppo.exportRun())]));
  await iterations(page, 2);
  hash = await hashOf(page);
  await page.leave();
});
after(() => browser?.close());

const iterations = (page, count) =>
  page.evaluate(async (times) => {
    for (let time = 0; time < times; time += 1) await mbppo.step("iteration");
  }, count);

/** The hash of everything that the run has learned, as its receipt has it. */
async function hashOf(page) {
  await page.evaluate(() => lab.querySelector("[data-is=files]").setAttribute("open", ""));
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("[data-is=files-receipt]").click(),
  ]);
  return JSON.parse(await readFile(await download.path(), "utf8")).hash;
}

const pick = (page, name, buffer) =>
  page.locator("[data-is=files-open]").setInputFiles([{ name, mimeType: "application/octet-stream", buffer }]);

const drop = (page, name, bytes) =>
  page.evaluate(
    ([name, bytes]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
      lab
        .querySelector("[data-is=stage]")
        .dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, composed: true, cancelable: true }));
    },
    [name, [...bytes]],
  );

/** The run is the saved one, and goes on to what the run became that was never saved. */
async function mustGoOn(page) {
  await eventually(page, () => page.evaluate(() => mbppo.settings?.seed === 3), "the saved run");
  await until(page, (s) => s.iteration === 2);
  assert.equal(await page.evaluate(() => mbppo.settings.task), "CartPole-v1");
  await iterations(page, 2);
  assert.equal(await hashOf(page), hash);
}

test("a run from the picker goes on bit for bit, and Undo brings back the one before", async () => {
  const page = await browser.open(`${OTHER}&autoplay=false`);
  await iterations(page, 2);
  await page.locator("[data-is=files] summary").click();
  await pick(page, "run.safetensors", saved);
  await mustGoOn(page);
  await page.keyboard.press("Escape");
  await page.locator("[data-is=undo]").click();
  await eventually(page, () => page.evaluate(() => mbppo.settings.seed === 5), "the run before");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a run that is dropped anywhere goes on bit for bit, whatever its file is called", async () => {
  const page = await browser.open(`${OTHER}&autoplay=false`);
  await drop(page, "what I trained", saved);
  await mustGoOn(page);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("an address opens a saved run beside the page, and none of another host", async () => {
  const page = await browser.open(`${OTHER}&autoplay=false`);
  await page.route("**/mine.safetensors", (route) =>
    route.fulfill({ body: saved, contentType: "application/octet-stream" }),
  );
  const visit = async (query) => {
    await page.goto(`${browser.home}${query}`);
    await page.waitForFunction(() => globalThis.mbppo?.snapshot);
  };
  await visit("?autoplay=false#run=mine.safetensors");
  await mustGoOn(page);
  await visit("?autoplay=false&seed=8&run=https://other.example/x.safetensors");
  const note = page.locator("[data-is=notes]");
  await eventually(page, async () => /run = https:.*relative address/.test(await note.textContent()), "the reason");
  assert.equal(await page.evaluate(() => mbppo.settings.seed), 8);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("what is damaged is named, and the run goes on as it was", async () => {
  const page = await browser.open(OTHER);
  await page.locator("[data-is=files] summary").click();
  const files = {
    "cut.safetensors": saved.subarray(0, saved.length >> 1),
    "empty.safetensors": Buffer.alloc(0),
    "text.safetensors": Buffer.from("not a run"),
    "long.safetensors": Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0]), saved]),
    "other.safetensors": Buffer.from(saved.toString("latin1").replace("CartPole-v1", "CartPole-v7"), "latin1"),
  };
  const said = () => page.locator("[data-is=notes] span").allTextContents();
  for (const [index, [name, bytes]] of Object.entries(files).entries()) {
    await pick(page, name, bytes);
    await eventually(page, async () => (await said()).length === index + 1, `what is wrong with ${name}`);
    assert.match((await said())[index], new RegExp(`^${name} was not opened: .{20,} This run goes on\\.$`));
  }
  const { ticks } = await page.evaluate(() => mbppo.snapshot);
  await until(page, (s) => s.ticks > ticks);
  assert.deepEqual(await page.evaluate(() => [mbppo.settings.seed, mbppo.settings.task]), [5, "Pendulum-v1"]);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
