// Every task as good as the first: its picture, its ghosts, its map, and a world that can be changed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, snapshotOf, standsStill, until } from "./support/browser.mjs";
import { pixelsOf } from "./support/look.mjs";

/** The program's own list, so that a new task is tried as well. */
const TASKS = [
  ...readFileSync(new URL("../../src/env/mod.rs", import.meta.url), "utf8").matchAll(/^ {4}"([^"]+)": \w+,$/gm),
].map(([, id]) => id);
if (!TASKS.includes("CartPole-v1")) throw new Error("The list of tasks in src/env/mod.rs could not be read.");

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Everything that somebody reads or hears. */
const wordsOf = (page) =>
  page.evaluate(() =>
    [
      lab.querySelector(".lab").innerText,
      ...[...lab.querySelectorAll("[aria-label]")].map((node) => node.getAttribute("aria-label")),
    ].join("\n"),
  );

const stageOf = (page) => page.locator("[data-is=stage]");

for (const task of TASKS) {
  test(`${task} opens, plays, and shows what it imagines and where it has been`, async () => {
    const page = await browser.open(`?task=${task}&seed=1&device=cpu&autoplay=false`, { colorScheme: "light" });
    assert.equal(await page.locator("[data-is=task]").inputValue(), task);
    assert.match(await page.locator("[data-is=goal]").textContent(), /^[a-z].*\.$/);
    await eventually(
      page,
      async () => (await pixelsOf(page, "[data-is=stage]")).ink > 100,
      "a picture before anything is played",
    );
    const still = await pixelsOf(page, "[data-is=stage]"); // the word "imagined" is blue as well
    await page.getByRole("button", { name: "Watch it learn" }).click();
    await eventually(
      page,
      async () => (await pixelsOf(page, "[data-is=stage]")).imagined > still.imagined + 60,
      "ghosts",
    );
    await until(page, (s) => s.iteration >= 1);
    await eventually(page, async () => (await pixelsOf(page, "[data-is=where] canvas")).ink > 20, "a map");
    assert.match(
      await page.locator("[data-is=where] canvas").getAttribute("aria-label"),
      /^Map of .* over .*It has been in \d+ % of this map/,
    );
    assert.match(await stageOf(page).getAttribute("aria-label"), /^The .*\d.*\./);
    const numbers = await page.locator("[data-is=reality] canvas:visible").count();
    assert.ok(numbers > 1, "every one of them sees several numbers");
    assert.match(await page.locator("[data-is=doubt] [data-is=answer]").textContent(), /rank correlation/);
    assert.match(await page.locator("[data-is=promise]").textContent(), /promised a return of/);
    assert.doesNotMatch(await wordsOf(page), /NaN|undefined|null|Infinity|\[object/);
    assert.deepEqual(await faultsOf(page), []);
    await page.leave();
  });
}

test("the selector takes another task with the same learner and seed, and the address follows", async () => {
  const page = await browser.open("?seed=4&device=cpu&preset=ppo&gamma=0.9");
  await until(page, (s) => s.real_steps > 0);
  await page.locator("[data-is=task]").selectOption("Pendulum-v1");
  await until(page, (s) => s.task === "Pendulum-v1" && s.real_steps > 0);
  assert.equal(new URL(page.url()).search, "?task=Pendulum-v1&preset=ppo&seed=4&device=cpu");
  assert.match(await page.locator("[data-is=goal]").textContent(), /pendulum/);
  await page.locator("[data-is=settings] summary").click();
  assert.equal(await page.locator("[data-is=settings] input[name=gamma]").inputValue(), "0.95");
  assert.match(
    await page.locator("[data-is=settings] .intro").textContent(),
    /Pendulum-v1 is learned with .*gamma = 0\.95\. Its rewards/,
  );
  await page.locator("[data-is=task]").selectOption("DynaMaze-v0");
  await until(page, (s) => s.task === "DynaMaze-v0" && s.real_steps > 0);
  assert.ok(!(await page.locator("[data-is=world]").isVisible()), "a maze has nothing to turn");
  await page.locator("[data-is=task]").selectOption("CartPole-v1");
  const { seed } = await until(page, (s) => s.task === "CartPole-v1" && s.real_steps > 0);
  assert.equal(seed, 4);
  assert.equal(new URL(page.url()).search, "?preset=ppo&seed=4&device=cpu");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("the world changes during a run, by slider or number; invalid input is reported and ignored", async () => {
  const page = await browser.open("?task=Pendulum-v1&seed=1&device=cpu");
  const now = async (name) => (await page.evaluate(() => mbppo.physics)).find((row) => row.name === name).value;
  await until(page, (s) => s.real_steps > 0);
  await page.locator("[data-is=world] summary").click();
  const gravity = page.getByLabel("gravity m/s²", { exact: true });
  for (const value of ["12", "17", "20"]) await gravity.fill(value);
  await eventually(page, async () => (await now("gravity")) === 20, "the last wish");
  assert.match(await page.locator("[data-is=world-changed]").textContent(), /^gravity 20 m\/s²$/);
  await gravity.focus();
  await page.keyboard.press("ArrowRight");
  await eventually(page, async () => (await now("gravity")) > 20, "a change by key");

  const number = page.getByLabel("length, m, as a number");
  await number.fill("99");
  await number.press("Enter");
  await page.locator("[data-is=world-problem]:not(:empty)").waitFor();
  assert.match(
    await page.locator("[data-is=world-problem]").textContent(),
    /physics\.length = 99 is not \w+: it must be a number from 0\.3 to 2\. Nothing has changed\./,
  );
  assert.equal(await now("length"), 1);
  await eventually(page, async () => (await number.getAttribute("aria-invalid")) === "true", "a marked field");
  await number.fill("1.5");
  await number.press("Enter");
  await eventually(page, async () => (await now("length")) === 1.5, "a number");
  assert.equal(await page.locator("[data-is=world-problem]").textContent(), "");

  const { ticks } = await snapshotOf(page);
  await page.getByRole("button", { name: "Reset physics" }).click();
  await eventually(page, async () => (await now("gravity")) === 10 && (await now("length")) === 1, "the old world");
  assert.equal(await number.inputValue(), "1");
  await until(page, (s) => s.ticks > ticks + 10); // it learned on all the while
  await gravity.fill("5");
  await eventually(page, async () => (await now("gravity")) === 5, "a lighter world");
  await page.locator("[data-is=restart]").click();
  await eventually(page, async () => (await now("gravity")) === 10, "a restart in the old world");
  assert.equal(await page.locator("[data-is=world-changed]").textContent(), "");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("the map shows visits, novelty and value, each with its own words", async () => {
  const page = await browser.open("?task=MountainCar-v0&seed=1&device=cpu");
  await until(page, (s) => s.iteration >= 1);
  await page.waitForFunction(() => mbppo.stateMap);
  await page.evaluate(() => mbppo.pause());
  await standsStill(page);
  let before = null;
  const map = async (layer) => {
    await page.locator(`[data-is=layers] :text-is("${layer}")`).click();
    await eventually(
      page,
      async () => {
        const { ink, print } = await pixelsOf(page, "[data-is=where] canvas");
        return ink > 20 && print !== before;
      },
      `the map of ${layer}`,
    );
    before = (await pixelsOf(page, "[data-is=where] canvas")).print;
    return {
      words: await page.locator("[data-is=where] [data-is=answer]").textContent(),
      ...(await pixelsOf(page, "[data-is=where] canvas")),
    };
  };
  const [visited, novel, valued] = [await map("visited"), await map("novel"), await map("value")];
  assert.equal(new Set([visited, novel, valued].map(({ print }) => print)).size, 3);
  assert.match(visited.words, /near position −?[\d.]+ m and velocity .* m\/step/);
  assert.match(novel.words, /^Most novel: near position/);
  assert.match(valued.words, /^It expects the highest return, /);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
