// Screens of every size: nothing is cut off, too small, too faint, or moves while one reads.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, until } from "./support/browser.mjs";
import { faintTexts, smallTargets } from "./support/look.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

test("on no screen is anything cut off or on top of something else", async () => {
  for (const [width, height] of [
    [1920, 1080],
    [1280, 800],
    [1141, 700],
    [1024, 768],
    [701, 900],
    [390, 844],
    [320, 568],
  ]) {
    const page = await browser.open("?seed=1&autoplay=false", { viewport: { width, height } });
    const faults = await page.evaluate(() => {
      const box = (name) => [name, lab.querySelector(`[data-is="${name}"]`).getBoundingClientRect()];
      const boxes = ["picture", "narration", "ribbon", "learning", "trust", "where", "reality", "doubt", "curves"].map(
        box,
      );
      const wide = document.documentElement.scrollWidth > innerWidth ? ["it scrolls sideways"] : [];
      const cut = [...lab.querySelectorAll(".body button, header button, header select, .ribbon b")]
        .filter(
          (node) =>
            node.checkVisibility() &&
            node.scrollWidth > node.clientWidth + 1 &&
            getComputedStyle(node).display !== "inline",
        )
        .map((node) => `${node.textContent} is cut off`);
      const overlaps = boxes.flatMap(([name, a], index) =>
        boxes
          .slice(index + 1)
          .filter(
            ([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1,
          )
          .map(([other]) => `${name} and ${other} overlap`),
      );
      return [...wide, ...cut, ...overlaps];
    });
    assert.deepEqual(faults, [], `at ${width} × ${height}`);
    await page.leave();
  }
});

test("on a phone nothing scrolls sideways and everything is large enough to touch", async () => {
  const page = await browser.open("?seed=1&device=cpu", PHONE);
  for (const summary of await page.locator("summary:visible").all()) await summary.click();
  await page.waitForTimeout(500);
  const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= view, `${wide} pixels wide in a view of ${view}`);
  assert.deepEqual(await smallTargets(page), []);
  await page.leave();
});

test("texts are large and dark enough, by day and by night", async () => {
  for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { ...PHONE, colorScheme: "light" }]) {
    const page = await browser.open("?seed=1&device=cpu&gamma=7", options);
    for (const summary of await page.locator("summary:visible").all()) await summary.click();
    await page.locator("[data-is=settings] input[name=seed]").fill("x");
    await page.waitForTimeout(500);
    assert.deepEqual(await faintTexts(page), []);
    await page.leave();
  }
});

test("numbers change without moving anything", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  const places = () =>
    page.evaluate(() =>
      [
        "stage",
        "narration",
        "play",
        "ribbon",
        "learning",
        "trust",
        "where",
        "reality",
        "doubt",
        "curves",
        "imagined-steps",
        "episodes",
      ].map((name) => {
        const { x, y, height } = lab.querySelector(`[data-is="${name}"]`).getBoundingClientRect();
        return [name, Math.round(x), Math.round(y), Math.round(height)].join(" ");
      }),
    );
  await until(page, (s) => s.real_steps > 0);
  const early = await places();
  await until(page, (s) => s.iteration >= 3);
  await page.waitForTimeout(3500);
  assert.deepEqual(await places(), early);
  await page.leave();
});
