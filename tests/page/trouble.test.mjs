// What a visitor sees when something breaks.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, until, workerOf } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Runs `body` where the CPU trains, with the exports of the wasm there. */
async function inWorker(page, body) {
  const script = await page.locator("meta[data-build=cpu]").getAttribute("data-script");
  const address = new URL(script, page.url()).href;
  await (await workerOf(page, "cpu")).evaluate(`import(${JSON.stringify(address)}).then((wasm) => { ${body} })`);
}

/** Every order ends as if the run had diverged, until `heal`: one of the run before may still be under way. */
const diverge = (page) =>
  inWorker(
    page,
    `
    globalThis.healthy ??= wasm.Session.prototype.advance;
    wasm.Session.prototype.advance = async () => {
      throw Object.assign(new Error("train/value_loss became NaN in phase improve: the run has diverged. Try a " +
"lower learning rate."), { name: "MbppoError" });
    };`,
  );
const heal = (page) => inWorker(page, "wasm.Session.prototype.advance = globalThis.healthy;");

test("a run that diverges says what still works, and goes on from its last good state or with a restart", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  const { iteration } = await until(page, (s) => s.iteration >= 1);
  await diverge(page);
  await page.locator("[data-is=notes] .note").waitFor();
  assert.match(
    await page.locator("[data-is=notes]").textContent(),
    /has diverged\. Try a lower learning rate\. The plots show the run up to that point\. Restart it/,
  );
  assert.ok(await page.locator("[data-is=play]").isDisabled());
  await heal(page);
  const { ticks } = await snapshotOf(page);
  const kept = page.locator("[data-is=kept]");
  await page.getByRole("button", { name: "Continue from it" }).click();
  await kept.waitFor({ state: "hidden" });
  await until(page, (s) => s && s.ticks !== ticks && s.iteration >= iteration + 2);
  await diverge(page);
  await kept.waitFor();
  await heal(page);
  await page.locator("[data-is=restart]").click();
  await kept.waitFor({ state: "hidden" });
  await page.locator("[data-is=play]").click();
  await until(page, (s) => s && s.real_steps > 0);
  assert.ok(await kept.isHidden());
  await page.leave();
});

test("a run that diverges leaves its last good state: as a file that the program accepts", async () => {
  const settings = "task=Pendulum-v1&preset=ppo&learning_rate=0.1&ent_coef=1&vf_coef=0";
  const page = await browser.open(`?${settings}&seed=1&device=cpu&speed=fast`);
  const kept = page.locator("[data-is=kept]");
  const link = page.getByRole("link", { name: "Download run.safetensors" });
  await link.waitFor();
  assert.match(await page.locator("[data-is=notes]").textContent(), /diverged/);
  assert.match(
    await kept.textContent(),
    /is kept, with all its experience\. Settings of a saved run cannot be changed/,
  );
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert.equal(download.suggestedFilename(), "run.safetensors");
  const file = await readFile(await download.path());
  const { real_steps: steps } = await snapshotOf(page);
  const found = await page.evaluate(resumed, [...file]);
  assert.deepEqual([found.task, found.seed, found.ticked], ["Pendulum-v1", 1, 1]);
  assert.ok(found.real_steps >= steps, `all experience: ${found.real_steps} real steps, ${steps} were shown`);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

/** In the page: resumes a file with its own program, and ticks once. */
async function resumed(bytes) {
  const wasm = await import(
    new URL(document.querySelector("meta[data-build=cpu]").dataset.script, document.baseURI).href
  );
  const session = await wasm.Session.resume(new Uint8Array(bytes), "cpu");
  const before = session.snapshot();
  const { ticks } = await session.advance(0, 1, "");
  session.free();
  return { task: before.task, seed: before.seed, real_steps: before.real_steps, ticked: ticks };
}

test("a panic shows its report over the page, with two ways to go on", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  await until(page, (s) => s.iteration >= 1);
  await inWorker(
    page,
    `
    postMessage({ panic: "panicked: index out of bounds\\nat src/trainer/mod.rs:12" });
    wasm.Session.prototype.advance = async () => { throw new WebAssembly.RuntimeError("unreachable"); };`,
  );
  await page.locator("[data-is=trouble]").waitFor();
  assert.equal(await page.locator("[data-is=trouble-title]").textContent(), "The learner stopped");
  assert.match(
    await page.locator("[data-is=trouble-report]").textContent(),
    /index out of bounds[^]*"seed":1[^]*at tick \d+/,
  );
  const link = page.getByRole("link", { name: "Download run.safetensors" });
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert.ok((await readFile(await download.path())).length > 1000, "its latest checkpoint");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("[data-is=trouble]").isVisible());
  assert.ok(await page.getByRole("button", { name: /^Continue on the CPU from iteration \d+$/ }).isVisible());
  await page.locator("[data-is=trouble-restart]").click();
  await page.waitForFunction(() => globalThis.mbppo?.snapshot?.real_steps > 0 && !lab.querySelector("dialog[open]"));
  await page.leave();
});

