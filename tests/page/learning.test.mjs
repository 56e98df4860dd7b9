// The page learns, and shows it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, snapshotOf, standsStill, until } from "./support/browser.mjs";
import { pixelsOf } from "./support/look.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("it opens playing: real steps, imagined steps and episodes grow, and nothing goes wrong", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  assert.equal(await page.evaluate(() => mbppo.playing), true);
  await until(page, (s) => s.real_steps >= 192 && s.imagined_steps > 0 && s.episodes >= 4);
  const first = await snapshotOf(page);
  await until(
    page,
    (s) => s.real_steps > first.real_steps && s.imagined_steps > first.imagined_steps && s.episodes > first.episodes,
  );
  const shown = await page.locator("[data-is=counters] dd").allTextContents();
  const { real_steps } = await snapshotOf(page);
  assert.ok(
    Math.abs(Number(shown[0].replaceAll(",", "")) - real_steps) <= 256,
    `${shown[0]} is shown, ${real_steps} were taken`,
  );
  assert.match(await page.locator("[data-is=narration]").textContent(), /\w+.*\.$/);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("every picture is really drawn, in ink and in light, and changes", async () => {
  const page = await browser.open("?seed=1&device=cpu", { colorScheme: "light" });
  await until(page, (s) => s.iteration >= 4);
  /** @type {any[][]} */
  const pictures = [
    ["stage", "[data-is=stage]", 0],
    ["return", "[data-is=learning] canvas", 0],
    ["error by horizon", "[data-is=trust] canvas", 0],
    ["map", "[data-is=where] canvas", 0],
  ];
  const look = () => Promise.all(pictures.map(([, selector, index]) => pixelsOf(page, selector, index)));
  const early = await look();
  for (const [index, [name]] of pictures.entries()) {
    await eventually(
      page,
      async () => {
        const drawn = (await look())[index];
        return (
          (name === "error by horizon" || drawn.ink > 20) &&
          (["return", "map"].includes(name) || drawn.imagined > 20) &&
          drawn.print !== early[index].print
        );
      },
      `${name}, drawn in ink and in light, and changing,`,
    );
  }
  await page.locator("[data-is=doubt] canvas").scrollIntoViewIfNeeded();
  for (const dimension of [0, 1, 2, 3]) {
    await eventually(
      page,
      async () => {
        const { ink, imagined } = await pixelsOf(page, "[data-is=reality] canvas", dimension);
        return ink > 20 && imagined > 20;
      },
      `dimension ${dimension} in ink and in light`,
    );
  }
  await eventually(
    page,
    async () => (await pixelsOf(page, "[data-is=doubt] canvas")).error > 20,
    "doubt against error",
  );
  await page.locator("[data-is=curves] summary").click();
  await page.locator("[data-is=curves]").scrollIntoViewIfNeeded();
  for (const index of [0, 1, 2, 3]) {
    await eventually(
      page,
      async () => {
        const { ink, imagined } = await pixelsOf(page, "[data-is=curves] canvas", index);
        return ink + imagined > 20;
      },
      `curve ${index}`,
    );
  }
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("pause stands still, a tick is one tick, a phase ends, play goes on", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  await until(page, (s) => s.real_steps > 64);
  await page.locator("[data-is=play]").click();
  const [still, shown] = [await standsStill(page), await page.locator("[data-is=counters]").textContent()];
  await page.waitForTimeout(700);
  assert.deepEqual(await snapshotOf(page), still);
  assert.equal(await page.locator("[data-is=counters]").textContent(), shown);
  for (let ticks = 1; ticks <= 3; ticks += 1) {
    await page.locator("[data-is=tick]").click();
    await until(page, (s) => s.ticks > still.ticks + ticks - 1);
    await page.waitForTimeout(200);
    assert.equal((await snapshotOf(page)).ticks, still.ticks + ticks);
  }
  const { phase } = await snapshotOf(page);
  await page.locator("[data-is=phase]").click();
  await until(page, (s) => s.phase !== phase);
  const { ticks } = await snapshotOf(page);
  await page.locator("[data-is=play]").click();
  await until(page, (s) => s.ticks > ticks + 20);
  await page.leave();
});

test("slow motion does a few units of work a second and lights their phase", async () => {
  const page = await browser.open("?seed=1&device=cpu&speed=slow");
  const now = () => page.evaluate(() => [mbppo.snapshot.ticks, performance.now()]);
  const [ticks, from] = await now();
  await until(page, (s) => s.ticks >= ticks + 20); // the first look may be some ticks late
  const [then, to] = await now();
  const each = (to - from) / (then - ticks);
  assert.ok(each > 250, `a tick every ${each} ms`); // how much longer it may take depends on what else the machine does
  await eventually(
    page,
    () => page.evaluate(() => lab.querySelector("[data-is=ribbon] .lit").dataset.phase === mbppo.snapshot.phase),
    "the lamp of the phase",
  );
  await page.leave();
});

/**
 * All that the first two iterations have left behind: the return of every episode, every metric. They are over, with
 * whatever they record last, once the third has been learned from; a metric that begins later is none of theirs.
 */
async function beginningOf(page) {
  await page.waitForFunction(() => mbppo.curves?.metrics["train/n_updates"]?.length >= 3);
  return page.evaluate(() => {
    const end = mbppo.curves.metrics["train/n_updates"][1].real_steps;
    const early = (points) => points.filter(({ real_steps }) => real_steps <= end);
    const { episode_returns, metrics } = mbppo.curves;
    return {
      returns: early(episode_returns),
      metrics: Object.fromEntries(
        Object.entries(metrics)
          .map(([name, points]) => [name, early(points)])
          .filter(([, points]) => points.length > 0),
      ),
    };
  });
}

test("the same seed gives the same run, restarted or loaded anew; another seed gives another", async () => {
  const page = await browser.open("?seed=7&device=cpu");
  const beginning = await beginningOf(page);
  assert.ok(beginning.returns.length > 0);
  const again = await browser.open("?seed=7&device=cpu&speed=fast");
  assert.deepEqual(await beginningOf(again), beginning);
  await again.leave();

  // Its first iteration may be over before anybody looks; until it is as far as before, it is known to have begun anew.
  const { ticks } = await snapshotOf(page);
  await page.locator("[data-is=restart]").click();
  await until(page, (s) => s.ticks < ticks);
  assert.deepEqual(await beginningOf(page), beginning);

  await page.locator("[data-is=new-seed]").click();
  const { seed } = await until(page, (s) => s.seed !== 7);
  assert.notDeepEqual((await beginningOf(page)).returns, beginning.returns);
  assert.match(page.url(), new RegExp(`seed=${seed}`));
  await page.leave();
});

test("a hidden tab rests, and goes on where it was", async () => {
  // Browsers give a hidden tab no animation frames; headless ones cannot be covered, so the frames are withheld here.
  const page = await browser.open("?seed=1&device=cpu", {
    before: () => {
      const { requestAnimationFrame } = globalThis;
      let kept = [];
      globalThis.requestAnimationFrame = (frame) =>
        globalThis.withheld ? kept.push(frame) : requestAnimationFrame(frame);
      globalThis.show = () => {
        globalThis.withheld = false;
        kept.splice(0).forEach((frame) => requestAnimationFrame(frame));
      };
    },
  });
  await until(page, (s) => s.real_steps > 64);
  await page.evaluate(() => {
    globalThis.withheld = true;
  });
  const { ticks } = await standsStill(page);
  await page.evaluate(() => globalThis.show());
  await until(page, (s) => s.ticks > ticks + 20);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
