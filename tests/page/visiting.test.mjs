// Whoever comes, with whatever address or device, for the first time or again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, snapshotOf, until } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("what an address asks for and cannot have is said, and the rest still counts", async () => {
  const page = await browser.open("?task=Tetris&preset=best&seed=x&device=gpu&gamma=1.5&colour=red&horizon=7");
  const notes = await page.locator("[data-is=notes] .note span").allTextContents();
  assert.equal(notes.length, 6);
  for (const words of [
    /task = Tetris is not valid: it must be one of CartPole-v1, Acrobot-v1, .*It runs with CartPole-v1/,
    /preset = best is not valid: it must be one of mb-ppo, ppo, textbook/,
    /seed = x .*0 to 4294967295/,
    /device = gpu .*auto, cpu, webgpu/,
    /gamma = 1\.5 is not \w+: it must be a number from 0 to 1\. It runs with 0\.99/,
    /colour = red .*no parameter of this name/,
  ]) {
    assert.ok(
      notes.some((note) => words.test(note)),
      `${words} in ${notes}`,
    );
  }
  const settings = await page.evaluate(() => mbppo.settings);
  assert.deepEqual([settings.preset, settings.device, settings.config], ["mb-ppo", "auto", { horizon: "7" }]);
  await until(page, (s) => s.real_steps > 0 && s.horizon_set === 7);
  await page.locator("[data-is=notes] button").first().click();
  assert.equal(await page.locator("[data-is=notes] .note").count(), 5);
  await page.leave();
});

test("hyperparameters that do not go together are refused with the program's own words", async () => {
  const page = await browser.open("?branches_min=200&seed=5");
  assert.match(
    await page.locator("[data-is=notes]").textContent(),
    /branches_min = 200 is not \w+: it must not be above branches_max = 100/,
  );
  assert.deepEqual(await page.evaluate(() => mbppo.settings.config), {});
  await until(page, (s) => s.real_steps > 0);
  await page.leave();
});

test("settings apply when the run restarts, and stand in the address", async () => {
  const page = await browser.open("?seed=5&device=cpu");
  const usual = (await snapshotOf(page)).horizon_set;
  await page.locator("[data-is=settings] summary").click();
  const horizon = page.locator("[data-is=settings] input[name=horizon]");
  await horizon.fill("0");
  assert.equal(await horizon.getAttribute("aria-invalid"), "true");
  await horizon.fill("5");
  await page.locator("[data-is=settings] input[name=branches_min]").fill("300");
  await page.getByRole("button", { name: "Apply and restart" }).click();
  await page.waitForFunction(() => /branches_max/.test(lab.querySelector("[data-is=form-problem]").textContent));
  assert.notEqual(usual, 5);
  assert.equal((await snapshotOf(page)).horizon_set, usual);
  await page.locator("[data-is=settings] input[name=branches_min]").fill("10");
  await page.getByRole("button", { name: "Apply and restart" }).click();
  await until(page, (s) => s?.horizon_set === 5);
  assert.match(page.url(), /horizon=5/);
  assert.equal((await snapshotOf(page)).seed, 5);
  await page.leave();
});

test("WebGPU asked for where there is none: it trains on the CPU and says why", async () => {
  /** @type {any[][]} */
  const cases = [
    [undefined, /found no usable graphics device/],
    [() => Object.defineProperty(navigator, "gpu", { value: undefined }), /does not support WebGPU/],
    [
      () =>
        Object.defineProperty(navigator, "gpu", {
          value: {
            requestAdapter: async () => {
              throw new Error("not today");
            },
          },
        }),
      /refused.*not today/,
    ],
    [
      () =>
        Object.defineProperty(navigator, "gpu", { value: { requestAdapter: async () => ({ features: new Set() }) } }),
      /timestamp-query/,
    ],
  ];
  for (const [world, words] of cases) {
    const page = await browser.open("?device=webgpu&seed=1", { before: world });
    const sentence = await page.locator("[data-is=device-sentence]").textContent();
    assert.match(sentence, /^Training on the CPU, because/);
    assert.match(sentence, words);
    assert.equal(await page.evaluate(() => mbppo.device.kind), "cpu");
    await until(page, (s) => s.real_steps > 0);
    await page.leave();
  }
});

test("autoplay=false and reduced motion wait with a picture and a button to begin", async () => {
  for (const [query, options] of [
    ["?seed=1&autoplay=false", {}],
    ["?seed=1", { reducedMotion: "reduce" }],
  ]) {
    const page = await browser.open(query, options);
    await page.waitForTimeout(500);
    assert.equal((await snapshotOf(page)).ticks, 0);
    const big = page.getByRole("button", { name: "Watch it learn" });
    assert.ok(await big.isVisible());
    await big.click();
    await until(page, (s) => s.ticks > 10);
    assert.ok(!(await big.isVisible()));
    await page.leave();
  }
});

test("a shared address opens the same run", async () => {
  const page = await browser.open("?seed=12&preset=ppo&gamma=0.9&device=cpu");
  await page.locator("[data-is=share]").click();
  const address = await page.locator("[data-is=share-address]").inputValue();
  assert.equal(new URL(address).search, "?preset=ppo&seed=12&device=cpu&gamma=0.9");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a second visit fetches index.html and nothing else, and the first fetches nothing twice", async (t) => {
  const asked = [];
  const host = await launch({
    keep: true,
    altered: (name, body) => {
      asked.push([name, body.length]);
      return body;
    },
  });
  const page = await host.open("?seed=1&device=cpu");
  await until(page, (s) => s.real_steps > 0);
  // What is for later visits comes last, once this one trains.
  await eventually(page, () => asked.some(([name]) => name.endsWith("offline/index.js")), "the last module");
  const names = asked.map(([name]) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  t.diagnostic(
    `first visit: ${names.length} files, ` +
      `${(asked.reduce((sum, [, bytes]) => sum + bytes, 0) / 1e6).toFixed(2)} MB before compression`,
  );
  assert.ok(!names.some((name) => name.includes("webgpu")), "WebGPU is not fetched for who does not want it");
  asked.length = 0;
  await page.reload();
  await page.waitForFunction(() => globalThis.mbppo?.snapshot);
  await until(page, (s) => s.real_steps > 0);
  assert.deepEqual(
    asked.map(([name]) => name),
    ["index.html"],
  );
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
  await host.close();
});
