// The real WebGPU build on a WebGPU adapter (in software, unless MBPPO_ADAPTER=default asks for the machine's own): it
// takes a run over, trains, and can be lost at any moment.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, standsStill, until, untilSaid, workerOf } from "./support/browser.mjs";

const SLOW_MS = 600_000; // a software adapter, on a machine that has other things to do

/**
 * In the Worker, before anything else there: the device at hand, and `lose(method)`, which loses it at the next call of
 * that. `spoil`: what goes wrong as soon as there is a device, "" for nothing.
 */
const HOOK = `
{
  const { requestDevice } = globalThis.GPUAdapter?.prototype ?? {};
  const KINDS = {
    mapAsync: "GPUBuffer",
    submit: "GPUQueue",
    createBuffer: "GPUDevice",
    createComputePipeline: "GPUDevice",
  };
  const happened = () => console.error("spoilt at " + Date.now());
  globalThis.lose = (method) => {
    const { prototype } = globalThis[KINDS[method]];
    const usual = prototype[method];
    prototype[method] = function (...given) {
      prototype[method] = usual;
      globalThis.device.destroy();
      happened();
      return usual.apply(this, given);
    };
  };
  const SPOILS = {
    refused() {
      const usual = GPUDevice.prototype.createComputePipeline;
      GPUDevice.prototype.createComputePipeline = function ({ compute, ...rest }) {
        happened();
        return usual.call(this, { ...rest, compute: { ...compute, entryPoint: "there_is_none" } });
      };
    },
    memory() {
      const usual = GPUDevice.prototype.createBuffer;
      GPUDevice.prototype.createBuffer = function (...given) {
        GPUDevice.prototype.createBuffer = usual;
        happened();
        const error = new GPUOutOfMemoryError("no room for a buffer");
        this.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
        return usual.apply(this, given);
      };
    },
  };
  if (requestDevice) GPUAdapter.prototype.requestDevice = async function (...given) {
    globalThis.device = await requestDevice.apply(this, given);
    if (globalThis.spoil in SPOILS) SPOILS[globalThis.spoil]();
    else if (globalThis.spoil) lose(globalThis.spoil);
    return globalThis.device;
  };
}
`;

let browser;
let spoil = ""; // what goes wrong in the next Worker with WebGPU
before(async () => {
  browser = await launch({
    gpu: true,
    altered: (name, body) =>
      name.endsWith("/worker/index.js")
        ? `globalThis.spoil = self.name === "webgpu" ? "${spoil}" : "";${HOOK}${body}`
        : body,
  });
});
after(() => browser?.close());

/**
 * A run for which WebGPU is asked, of a learner with few kernels where nothing else is said; null where this browser
 * has none at all.
 */
async function asked(t, preset = "ppo", more = "") {
  const page = await browser.open(`?seed=1&preset=${preset}&device=webgpu&speed=fast${more}`);
  if (
    !process.env.MBPPO_REQUIRE_WEBGPU &&
    !(await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter())))
  ) {
    await page.leave();
    t.skip("this browser has no WebGPU adapter, not even a software one");
    return null;
  }
  return page;
}

/** … and that has been handed over. */
async function onWebGpu(t, preset) {
  const page = await asked(t, preset);
  if (page)
    t.diagnostic(
      await untilSaid(page, /^Training on WebGPU \(\w[\w -]*\) since iteration \d+, as asked for\.$/, SLOW_MS),
    );
  return page;
}

const inWorker = async (page, script) => (await workerOf(page, "webgpu")).evaluate(script);

/** The page says that the device was lost; then the CPU goes on. */
async function lostAndRescued(page) {
  const title = page.locator("[data-is=trouble-title]");
  await page.locator("[data-is=trouble]").waitFor({ timeout: SLOW_MS });
  // Shaders are compiled in software here, which can take longer than the page waits for an answer without a word.
  for (const end = Date.now() + SLOW_MS; Date.now() < end; await page.waitForTimeout(200)) {
    if (!(await title.isVisible())) continue;
    if ((await title.textContent()) !== "The learner does not answer") break;
    await page.locator("[data-is=trouble-wait]").click();
  }
  assert.equal(await title.textContent(), "The graphics device stopped");
  assert.match(await page.locator("[data-is=trouble-words]").textContent(), /^The device failed while [^.]*lost/);
  await page.locator("[data-is=trouble-rescue]").click();
  const { iteration } = await page.evaluate(() => ({ iteration: mbppo.checkpoint?.iteration ?? 0 }));
  await until(page, (s) => s && s.iteration >= iteration + 1);
  assert.equal(await page.evaluate(() => mbppo.device.kind), "cpu");
}

test("WebGPU takes a run over on request and trains; after a lost device the last checkpoint goes on", async (t) => {
  const page = await onWebGpu(t, "mb-ppo");
  if (!page) return;
  assert.equal(await page.evaluate(() => mbppo.device.kind), "webgpu");
  const start = await snapshotOf(page);
  await until(page, (s) => s.iteration >= start.iteration + 1, SLOW_MS);
  const { ticks, real_steps } = await snapshotOf(page);
  t.diagnostic(`${ticks - start.ticks} ticks, ${real_steps - start.real_steps} real steps on WebGPU`);
  assert.deepEqual(await faultsOf(page), []);
  await inWorker(page, "device.destroy()");
  await lostAndRescued(page);
  await page.leave();
});

for (const method of ["mapAsync", "submit", "createBuffer"]) {
  test(`a device that is lost at ${method} is told as lost`, async (t) => {
    const page = await onWebGpu(t);
    if (!page) return;
    await inWorker(page, `lose("${method}")`);
    await lostAndRescued(page);
    await page.leave();
  });
}

test("a device that is lost while the run is paused is told at once", async (t) => {
  const page = await onWebGpu(t);
  if (!page) return;
  await page.evaluate(() => mbppo.pause());
  await standsStill(page, SLOW_MS);
  await inWorker(page, "device.destroy()");
  await lostAndRescued(page);
  await page.leave();
});

/** What goes wrong before the run is handed over, and what is said of it. */
const SPOILT = {
  createBuffer: /it was lost \(destroyed/,
  createComputePipeline: /it was lost \(destroyed/,
  refused: /while running a kernel: the browser refused it/,
  memory: /while allocating: it is out of memory \(no room for a buffer\)/,
};
const SAID_MS = 15_000; // "within seconds", on a machine that has other things to do
for (const [fault, words] of Object.entries(SPOILT)) {
  for (const thread of fault === "createBuffer" ? ["worker", "main"] : ["worker"]) {
    test(`WebGPU fails while tried: ${fault}, the CPU on thread ${thread}; said, and the run goes on`, async (t) => {
      spoil = fault;
      const page = await asked(t, "ppo", `&thread=${thread}`);
      if (!page) return;
      const sentence = await untilSaid(page, /^Training on the CPU, because WebGPU failed to start \(/, SLOW_MS);
      const said = Date.now();
      const at = Number(page.faults.map((text) => text.match(/spoilt at (\d+)/)?.[1]).find(Boolean));
      t.diagnostic(`${said - at} ms after it failed: ${sentence}`);
      assert.match(sentence, words);
      assert.ok(said - at < SAID_MS, `${said - at} ms`);
      assert.equal(await page.evaluate(() => mbppo.device.kind), "cpu");
      assert.ok(await page.locator("[data-is=trouble]").isHidden());
      const { ticks } = await snapshotOf(page);
      await until(page, (s) => s.ticks > ticks + 20);
      await page.leave();
    });
  }
}
