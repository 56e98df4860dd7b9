// With a (software) WebGPU adapter: it is used when asked for, and only then.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, until } from "./support/browser.mjs";

let browser;
before(async () => { browser = await launch({ gpu: true }); });
after(() => browser?.close());

test("automatic is the CPU, which is enough for networks this small", async () => {
  const page = await browser.open("?seed=1");
  assert.equal(await page.evaluate(() => mbppo.device.kind), "cpu");
  assert.equal(await page.locator("[data-is=device-sentence]").textContent(), "Training on the CPU: enough for networks this small. WebGPU can be chosen.");
  await page.leave();
});

test("WebGPU trains when it is asked for", async (t) => {
  const page = await browser.open("?seed=1&device=webgpu&speed=fast");
  if (!process.env.MBPPO_REQUIRE_WEBGPU && !(await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter())))) {
    await page.leave();
    return t.skip("this browser has no WebGPU adapter, not even a software one");
  }
  const sentence = await page.locator("[data-is=device-sentence]").textContent();
  t.diagnostic(sentence);
  assert.equal(await page.evaluate(() => mbppo.device.kind), "webgpu", sentence);
  await until(page, (s) => s.real_steps >= 20 && s.ticks > 70, 180_000);
  t.diagnostic(`${(await snapshotOf(page)).ticks} ticks`);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