test("a trap without words, before anything could be kept: the CPU begins again", async () => {
  const page = await browser.open("?seed=1&device=cpu&speed=slow");
  await inWorker(
    page,
    `wasm.Session.prototype.advance = async () => { throw new WebAssembly.RuntimeError("unreachable"); };`,
  );
  await page.locator("[data-is=trouble]").waitFor();
  assert.match(await page.locator("[data-is=trouble-report]").textContent(), /^unreachable/);
  await page.getByRole("button", { name: "Start over on the CPU" }).click();
  await until(page, (s) => s && s.ticks > 3);
  assert.ok(await page.locator("[data-is=trouble]").isHidden());
  await page.leave();
});

test("a learner that does not arrive is said in a sentence", async () => {
  const page = await browser.open("?seed=1", {
    loaded: false,
    before: () => {
      const { fetch } = globalThis;
      globalThis.fetch = async (...call) =>
        String(call[0]).endsWith(".wasm") ? new Response("", { status: 404 }) : fetch.apply(globalThis, call);
    },
  });
  await page.locator("[data-is=trouble]").waitFor();
  assert.match(await page.locator("[data-is=trouble-title]").textContent(), /could not start/);
  assert.match(await page.locator("[data-is=trouble-report]").textContent(), /the server answered 404/);
  await page.leave();
});

test("a crash on the page's own thread: the page stops, says so, and offers a way out of a bad address", async () => {
  const page = await browser.open("?seed=1&device=cpu&thread=main&speed=slow&gamma=0.9");
  await until(page, (s) => s.ticks > 0);
  // Without words, as a program ends whose stack or memory is used up: its promise is never settled.
  await page.evaluate(async () => {
    const wasm = await import(
      new URL(document.querySelector("meta[data-build=cpu]").dataset.script, document.baseURI).href
    );
    wasm.Session.prototype.advance = () => {
      setTimeout(() => {
        throw new WebAssembly.RuntimeError("unreachable");
      });
      return new Promise(() => {});
    };
  });
  await page.locator("[data-is=trouble]").waitFor();
  assert.equal(await page.evaluate(() => mbppo.playing), false);
  assert.match(await page.locator("[data-is=trouble-report]").textContent(), /^unreachable/);
  await page.getByRole("button", { name: "Start with the defaults" }).click();
  await page.waitForFunction(
    () => location.search === "" && globalThis.mbppo?.snapshot?.real_steps > 0 && !lab.querySelector("dialog[open]"),
  );
  await page.leave();
});

test("an engine that never answers is reported; one can wait, or continue on the CPU in another worker", async () => {
  // Half a minute of waiting is counted in seconds. Once `hurried`, each counts for ten.
  const page = await browser.open("?seed=1&device=cpu", {
    before: () => {
      const { setInterval, Worker } = globalThis;
      const workers = { begun: 0, ended: 0 };
      Object.assign(globalThis, { workers });
      globalThis.Worker = class extends Worker {
        constructor(address, options) {
          super(address, options);
          workers.begun += 1;
        }
        terminate() {
          workers.ended += 1;
          super.terminate();
        }
      };
      /** @type {any} */ (globalThis).setInterval = (tick, ms) =>
        setInterval(() => {
          for (let count = globalThis.hurried ? 10 : 1; count > 0; count -= 1) tick();
        }, ms);
    },
  });
  await until(page, (s) => s.iteration >= 2);
  const { iteration } = await page.evaluate(() => mbppo.checkpoint);
  await inWorker(page, "wasm.Session.prototype.advance = () => new Promise(() => {});");
  const hurry = (on) =>
    page.evaluate((now) => {
      globalThis.hurried = now;
    }, on);
  await hurry(true);
  const dialog = page.locator("[data-is=trouble]");
  await dialog.waitFor();
  assert.equal(await page.locator("[data-is=trouble-title]").textContent(), "The learner does not answer");
  await hurry(false);
  await page.keyboard.press("Escape");
  assert.ok(await dialog.isHidden());
  await hurry(true);
  await dialog.waitFor();
  await hurry(false);
  await page.getByRole("button", { name: `Continue on the CPU from iteration ${iteration}` }).click();
  await until(page, (s) => s.iteration >= iteration + 2);
  const counted = await page.evaluate(() => globalThis.workers);
  assert.deepEqual(counted, { begun: 2, ended: 1 }, "the one that does not answer has been ended");
  await page.leave();
});
