// Every learner: each panel that it has is filled; what it cannot fill is not there, and a sentence says why.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, PATIENCE_MS } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** What a panel says while it waits for its numbers. */
const WAITS = [
  "It has only just begun",
  "It has not imagined",
  "Not measured",
  "Not now",
  "Its first steps",
  "Its uncertainty will",
  "The return it imagines will",
  "Real and imagined outcomes",
];

/** The answers that can be read and still wait. */
const waiting = (page) =>
  page.evaluate(
    (waits) =>
      [...lab.querySelectorAll(".answer")]
        .filter((node) => node.checkVisibility() && waits.some((words) => node.textContent.startsWith(words)))
        .map((node) => node.textContent),
    WAITS,
  );

/** Resolves once no panel that is shown waits any more. */
async function filled(page, name) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const open = await waiting(page);
    if (open.length === 0) return;
    assert.ok(performance.now() < end, `${name} leaves empty: ${open.join(" | ")}`);
    await page.waitForTimeout(100);
  }
}

/** Chooses a preset in the page that is open; its address, where the present task is none for it. */
async function choose(page, preset) {
  // What the former learner has left is no answer of this one.
  await page.evaluate((words) => {
    for (const node of lab.querySelectorAll(".answer")) node.textContent = words;
  }, "Not measured");
  const option = page.locator(`[data-is=preset] option[value="${preset}"]`);
  if (await option.evaluate((node) => node.disabled))
    await page.goto(`${page.url().split(/[?#]/)[0]}?preset=${preset}&seed=1&device=cpu&speed=fast`);
  else await page.locator("[data-is=preset]").selectOption(preset);
  await page.waitForFunction(
    (name) => globalThis.mbppo?.settings?.preset === name && globalThis.mbppo.snapshot?.ticks > 0,
    preset,
  );
}

test("every preset fills every panel that it shows, and says what it never shows and why", async () => {
  const page = await browser.open("?seed=1&device=cpu&speed=fast");
  const presets = await page.locator("[data-is=preset] option").evaluateAll((all) => all.map(({ value }) => value));
  assert.ok(presets.length >= 10, presets.join(", "));
  for (const preset of presets) {
    await choose(page, preset);
    await filled(page, preset);
    const map = page.locator("[data-is=where]");
    for (const layer of await map.locator("label:visible").all()) {
      await layer.click();
      await filled(page, preset);
      const answer = await map.locator("[data-is=answer]").textContent();
      assert.match(answer, /^(It has been in|It expects|Most novel)/, preset);
    }
    const { hidden, reasons, lamps } = await page.evaluate(() => ({
      hidden: [...lab.querySelectorAll("[data-shows]")].filter((node) => node.hidden).length,
      reasons: lab.querySelector("[data-is=absent]").textContent.trim(),
      lamps: [...lab.querySelectorAll("[data-is=ribbon] li")].filter((node) => !node.hidden).length,
    }));
    assert.equal(hidden === 0, reasons === "", `${preset}: ${hidden} hidden, "${reasons}"`);
    if (reasons) assert.match(reasons, /\w.*\. To see that: Watch MB-PPO$/, preset);
    assert.ok(lamps >= 2, `${preset} has ${lamps} phases`);
    assert.deepEqual(await faultsOf(page), [], preset);
  }
  await page.leave();
});

test("what a learner never shows is one press away", async () => {
  const page = await browser.open("?preset=random-search&seed=1&device=cpu&autoplay=false");
  assert.equal(await page.locator("[data-is=trust]").isVisible(), false);
  assert.equal(await page.locator("[data-is=layers]").isVisible(), false);
  await page.getByRole("button", { name: "Watch MB-PPO" }).click();
  await page.waitForFunction(() => mbppo.settings.preset === "mb-ppo");
  assert.ok(await page.locator("[data-is=trust]").isVisible());
  assert.equal(await page.locator("[data-is=absent]").isVisible(), false);
  await page.leave();
});
