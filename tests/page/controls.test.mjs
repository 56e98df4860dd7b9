// Controls and keys as a stranger tries them: nothing that one can type or press ends the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, until } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("Restart and New seed can be taken back: the run goes on where it was", async () => {
  const page = await browser.open("?seed=5&device=cpu");
  await until(page, (s) => s.iteration >= 3);
  await page.locator("[data-is=play]").click();
  await page.waitForTimeout(500);
  const left = await snapshotOf(page);
  const undo = page.locator("[data-is=undo]");
  assert.ok(await undo.isHidden());
  for (const name of ["restart", "new-seed"]) {
    await page.locator(`[data-is=${name}]`).click();
    await page.waitForFunction(() => mbppo.snapshot?.ticks === 0);
    await undo.click();
    await page.waitForFunction((ticks) => mbppo.snapshot?.ticks === ticks, left.ticks);
    assert.deepEqual(await snapshotOf(page), left, "exactly where it was left");
    assert.ok(await undo.isHidden(), "nothing had happened in the other");
  }
  assert.ok((await page.evaluate(() => mbppo.curves.metrics["train/value_loss"].length)) >= 3, "with its curves");
  await page.locator("[data-is=play]").click();
  await until(page, (s) => s.iteration >= left.iteration + 2);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("keys act with the focus in the lab or on nothing, and can be switched off for good", async () => {
  const page = await browser.open("?seed=1&device=cpu&autoplay=false");
  const seed = () => page.evaluate(() => mbppo.settings.seed);
  await page.locator("[data-is=settings] summary").click();
  for (const selector of [
    "[data-is=settings] summary",
    "[data-is=form] input[type=checkbox]",
    "[data-is=form] input[name=gamma]",
    "[data-is=form] select",
    "[data-is=task]",
    "[data-is=share]",
    "[data-is=speed] input:checked",
    "[data-is=layers] input:checked",
  ]) {
    await page.locator(selector).first().focus();
    for (const key of ["s", "r"]) await page.keyboard.press(key);
    assert.equal(await seed(), 1, `${selector} has the focus`);
  }
  await page.locator("[data-is=play]").focus();
  await page.keyboard.press("s");
  await page.waitForFunction(() => mbppo.settings.seed !== 1);
  await page.keyboard.press("?");
  await page.locator("[data-is=keys-on]").uncheck();
  await page.keyboard.press("Escape");
  const now = await seed();
  for (const key of ["s", "r", "?"]) await page.keyboard.press(key);
  await page.waitForTimeout(200);
  assert.equal(await seed(), now);
  assert.equal(await page.locator("[aria-keyshortcuts]").count(), 0);
  await page.reload();
  await page.waitForFunction(() => globalThis.mbppo?.snapshot);
  const fresh = await seed();
  await page.locator("body").press("s");
  await page.waitForTimeout(200);
  assert.equal(await seed(), fresh, "it is remembered");
  await page.leave();
});

test("typed settings survive: Restart, New seed and another device apply them; invalid ones are marked", async () => {
  const page = await browser.open("?seed=1&device=cpu&autoplay=false");
  await page.locator("[data-is=settings] summary").click();
  const gamma = page.locator("[data-is=settings] input[name=gamma]");
  const config = () => page.evaluate(() => mbppo.settings.config);
  for (const [typed, read, act] of [
    ["0,9", "0.9", () => page.locator("[data-is=restart]").click()],
    ["0.8", "0.8", () => page.locator("[data-is=new-seed]").click()],
    ["0.7", "0.7", () => page.locator("[data-is=device]").selectOption("auto")],
  ]) {
    await gamma.fill(typed);
    assert.match(await page.locator("[data-is=form-draft]").textContent(), /^Not applied yet: gamma\.$/);
    await /** @type {() => Promise<void>} */ (act)();
    await page.waitForFunction((value) => mbppo.settings.config.gamma === value, read);
    assert.deepEqual([await gamma.inputValue(), await page.locator("[data-is=form-draft]").textContent()], [read, ""]);
  }
  await gamma.fill("7");
  const seed = await page.evaluate(() => mbppo.settings.seed);
  await page.locator("[data-is=new-seed]").click();
  await page.waitForFunction((old) => mbppo.settings.seed !== old, seed);
  assert.deepEqual(
    [await gamma.inputValue(), await gamma.getAttribute("aria-invalid"), await config()],
    ["7", "true", { gamma: "0.7" }],
  );
  await gamma.fill("1,500");
  assert.match(
    await page.locator("[data-is=settings] .setting:has(input[name=gamma]) em").textContent(),
    /two ways: write 1\.500 or 1500/,
  );
  await page.leave();
});

test("selectors offer what works on the task, and another task takes the nearest learner along", async () => {
  const page = await browser.open("?seed=1&device=cpu&preset=dqn&autoplay=false");
  const offered = () =>
    page
      .locator("[data-is=preset] option")
      .evaluateAll((all) => all.filter(({ disabled }) => !disabled).map(({ value }) => value));
  const everywhere = ["mb-ppo", "ppo", "textbook", "a2c", "pets", "policy-search", "random-search"];
  assert.deepEqual((await offered()).sort(), [...everywhere, "dqn"].sort());
  assert.match(await page.locator("[data-is=preset] option[value=td3]").textContent(), /not on CartPole-v1/);
  await page.locator("[data-is=task]").selectOption("Pendulum-v1");
  await page.waitForFunction(() => mbppo.settings.task === "Pendulum-v1");
  assert.notEqual(await page.evaluate(() => mbppo.settings.preset), "dqn");
  assert.match(await page.locator("[data-is=notes]").textContent(), /DQN needs discrete actions.*learns it instead\./);
  assert.deepEqual((await offered()).sort(), [...everywhere, "td3", "ddpg", "sac", "mbpo"].sort());
  await page.leave();
});

test("quick and repeated presses end in one run, which is the last that was asked for", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  await page.evaluate(() => {
    const click = (name) => lab.querySelector(`[data-is=${name}]`).click();
    for (let i = 0; i < 20; i += 1) click(["restart", "new-seed", "undo", "play", "tick", "phase"][i % 6]);
    const task = lab.querySelector("[data-is=task]");
    for (const id of ["Acrobot-v1", "DynaMaze-v0", "Pendulum-v1", "MountainCar-v0"]) {
      task.value = id;
      task.dispatchEvent(new Event("change"));
    }
    click("play");
  });
  await page.waitForFunction(
    () => mbppo.settings.task === "MountainCar-v0" && mbppo.snapshot?.task === "MountainCar-v0",
  );
  await page.evaluate(() => mbppo.play());
  await until(page, (s) => s?.task === "MountainCar-v0" && s.ticks > 5);
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
