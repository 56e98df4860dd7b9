// Several labs on somebody else's page (docs/embedding.md): each is a run of its own, styles and keys keep to
// themselves, and what has been destroyed leaves nothing behind.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch } from "./support/browser.mjs";
import { countsOf } from "./support/heap.mjs";
import { judged } from "./support/judged.mjs";

const TASKS = ["CartPole-v1", "Pendulum-v1", "MountainCar-v0"];
const RUNS = TASKS.map((task) => `task=${task}&seed=7&device=cpu&speed=fast`);
const AGAIN = process.env.MBPPO_LONG ? 50 : 20;
const WARM = 5; // by then everything that is kept once has been
const FLAT = 1.25; // V8 compiles more of the code meanwhile; 45 labs that are never let go of make it 1.86
/** So many more may be there: one lab has about 2,200 nodes and 70 listeners, and its texts differ by some. */
const MORE = { listeners: 10, nodes: 100, memories: 0, documents: 0 };

/** A page with styles and keys of its own, and a policy as strict as the lab's page has. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Three labs</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval';
  style-src 'self'; img-src data:; connect-src 'self'; worker-src 'self'">
<link rel="icon" href="data:,"><link rel="stylesheet" href="theirs.css"><script type="module" src="theirs.js"></script>
</head><body><h1 id="title">Three labs</h1><p class="top">Theirs.</p><input id="controls" aria-label="Theirs">
<div class="row"><div class="place"></div><div class="place"></div><div class="place"></div></div></body></html>`;
const STYLES = `* { letter-spacing: 1px; } button, .top, h2, .lab { color: red; font-size: 40px; }
body { margin: 0; } .row { display: flex; gap: 10px; align-items: start; } .place { width: 420px; color: red; }
.place.away { margin-top: 4000px; }`;
const SCRIPT = `import { createLab } from "./lab.js";
window.places = [...document.querySelectorAll(".place")];
window.make = (index, run, options) => createLab(places[index], { run, ...options });
window.labs = [];`;

let browser;
let alone; // how the runs begin in a page of their own
before(async () => {
  browser = await launch({ files: { "labs.html": PAGE, "theirs.css": STYLES, "theirs.js": SCRIPT } });
  alone = await Promise.all(
    RUNS.map(async (run) => {
      const page = await browser.open(`?${run}`);
      const beginning = await beginningOf(page, "mbppo");
      await page.leave();
      return beginning;
    }),
  );
});
after(() => browser?.close());

/** A page with a lab for each of `runs`. */
async function holding(runs, options = {}) {
  const page = await browser.open("labs.html", { viewport: { width: 1290, height: 900 }, loaded: false, ...options });
  await page.waitForFunction(() => globalThis.labs);
  await page.evaluate((all) => {
    globalThis.labs = all.map((run, index) => globalThis.make(index, run));
  }, runs);
  return page;
}

/** All that the first two iterations of a lab have left behind, once they are over. */
async function beginningOf(page, name, index = 0) {
  const where = [name, index];
  await page.waitForFunction(
    ([of, at]) => {
      const lab = [globalThis[of]].flat()[at];
      return lab?.trouble ?? lab?.curves?.metrics["train/n_updates"]?.length >= 3;
    },
    where,
    { polling: 200 },
  );
  return page.evaluate(([of, at]) => {
    const { curves, trouble, settings } = [globalThis[of]].flat()[at];
    if (trouble) throw new Error(trouble.words);
    const end = curves.metrics["train/n_updates"][1].real_steps;
    const early = (points) => points.filter(({ real_steps: steps }) => steps <= end);
    const metrics = Object.entries(curves.metrics).map(([metric, points]) => [metric, early(points)]);
    return {
      task: settings.task,
      returns: early(curves.episode_returns),
      metrics: Object.fromEntries(metrics.filter(([, points]) => points.length > 0)),
    };
  }, where);
}

const stepsOf = (page) => page.evaluate(() => globalThis.labs.map(({ snapshot }) => snapshot?.real_steps ?? 0));
const playingOf = (page) => page.evaluate(() => globalThis.labs.map(({ playing }) => playing));

