// The real WebGPU build on a (software) WebGPU adapter: it takes a run over, trains, and can be lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, until, untilSaid, workerOf } from "./support/browser.mjs";

let browser;
before(async () => { browser = await launch({ gpu: true }); });
after(() => browser?.close());

/** A run that has been handed over; null where this browser has no WebGPU at all. */
async function onWebGpu(t) {
  const page = await browser.open("?seed=1&device=webgpu&speed=fast");
  if (!process.env.MBPPO_REQUIRE_WEBGPU && !(await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter())))) {
    await page.leave();
    t.skip("this browser has no WebGPU adapter, not even a software one");
    return null;
  }
  t.diagnostic(await untilSaid(page, /^Training on WebGPU \(google swiftshader\) since iteration \d+, as asked for\.$/, 600_000));
  return page;
}

test("WebGPU takes a run over when it is asked for, trains, and a lost device is left behind from its checkpoint", async (t) => {
  const page = await onWebGpu(t);
  if (!page) return;
  assert.equal(await page.evaluate(() => mbppo.device.kind), "webgpu");
  const start = await snapshotOf(page);
  await until(page, (s) => s.iteration >= start.iteration + 1, 600_000);
  const { ticks, real_steps } = await snapshotOf(page);
  t.diagnostic(`${ticks - start.ticks} ticks, ${real_steps - start.real_steps} real steps on WebGPU`);
  assert.deepEqual(await faultsOf(page), []);

  const watch = new URL("./worker/gpu_watch.js", new URL(await page.locator("script[type=module]").getAttribute("src"), page.url())).href;
  await (await workerOf(page, "webgpu")).evaluate(`import(${JSON.stringify(watch)}).then(({ openDevices }) => openDevices().at(-1).destroy())`);
  await page.locator("[data-is=trouble]").waitFor();
  assert.match(await page.locator("[data-is=trouble-words]").textContent(), /^The device failed while .*(lost|destroyed).* is kept\. It can go on from there on the CPU/);
  await page.locator("[data-is=trouble-rescue]").click();
  const { iteration } = await page.evaluate(() => ({ iteration: mbppo.checkpoint.iteration }));
  await until(page, (s) => s.iteration >= iteration + 1);
  assert.equal(await page.evaluate(() => mbppo.device.kind), "cpu");
  await page.leave();
});
