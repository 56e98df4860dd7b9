// Whoever uses the keyboard, a screen reader or a translator.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, standsStill, until } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("keys play, step and restart, but not while somebody types", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  const playing = () => page.evaluate(() => mbppo.playing);
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  assert.equal(await playing(), false);
  const { ticks } = await standsStill(page);
  await page.keyboard.press(".");
  await until(page, (s) => s.ticks === ticks + 1);
  await page.keyboard.press("n");
  await until(page, (s) => s.ticks > ticks + 1);
  await page.keyboard.press("s");
  await until(page, (s) => s && s.seed !== 1);
  const { seed } = await snapshotOf(page);
  await page.keyboard.press("r");
  await until(page, (s) => s && s.seed === seed && s.ticks === 0);
  await page.keyboard.press("?");
  assert.ok(await page.locator("[data-is=keys]").isVisible());
  await page.keyboard.press("Escape");
  await page.locator("[data-is=settings] summary").click();
  await page.locator("[data-is=settings] input[name=seed]").click();
  await page.keyboard.type(" .ns");
  assert.equal(await playing(), false);
  assert.equal((await snapshotOf(page)).ticks, 0);
  await page.leave();
});

test("arrow keys walk through a selector and start one run, not one each", async () => {
  const page = await browser.open("?seed=1&device=cpu&autoplay=false");
  const opened = await page.evaluate(() => {
    globalThis.runs = [];
    new MutationObserver(() => globalThis.runs.push(lab.querySelector("[data-is=goal]").textContent)).observe(
      lab.querySelector("[data-is=goal]"),
      { childList: true, characterData: true, subtree: true },
    );
    return mbppo.settings.task;
  });
  const selector = page.locator("[data-is=task]");
  await selector.focus();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => mbppo.settings.task), opened, "nothing has begun on the way");
  const chosen = await selector.inputValue();
  await page.keyboard.press("Enter");
  await until(page, (s) => s?.task === chosen);
  assert.equal(await page.evaluate(() => globalThis.runs.length), 1, "one run was opened");
  await page.leave();
});

test("a translator may replace every text: the page goes on, and names and numbers stay as they are", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  await until(page, (s) => s.iteration >= 1);
  const kept = await page.evaluate(() => {
    const kept = [];
    const texts = [];
    for (const tree of [document.body, lab]) {
      const walker = document.createTreeWalker(tree, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) texts.push(walker.currentNode);
    }
    for (const text of texts) {
      if (!text.data.trim()) continue;
      if (text.parentElement.closest("[translate=no]")) {
        kept.push(text.data.trim());
        continue;
      }
      if (text.parentElement.closest("option, script, style")) continue;
      const font = document.createElement("font"); // as translators do
      font.append(document.createElement("font"));
      font.firstChild.textContent = text.data.toUpperCase();
      text.replaceWith(font);
    }
    return kept;
  });
  for (const name of ["mbppo", "CartPole-v1", "gamma", "world_model/confidence"])
    assert.ok(kept.includes(name), `${name} would be translated`);
  assert.ok(
    kept.some((text) => /^[\d,]+$/.test(text)),
    "counters are not words",
  );
  const { iteration } = await snapshotOf(page);
  await until(page, (s) => s.iteration >= iteration + 5);
  await page.locator("[data-is=play]").click();
  await standsStill(page);
  assert.match(await page.locator("[data-is=play]").textContent(), /^play$/i);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("who hears the page is not interrupted while it learns", async () => {
  const page = await browser.open("?seed=1&device=cpu&speed=fast", {
    before: () => {
      globalThis.said = [];
      document.addEventListener("DOMContentLoaded", () => {
        for (const region of lab.querySelectorAll("[aria-live=polite], [role=status], [role=alert]")) {
          new MutationObserver(() => {
            if (region.getAttribute("aria-busy") !== "true" && region.textContent.trim())
              globalThis.said.push(region.textContent.trim());
          }).observe(region, { childList: true, characterData: true, subtree: true });
        }
      });
    },
  });
  await until(page, (s) => s.iteration >= 1);
  const before = await page.evaluate(() => globalThis.said.length);
  await until(page, (s) => s.iteration >= 30);
  const since = await page.evaluate((from) => globalThis.said.slice(from), before);
  // Its first test, and that it solved the task.
  assert.ok(since.length <= 2, `${since.length} announcements: ${since.join(" | ")}`);
  await page.leave();
});

test("every control is reached by tabbing, and shows that it is", async () => {
  const page = await browser.open("?seed=1&autoplay=false");
  const names = new Set();
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const node = /** @type {any} */ (lab.activeElement);
      if (!node) return null; // the browser's own controls have it
      const shown = node.matches(".speed input") ? node.nextElementSibling : node;
      return {
        name: node.dataset.is ?? node.value ?? node.textContent.trim(),
        outline: getComputedStyle(shown).outlineStyle,
      };
    });
    if (!focus) continue;
    names.add(focus.name);
    assert.notEqual(focus.outline, "none", `${focus.name} does not show the focus`);
  }
  for (const name of [
    "task",
    "preset",
    "device",
    "share",
    "play",
    "tick",
    "phase",
    "restart",
    "new-seed",
    "normal",
    "Change the world",
    "visits",
    "More curves",
    "All settings",
    "show-keys",
  ])
    assert.ok(names.has(name), `${name} is not reached: ${[...names]}`);
  await page.leave();
});