test("three labs on one page are the runs that they are alone, and look as they should", async () => {
  const page = await holding(RUNS, { colorScheme: "light" });
  for (const [index] of RUNS.entries())
    assert.deepEqual(await beginningOf(page, "labs", index), alone[index], TASKS[index]);
  assert.equal(page.workers().length, 3);
  const look = await page.evaluate(() => {
    const style = (selector) => getComputedStyle(globalThis.places[1].shadowRoot.querySelector(selector));
    return [
      style(".lab").letterSpacing,
      style("[data-is=restart]").fontSize,
      style("h2").color,
      getComputedStyle(document.querySelector(".top")).fontSize,
      getComputedStyle(document.querySelector("#controls")).position,
    ];
  });
  assert.deepEqual(look, ["normal", "13px", "rgb(27, 27, 31)", "40px", "static"], "styles keep to their own tree");
  for (const [index] of RUNS.entries()) {
    const canvas = page.locator(".place").nth(index).locator("[data-is=stage]");
    const { width, left } = await canvas.evaluate((node) => node.getBoundingClientRect().toJSON());
    assert.ok(width > 400 && width <= 420 && left >= index * 430, `lab ${index} is ${width} wide at ${left}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} pixels stand out`);
  if (process.env.MBPPO_SHOTS) await page.screenshot({ path: `${process.env.MBPPO_SHOTS}/labs.png` });
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("keys are heard in the lab that has the focus, and nowhere else", async () => {
  const page = await holding(RUNS.map((run) => `${run}&autoplay=false`));
  await page.evaluate(() => Promise.all(globalThis.labs.map(({ ready }) => ready)));
  await page.locator("#controls").press(" ");
  await page.locator("h1#title").click();
  await page.keyboard.press(" ");
  assert.deepEqual(await playingOf(page), [false, false, false], "elsewhere on the page");
  await page.locator(".place").nth(1).locator(".goal").click();
  await page.keyboard.press(" ");
  assert.deepEqual(await playingOf(page), [false, true, false]);
  await page.locator(".place").nth(2).locator("[data-is=phase]").focus();
  await page.keyboard.press("s");
  const seeds = () => page.evaluate(() => globalThis.labs.map(({ settings }) => settings.seed));
  await eventually(page, async () => (await seeds())[2] !== 7, "a new seed");
  assert.deepEqual((await seeds()).slice(0, 2), [7, 7]);
  const address = await page.evaluate(() => globalThis.labs[1].address);
  assert.equal(address, `${browser.home}?${RUNS[1]}&autoplay=false`, "opens it on its own page");
  assert.equal(page.url(), `${browser.home}labs.html`, "the address bar is theirs");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a lab out of sight rests, unless it is to go on", async () => {
  const page = await holding([]);
  await page.evaluate(([first, second]) => {
    globalThis.places[0].classList.add("away");
    globalThis.places[1].classList.add("away");
    globalThis.labs = [globalThis.make(0, first), globalThis.make(1, second, { restOffScreen: false })];
  }, RUNS);
  await eventually(page, async () => (await stepsOf(page))[1] > 0, "steps out of sight");
  assert.deepEqual((await stepsOf(page))[0], 0);
  await page.evaluate(() => globalThis.places[0].scrollIntoView());
  await eventually(page, async () => (await stepsOf(page))[0] > 0, "steps in sight");
  await page.evaluate(() => scrollTo(0, 0));
  await judged(
    async () => {
      await page.waitForTimeout(1000); // orders that were under way
      const before = await stepsOf(page);
      await eventually(page, async () => (await stepsOf(page))[1] > before[1], "more steps out of sight");
      await page.waitForTimeout(500);
      return { before, then: await stepsOf(page) };
    },
    ({ before, then }) => (then[0] === before[0] ? "" : `it goes on out of sight: ${before}, then ${then}`),
  );
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test(`one of three is destroyed and made again ${AGAIN} times: nothing of it is left`, async (t) => {
  const page = await holding(RUNS);
  for (const [index] of RUNS.entries()) await beginningOf(page, "labs", index);
  await page.evaluate(() => [globalThis.labs[0], globalThis.labs[2]].forEach((lab) => lab.pause()));
  const again = async (early) => {
    await page.evaluate(
      async (now) => {
        globalThis.labs[1].destroy();
        globalThis.labs[1] = globalThis.make(1, now.run);
        if (now.early) return; // destroyed while it still loads
        await globalThis.labs[1].ready;
        while (!globalThis.labs[1].snapshot?.real_steps) await new Promise((later) => setTimeout(later, 20));
      },
      { run: RUNS[1], early },
    );
  };
  let first;
  for (let time = 1; time <= AGAIN; time += 1) {
    await again(time % 10 === 3);
    if (time === WARM) first = await countsOf(page);
  }
  const last = await countsOf(page);
  t.diagnostic(`after ${WARM}: ${JSON.stringify(first)}; after ${AGAIN}: ${JSON.stringify(last)}`);
  assert.equal(page.workers().length, 3);
  for (const [name, more] of Object.entries(MORE))
    assert.ok(last[name] <= first[name] + more, `${name}: ${first[name]}, then ${last[name]}`);
  assert.ok(last.heap <= FLAT * first.heap, `heap: ${first.heap}, then ${last.heap} bytes`);
  assert.deepEqual(await beginningOf(page, "labs", 1), alone[1], "the last is the run that the first was");
  await page.evaluate(() => globalThis.labs.forEach((lab) => lab.destroy()));
  await eventually(page, () => page.workers().length === 0, "the end of all workers");
  assert.deepEqual(
    await page.evaluate(() => globalThis.places.map(({ shadowRoot }) => shadowRoot.childNodes.length)),
    [0, 0, 0],
  );
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
