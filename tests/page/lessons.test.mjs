// The lessons that ship (www/lessons): their labs learn, what they claim happens, and everybody can read them. So can
// everybody the ready labs (www/labs).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AXE, complaints } from "./support/axe.mjs";
import { eventually, faultsOf, launch } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const opened = async (lesson, options = {}) => {
  const page = await browser.open(`lessons/${lesson}.html`, {
    viewport: { width: 800, height: 1000 },
    loaded: false,
    ...options,
  });
  await page.waitForFunction(() => customElements.get("mbppo-lab"));
  await page.evaluate(() =>
    Promise.all([...document.querySelectorAll("mbppo-lab")].map((/** @type {any} */ each) => each.ready)),
  );
  return page;
};
const snapshotOf = (page, id) =>
  page.evaluate((name) => /** @type {any} */ (document.querySelector(`#${name}`))?.snapshot, id);
const press = (page, id, name) => page.locator(`#${id}`).getByRole("button", { name, exact: true }).click();
/** Lets a lab learn until `done` of its snapshot, and stops it. */
async function learns(page, id, done, what) {
  await press(page, id, "Play");
  await eventually(page, async () => done(await snapshotOf(page, id)), what);
  await press(page, id, "Pause");
}

/** A metric of a lab over real steps. */
const curveOf = (page, id, metric) =>
  page.evaluate(
    ([name, key]) => /** @type {any} */ (document.querySelector(`#${name}`))?.curves.metrics[key] ?? [],
    [id, metric],
  );
const most = (points) => Math.max(...points.map(({ value }) => value));

test("Can you trust a dream? Its error sinks with experience, and jumps up when the world changes", async () => {
  const page = await opened("trust");
  await learns(page, "first", (s) => s?.real_steps >= 1600, "real steps");
  const error = await curveOf(page, "first", "world_model/val_open_loop");
  const late = error.filter(({ real_steps: steps }) => steps > 1400);
  assert.ok(most(error.slice(0, 10)) > 1, "worse than no change at first");
  assert.ok(
    late.some(({ value }) => value < 0.1),
    "a few percent later",
  );
  await page.locator("#second").scrollIntoViewIfNeeded();
  await learns(page, "second", (s) => s?.real_steps >= 1500, "real steps");
  const steps = await curveOf(page, "second", "world_model/val_state_mse");
  const [before, after] = [
    steps.filter(({ real_steps: at }) => at > 700 && at < 950),
    steps.filter(({ real_steps: at }) => at > 1200),
  ];
  assert.ok(most(after) > 10 * most(before), `${most(before)} before, ${most(after)} after`);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("Ten times fewer steps: from that seed, with imagination and without, as many as the lesson says", async () => {
  const page = await opened("fewer-steps");
  const told = await page.locator("main").textContent();
  for (const [id, other] of [
    ["with", "without"],
    ["without", "with"],
  ]) {
    await learns(page, id, (s) => s?.solved_at_real_steps, `the bar, ${id}`);
    const solved = (await snapshotOf(page, id)).solved_at_real_steps;
    assert.match(told, new RegExp(`\\b${solved.toLocaleString("en")}\\b`), `${id} imagination it took ${solved}`);
    assert.equal((await snapshotOf(page, other))?.seed, 3);
  }
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("Curious without a reward: the curious one finds the flag, the other stands still", async () => {
  const page = await opened("curious");
  await learns(page, "curious", (s) => s?.best_evaluation >= 90, "the flag");
  assert.ok((await snapshotOf(page, "curious")).real_steps <= 1280);
  await learns(page, "plain", (s) => s?.real_steps >= 512, "real steps");
  assert.ok((await snapshotOf(page, "plain")).best_evaluation < 1);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

const LABS = ["cart-pole", "pendulum", "valley"];
for (const lesson of ["trust", "fewer-steps", "curious", ...LABS.map((name) => `../labs/${name}`)]) {
  for (const [screen, options] of Object.entries({
    wide: { colorScheme: "light" },
    "on a phone, dark": { colorScheme: "dark", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  })) {
    test(`${lesson}, ${screen}, all unfolded: everybody can read it`, async () => {
      const page = await opened(lesson, options);
      await page.locator("details").evaluateAll((all) =>
        all.forEach((node) => {
          node.open = true;
        }),
      );
      await page.evaluate(AXE);
      assert.deepEqual(await complaints(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
      if (process.env.MBPPO_SHOTS)
        await page.screenshot({
          path: `${process.env.MBPPO_SHOTS}/${lesson.replace(/.*\//, "")}-${screen}.png`,
          fullPage: true,
        });
      await page.leave();
    });
  }
}
