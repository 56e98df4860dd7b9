// <mbppo-lab> in somebody's page (docs/embedding.md): attributes, methods, events, panels and keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch } from "./support/browser.mjs";

const EVENTS = "ready statechange episode iteration imagined evaluation checkpoint devicechange error".split(" ");
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A course</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval';
  style-src 'self'; img-src data:; connect-src 'self'; worker-src 'self'">
<link rel="icon" href="data:,"><link rel="stylesheet" href="theirs.css"><script type="module" src="theirs.js"></script>
</head><body><h1 tabindex="-1">A course</h1><button id="theirs">Theirs</button><div id="place"></div></body></html>`;
const STYLES = `body { margin: 0; } #place { width: 640px; } #place.narrow { width: 280px; }`;
const SCRIPT = `import "./element.js";
window.heard = [];
window.put = (attributes) => {
  const lab = document.createElement("mbppo-lab");
  for (const [name, value] of Object.entries(attributes)) lab.setAttribute(name, value);
  for (const name of ${JSON.stringify(EVENTS)})
    lab.addEventListener(name, ({ detail }) => heard.push([name, detail]));
  document.querySelector("#place").append(lab);
  window.lab1 = lab;
  return lab;
};
window.keys = [];
addEventListener("keydown", ({ key }) => keys.push(key));
window.attempt = (name, args) => lab1[name](...args).then((value) => value, (error) => "refused: " + error.message);
window.came = true;`;

let browser;
before(async () => {
  browser = await launch({ files: { "course.html": PAGE, "theirs.css": STYLES, "theirs.js": SCRIPT } });
});
after(() => browser?.close());

/** A course's page with a lab in it that is ready. */
async function course(attributes, options = {}) {
  const page = await browser.open("course.html", { viewport: { width: 1000, height: 900 }, loaded: false, ...options });
  await page.waitForFunction(() => globalThis.came);
  await page.evaluate((all) => globalThis.put(all), attributes);
  await page.waitForFunction(() => globalThis.heard.some(([name]) => name === "ready"));
  return page;
}
/** What a method of the lab gives, or the words of its refusal. */
const asked = (page, name, ...args) =>
  page.evaluate(([method, rest]) => globalThis.attempt(method, rest), [name, args]);
const heardOf = (page, name) =>
  page.evaluate((wanted) => globalThis.heard.filter(([each]) => each === wanted).map(([, detail]) => detail), name);
const CART = { task: "CartPole-v1", seed: "1", device: "cpu" };
const ticksOf = (page) => page.evaluate(() => globalThis.lab1.snapshot?.ticks ?? 0);
/** A number that any difference in a file changes. */
const hashed = (page) =>
  page.evaluate(async () => {
    const file = await globalThis.lab1.exportRun();
    return [...new Uint8Array(await crypto.subtle.digest("SHA-256", file))].join();
  });

test("it learns by itself only where autoplay says so, and tells what happens", async () => {
  const page = await course(CART);
  assert.equal(await page.evaluate(() => globalThis.lab1.playing), false);
  await asked(page, "play");
  await eventually(page, async () => (await heardOf(page, "evaluation")).length > 0, "an evaluation");
  for (const name of ["ready", "statechange", "episode", "iteration", "imagined", "checkpoint", "devicechange"])
    assert.ok((await heardOf(page, name)).length > 0, name);
  const [ready] = await heardOf(page, "ready");
  assert.deepEqual([ready.task, ready.preset, ready.seed], ["CartPole-v1", "mb-ppo", 1]);
  assert.match(ready.version, /^\d+\.\d+\.\d+/);
  const iterations = await heardOf(page, "iteration");
  assert.ok(iterations.every(({ iteration }, index) => index === 0 || iteration > iterations[index - 1].iteration));
  const [evaluation] = await heardOf(page, "evaluation");
  assert.ok(evaluation.mean_reward > 0 && evaluation.real_steps > 0, JSON.stringify(evaluation));
  assert.deepEqual(await heardOf(page, "error"), []);
  await page.leave();
  const playing = await course({ ...CART, autoplay: "" });
  await eventually(playing, async () => (await ticksOf(playing)) > 0, "ticks");
  assert.deepEqual(await faultsOf(playing), []);
  await playing.leave();
});

