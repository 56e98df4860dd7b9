// Runs that the browser keeps by itself: they go on after a reload bit for bit, and their list is worked by keys.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, until } from "./support/browser.mjs";

const RUN = "?task=CartPole-v1&preset=ppo&seed=3&device=cpu&autoplay=false";

let browser;
before(async () => {
  browser = await launch();
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

const rows = (page) => page.locator("[data-is=kept-list] li");
const openList = (page) => page.evaluate(() => lab.querySelector("[data-is=kept-runs]").setAttribute("open", ""));
const facts = (page) => page.locator("[data-is=kept-facts]").allTextContents();
const kept = (page, iteration) =>
  eventually(
    page,
    async () => (await facts(page)).some((text) => text.includes(`${iteration} iteration`)),
    `iteration ${iteration} in the list`,
  );
const again = async (page) => {
  await page.reload();
  await page.waitForFunction(() => globalThis.mbppo?.snapshot);
};

test("a run goes on after a reload bit for bit as the one that never stopped", async () => {
  const whole = await browser.open(RUN);
  await iterations(whole, 6);
  const hash = await hashOf(whole);
  await whole.leave();

  const page = await browser.open(RUN);
  for (const count of [2, 4]) {
    await iterations(page, 2);
    await kept(page, count);
    await again(page);
    await until(page, (s) => s.iteration === count);
  }
  await iterations(page, 2);
  assert.equal(await hashOf(page), hash);
  await openList(page);
  assert.equal(await rows(page).count(), 1, "it is the same run in the list");
  assert.match(await page.locator("[data-is=notes]").textContent(), /goes on from iteration 4, as it was kept/);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a restarted run, and another address, begin anew; what was there stays in the list", async () => {
  const page = await browser.open(RUN);
  await iterations(page, 1);
  await kept(page, 1);
  await page.locator("[data-is=restart]").click();
  await until(page, (s) => s.ticks === 0);
  await again(page);
  await until(page, (s) => s.iteration === 0);
  await page.goto(`${browser.home}${RUN.replace("seed=3", "seed=4")}`);
  await page.waitForFunction(() => globalThis.mbppo?.snapshot);
  await iterations(page, 1);
  await openList(page);
  await eventually(page, async () => (await rows(page).count()) === 2, "both runs");
  assert.deepEqual(await page.locator("[data-is=kept-title]").allTextContents(), [
    "CartPole-v1, plain PPO, seed 4",
    "CartPole-v1, plain PPO, seed 3",
  ]);
  await page.leave();
});

test("with keys a run is renamed, duplicated, deleted, had back and opened", async () => {
  const page = await browser.open(RUN);
  await iterations(page, 2);
  await kept(page, 2);
  await openList(page);
  const press = async (locator, key = "Enter") => {
    await locator.focus();
    await page.keyboard.press(key);
  };
  const names = () => page.locator("[data-is=kept-title]").allTextContents();
  await press(page.locator("[data-is=kept-rename]"));
  await page.keyboard.type("  ");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("[data-is=kept-problem]").textContent(), "A name has at least one letter.");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("My <b>best</b> run");
  await page.keyboard.press("Enter");
  await eventually(page, async () => (await names())[0] === "My <b>best</b> run", "the name");

  await press(page.locator("[data-is=kept-duplicate]"));
  await eventually(page, async () => (await names()).length === 2, "the duplicate");
  assert.deepEqual(await names(), ["My <b>best</b> run, copy", "My <b>best</b> run"]);
  await press(page.locator("[data-is=kept-delete]").first());
  await eventually(page, async () => (await names()).length === 1, "one fewer");
  const focused = () => page.evaluate(() => lab.activeElement?.textContent);
  await eventually(page, async () => (await focused()) === "Undo", "Undo, with the focus");
  await page.keyboard.press("Enter");
  await eventually(page, async () => (await names()).length === 2, "it is back");
  await eventually(page, async () => (await focused()) === "Rename", "the focus in its row");

  await iterations(page, 1); // the run that is watched is further than the duplicate now
  await kept(page, 3);
  assert.deepEqual(await names(), ["My <b>best</b> run, copy", "My <b>best</b> run"], "a name stays");
  await press(page.locator("[data-is=kept-open]").first());
  await until(page, (s) => s.iteration === 2);
  await again(page);
  await until(page, (s) => s.iteration === 2);
  await openList(page);
  await eventually(page, async () => (await names()).length === 2, "both");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("two tabs do not write to the same run: the one that it was taken from keeps a copy", async () => {
  const first = await browser.open(RUN);
  await iterations(first, 2);
  await kept(first, 2);
  const second = await first.context().newPage();
  await second.goto(`${browser.home}${RUN.replace("seed=3", "seed=9")}`);
  await second.waitForFunction(() => globalThis.mbppo?.snapshot);
  const open = second.locator("main [data-is=kept-runs] summary");
  await open.click();
  await second.locator("[data-is=kept-open]").first().click();
  await second.waitForFunction(() => mbppo.settings.seed === 3);
  await iterations(first, 1);
  const said = first.locator("[data-is=kept-said]");
  await eventually(
    first,
    async () => /Another tab.*a copy of it is kept/.test(await said.textContent()),
    "the sentence",
  );
  await openList(first);
  await eventually(first, async () => (await rows(first).count()) === 2, "both runs");
  await iterations(second, 1);
  assert.equal(await second.locator("[data-is=kept-said]").textContent(), "");
  await first.leave();
});

test("where the browser allows no storage a sentence says so, and the run is trained as ever", async () => {
  const refused = () => {
    const refuse = () => {
      throw new DOMException("denied", "SecurityError");
    };
    Object.defineProperty(globalThis, "indexedDB", { get: refuse });
    Object.defineProperty(globalThis, "sessionStorage", { get: refuse });
  };
  const page = await browser.open(RUN, { before: refused });
  await iterations(page, 2);
  assert.match(await page.locator("[data-is=kept-said]").textContent(), /the browser allows no storage here/);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a newer version's runs are left alone, and one that comes later ends the keeping; both are said", async () => {
  const page = await browser.open(RUN);
  await iterations(page, 1);
  await kept(page, 1);
  const said = () => page.locator("[data-is=kept-said]").textContent();
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("mbppo", 99);
        request.onsuccess = () => resolve(request.result.close());
        request.onerror = () => reject(request.error);
      }),
  );
  await eventually(page, async () => /newer version.*another tab/.test(await said()), "that it was replaced");
  await iterations(page, 1);
  assert.match(await said(), /newer version.*another tab/);
  await again(page);
  await iterations(page, 1);
  assert.match(await said(), /kept here by a newer version of this page/);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
