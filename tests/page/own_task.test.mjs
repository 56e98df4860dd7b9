// A task of the visitor's own: a module of this page's host, or a class on the page's own thread.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, until } from "./support/browser.mjs";
import { pixelsOf } from "./support/look.mjs";

const WALK = `export default class Walk {
  name = "walk";
  goal = "Walk to the right.";
  observationSpace = { low: [-1], high: [1], names: ["place"] };
  actionSpace = { n: 2 };
  timeLimit = 30;
  reset(seed, random) { this.random = random; this.place = 0; return [0]; }
  step(action) {
    this.place += (action === 1 ? 0.1 : -0.1) + 0.02 * (this.random() - 0.5);
    return { obs: [this.place], reward: this.place, terminated: Math.abs(this.place) > 1 };
  }
}
`;
const DRAWN = `${WALK}
export function draw(context, { left, top, width, height }, [place], { colour, alpha }) {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.fillRect(left + (width * (place + 1)) / 2 - 20, top, 40, height);
}
`;
/** A model that is learned quickly: what is learned is another test's business. */
const SMALL = "&model_updates=25&imagination_rounds=1&n_epochs=1&ensemble_size=2&model_hidden_size=32";

let browser;
before(async () => {
  browser = await launch({
    files: {
      "tasks/walk.js": WALK,
      "tasks/drawn.js": DRAWN,
      "tasks/wrong.js": WALK.replace("reward: this.place, ", ""),
    },
  });
});
after(() => browser?.close());

test("an address names a module: it is trained in the worker and drawn as strips or by its own function", async () => {
  for (const file of ["tasks/walk.js", "tasks/drawn.js"]) {
    const page = await browser.open(`?task=${file}&seed=1&device=cpu${SMALL}`, { colorScheme: "light" });
    const snapshot = await until(page, (s) => s.iteration >= 2);
    assert.equal(snapshot.task, "walk");
    assert.equal(await page.locator("[data-is=task]").inputValue(), file);
    assert.match(await page.locator("[data-is=goal]").textContent(), /^walk to the right\.$/);
    assert.equal(await page.locator("[data-is=reality] canvas:visible").count(), 1);
    const least = file === "tasks/drawn.js" ? 3000 : 100;
    await eventually(page, async () => (await pixelsOf(page, "[data-is=stage]")).ink > least, `a picture of ${file}`);
    assert.equal(new URL(await page.evaluate(() => mbppo.address)).searchParams.get("task"), file);
    assert.deepEqual(await faultsOf(page), []);
    await page.leave();
  }
});

test("what is wrong with a module is said by field, and the page runs its first task", async () => {
  const page = await browser.open("?task=tasks/wrong.js&seed=1&device=cpu");
  assert.equal((await until(page, (s) => s.real_steps > 0)).task, "CartPole-v1");
  assert.match(
    await page.locator("[data-is=notes]").textContent(),
    /step\(…\)\.reward = undefined is not valid: it must be a finite number\. It runs with CartPole-v1\./,
  );
  await page.leave();
  const foreign = await browser.open("?task=https://elsewhere.example/walk.js&seed=1&device=cpu");
  assert.match(
    await foreign.locator("[data-is=notes]").textContent(),
    /a module with a task must come from this page's own host/,
  );
  assert.deepEqual(await faultsOf(foreign), []); // it was not even asked for
  await foreign.leave();
});

test("on the page's own thread a class will do, and what it throws ends in a sentence", async () => {
  const page = await browser.open("?thread=main&seed=1&device=cpu&preset=ppo");
  await page.evaluate(async (source) => {
    const { default: Walk } = await import(source);
    globalThis.worn = Infinity;
    await mbppo.addTask(
      class extends Walk {
        step(action) {
          if ((globalThis.worn -= 1) < 0) throw new Error("worn out");
          return super.step(action);
        }
      },
    );
  }, new URL("tasks/walk.js", page.url()).href);
  await until(page, (s) => s.task === "walk" && s.iteration >= 1);
  await page.evaluate(() => (globalThis.worn = 10));
  await page.getByText("The task failed in step(…): Error: worn out.").first().waitFor();
  const refused = await page.evaluate(() => mbppo.addTask("tasks/wrong.js").catch((error) => error.message));
  assert.match(refused, /step\(…\)\.reward = undefined/);
  await page.leave();
});

test("variants are settings: velocities are hidden from the agent, and the stage still draws the state", async () => {
  const page = await browser.open("?task_hidden=true&task_noise=0.2&task_sparse=true&seed=1&device=cpu");
  await until(page, (s) => s.iteration >= 2);
  assert.equal(await page.locator("[data-is=reality] canvas:visible").count(), 2);
  assert.match(await page.locator("[data-is=stage]").getAttribute("aria-label"), /^The pole .*\d.*\./);
  await page.locator("[data-is=settings] summary").click();
  assert.equal(await page.locator("[data-is=settings] input[name=task_noise]").inputValue(), "0.2");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