test("its methods count steps, take a state up bit for bit, and refuse what is wrong", async () => {
  const page = await course(CART);
  const at = await ticksOf(page);
  assert.equal((await asked(page, "step", 100)).ticks, at + 100);
  const phase = await page.evaluate(() => globalThis.lab1.snapshot.phase);
  assert.notEqual((await asked(page, "step", "phase")).phase, phase);
  assert.equal((await asked(page, "step", "iteration")).iteration, 1);
  const state = await asked(page, "getState");
  for (const iteration of [2, 3]) assert.equal((await asked(page, "step", "iteration")).iteration, iteration);
  const straight = await hashed(page);

  await asked(page, "reset", { seed: 5 });
  assert.equal(await page.evaluate(() => globalThis.lab1.settings.seed), 5);
  assert.equal(await asked(page, "configure", { horizon: 7, "physics.gravity": "20" }), undefined);
  const changed = await page.evaluate(() => globalThis.lab1.settings);
  assert.deepEqual([changed.config, changed.physics, changed.seed], [{ horizon: "7" }, { gravity: "20" }, 5]);

  assert.equal(await asked(page, "setState", state), undefined);
  const back = await page.evaluate(() => globalThis.lab1.settings);
  assert.deepEqual([back.config, back.physics, back.seed], [{}, {}, 1]);
  for (const iteration of [2, 3]) assert.equal((await asked(page, "step", "iteration")).iteration, iteration);
  assert.equal(await hashed(page), straight, "as the run that never stopped");

  const before = await ticksOf(page);
  for (const [name, args, words] of /** @type {[string, any[], RegExp][]} */ ([
    ["step", ["minute"], /step = minute is not valid: it must be a whole number from 1 to 1000000, "phase" or/],
    ["step", [0], /step = 0 is not valid/],
    ["configure", [{ task: "Tetris" }], /task = Tetris is not valid: it must be one of CartPole-v1/],
    ["configure", [{ horizon: "far" }], /horizon = far is not valid: it must be a whole number/],
    ["configure", [{ preset: "td3" }], /TD3/],
    ["configure", [{ colour: "red" }], /colour = red .*no parameter of this name/],
    ["configure", ["horizon=5"], /changes = horizon=5 is not valid: it must be an object/],
    ["reset", [{ seed: -1 }], /seed = -1 is not valid: it must be a whole number from 0 to 4294967295/],
    ["setState", ["{"], /state = .* is not valid: it must be JSON/],
    ["setState", [{ mbppo: 9 }], /state = 9 is not valid/],
    ["setState", [{ mbppo: 1, run: "", checkpoint: "§" }], /state\.checkpoint = § is not valid/],
    ["setState", [{ mbppo: 1, run: "", checkpoint: btoa("not a run") }], /not valid|checkpoint/],
    ["openRun", [[1, 2, 3]], /./],
  ])) {
    assert.match(
      String(await asked(page, name, ...args)),
      new RegExp(`^refused: .*${words.source}`),
      `${name} ${args}`,
    );
  }
  assert.equal(await ticksOf(page), before, "the run is as it was");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("attributes are settings: changed together they make one new run, and a wrong one is said", async () => {
  const page = await course({ ...CART, run: "horizon=5", speed: "warp" });
  const [error] = await heardOf(page, "error");
  assert.equal(error.code, "setting");
  assert.match(error.message, /speed = warp is not valid: it must be one of slow, normal, fast/);
  assert.deepEqual(await page.evaluate(() => globalThis.lab1.settings.config), { horizon: "5" });
  await page.evaluate(() => {
    globalThis.heard.length = 0;
    const { lab1 } = globalThis;
    Object.assign(lab1, { task: "Pendulum-v1", seed: 9 });
    lab1.removeAttribute("speed");
  });
  const settings = () => page.evaluate(() => globalThis.lab1.settings);
  await eventually(page, async () => (await settings()).task === "Pendulum-v1", "another task");
  assert.equal((await settings()).seed, 9);
  assert.equal(await page.evaluate(() => globalThis.lab1.getAttribute("seed")), "9", "a property is its attribute");
  await page.evaluate(() => globalThis.lab1.setAttribute("task", "Tetris"));
  await eventually(page, async () => (await heardOf(page, "error")).length > 0, "an error");
  assert.equal((await settings()).task, "Pendulum-v1");
  await page.evaluate(() => {
    const { lab1 } = globalThis;
    document.body.prepend(lab1); // moved: the run goes on
  });
  assert.equal((await settings())?.seed, 9);
  await page.evaluate(() => globalThis.lab1.remove());
  await eventually(page, () => page.workers().length === 0, "the end of its worker");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a run that was saved is the attribute state: text of getState, or a file of the host", async () => {
  const page = await course(CART);
  await asked(page, "step", "iteration");
  const state = await asked(page, "getState");
  const file = await page.evaluate(async () => [...(await globalThis.lab1.exportRun())]);
  await page.evaluate(() => globalThis.lab1.remove());
  await page.route("**/saved.safetensors", (route) => route.fulfill({ body: Buffer.from(file) }));
  for (const [saved, iteration] of [
    [state, 1],
    ["saved.safetensors", 1],
  ]) {
    await page.evaluate((text) => globalThis.put({ task: "Pendulum-v1", device: "cpu", state: text }), saved);
    await eventually(
      page,
      () => page.evaluate(() => globalThis.lab1.snapshot?.iteration === 1),
      `a run after ${iteration}`,
    );
    assert.equal(await page.evaluate(() => globalThis.lab1.settings.task), "CartPole-v1");
    await page.evaluate(() => globalThis.lab1.remove());
  }
  await page.evaluate(() => globalThis.put({ task: "Pendulum-v1", device: "cpu", state: "nowhere.safetensors" }));
  await eventually(page, async () => (await heardOf(page, "error")).length > 0, "an error");
  assert.match((await heardOf(page, "error"))[0].message, /state = nowhere.safetensors could not be loaded.* 404/);
  await page.leave();
});

test("any panels and controls make a widget that fits its place, in the colours that are asked for", async () => {
  const page = await course({ ...CART, panels: "stage horizon-error", autoplay: "" });
  const seen = () =>
    page.evaluate(() => {
      const { shadowRoot } = globalThis.lab1;
      const all = [...shadowRoot.querySelectorAll("[data-panel], [data-control]")];
      return all.filter((node) => node.checkVisibility()).map((node) => node.dataset.panel ?? node.dataset.control);
    });
  assert.deepEqual(await seen(), ["stage", "play", "restart", "horizon-error"]);
  const paper = () =>
    page.evaluate(() => getComputedStyle(globalThis.lab1.shadowRoot.querySelector(".lab")).backgroundColor);
  const look = async (attributes) => {
    await page.evaluate((all) => {
      for (const [name, value] of Object.entries(all)) globalThis.lab1.setAttribute(name, value);
    }, attributes);
    await page.waitForTimeout(50);
  };
  await look({ theme: "dark" });
  assert.equal(await paper(), "rgb(21, 22, 26)");
  await look({ theme: "light" });
  assert.equal(await paper(), "rgb(251, 250, 247)");
  await look({ controls: "play speed", panels: "stage counters phases returns map" });
  assert.deepEqual(await seen(), ["stage", "counters", "play", "speed", "phases", "returns", "map"]);
  await look({ controls: "none", panels: "horizon-error" });
  assert.deepEqual(await seen(), ["horizon-error"]);
  await page.evaluate(() => document.querySelector("#place").classList.add("narrow"));
  for (const panels of ["stage", "stage counters narration phases", "horizon-error map", "all"]) {
    await look({ panels, controls: panels === "all" ? "all" : "play restart speed" });
    const wide = await page.evaluate(() => {
      const lab = globalThis.lab1.shadowRoot.querySelector(".lab");
      return [globalThis.lab1.clientWidth, lab.scrollWidth, lab.clientWidth];
    });
    assert.deepEqual(wide, [280, 280, 280], `${panels} is wider than its place`);
  }
  await look({ panels: "stage telescope" });
  await eventually(page, async () => (await heardOf(page, "error")).length > 0, "an error");
  assert.match((await heardOf(page, "error"))[0].message, /panels = telescope is not valid: each must be one of top,/);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("keys are the lab's while it has the focus, Escape gives that back, and slides keep their arrows", async () => {
  const page = await course({ ...CART, panels: "stage phases settings", controls: "play restart speed" });
  await page.locator("#theirs").focus();
  await page.keyboard.press(" ");
  assert.equal(await page.evaluate(() => globalThis.lab1.playing), false);
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => document.activeElement?.localName);
  assert.equal(await focused(), "mbppo-lab");
  await page.evaluate(() => globalThis.keys.splice(0));
  await page.keyboard.press("ArrowRight"); // on its play button, which has no use for it
  await page.keyboard.press("n"); // which steps to the next phase
  assert.deepEqual(await page.evaluate(() => globalThis.keys), ["ArrowRight"]);
  await page.locator("mbppo-lab [data-is=speed] input:checked").focus();
  await page.keyboard.press("ArrowLeft");
  assert.deepEqual(await page.evaluate(() => globalThis.keys), ["ArrowRight"], "the speeds are chosen with it");
  await page.keyboard.press("Escape");
  assert.notEqual(await focused(), "mbppo-lab");
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await page.evaluate(() => globalThis.keys), ["ArrowRight", "ArrowRight"]);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
