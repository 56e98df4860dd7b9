// Which device trains, how a run gets there, and what happens when it fails. WebGPU is a stand-in here; webgpu.test.mjs
// has the real one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  eventually,
  faultsOf,
  launch,
  sentenceOf,
  snapshotOf,
  standsStill,
  until,
  untilSaid,
  workerOf,
} from "./support/browser.mjs";
import { realAdapter, standIn } from "./support/standin.mjs";

let faster;
let slower;
const slow = { files: null };
const asked = []; // files that pages on the faster stand-in have asked for
before(async () => {
  const altered = (name, body) => {
    asked.push(name);
    return standIn(0.1)(name, body);
  };
  faster = await launch({ gpu: true, altered, slow });
  slower = await launch({ altered: standIn(10) });
});
after(() => Promise.all([faster?.close(), slower?.close()]));

const kindOf = (page) => page.evaluate(() => mbppo.device.kind);

test("training is a worker's work by default, and the page's own where that is asked for", async () => {
  const page = await faster.open("?seed=1&device=cpu");
  assert.equal(await (await workerOf(page, "cpu")).evaluate(() => self.name), "cpu");
  assert.equal(page.workers().length, 1, "no other build was started");
  assert.equal(await untilSaid(page, /asked/), "Training on the CPU, as asked for.");
  await page.leave();

  const own = await faster.open("?seed=1&device=cpu&thread=main");
  await until(own, (s) => s.iteration >= 1);
  assert.equal(own.workers().length, 0);
  assert.equal(await sentenceOf(own), "Training on the CPU, as asked for. It shares the page's thread, as asked for.");
  assert.deepEqual(await faultsOf(own), []);
  await own.leave();
});

test("where no worker can be started the page trains by itself and says so", async () => {
  const page = await faster.open("?seed=1&device=cpu", {
    before: () => {
      Object.assign(globalThis, {
        Worker: class {
          constructor() {
            throw new Error("workers are forbidden here");
          }
        },
      });
    },
  });
  await until(page, (s) => s.real_steps > 0);
  assert.match(
    await sentenceOf(page),
    /It shares the page's thread, because no worker could be started \(workers are forbidden here\)\.$/,
  );
  await page.leave();
});

test("a pause is heard by the worker before it has done another order", async (t) => {
  const page = await faster.open("?seed=1&device=cpu&speed=fast");
  await until(page, (s) => s.iteration >= 2);
  const worker = await workerOf(page, "cpu");
  // Orders are counted, not timed: how long one takes depends on what else the machine does.
  await worker.evaluate(() => {
    globalThis.orders = { before: 0, after: 0, pausedAt: null, last: null };
    self.addEventListener("message", ({ data }) => {
      if (data.call === "rest") globalThis.orders.pausedAt ??= performance.now();
    });
    const { postMessage } = self;
    self.postMessage = (message, ...rest) => {
      const orders = globalThis.orders;
      if (message.value?.ticks > 0) orders[orders.pausedAt === null ? "before" : "after"] += 1;
      orders.last = performance.now();
      return postMessage.call(self, message, ...rest);
    };
  });
  await eventually(page, () => worker.evaluate(() => globalThis.orders.before > 2), "orders");
  await page.locator("[data-is=play]").click();
  await standsStill(page);
  const { before, after, pausedAt, last } = await worker.evaluate(() => globalThis.orders);
  t.diagnostic(`the last answer came ${(last - pausedAt).toFixed(0)} ms after the worker had heard of the pause`);
  assert.ok(before > 2 && pausedAt !== null);
  assert.ok(after <= 1, `${after} orders were worked on after the pause`);
  await page.leave();
});

test("WebGPU that is asked for takes the run over at the end of an iteration, and loses nothing", async () => {
  const page = await faster.open("?seed=1&preset=ppo&device=webgpu&speed=fast", { before: realAdapter });
  assert.equal(await kindOf(page), "cpu", "it begins at once");
  const sentence = await untilSaid(page, /^Training on WebGPU/);
  const since = Number(sentence.match(/^Training on WebGPU \(acme one\) since iteration (\d+), as asked for\.$/)[1]);
  assert.ok(since >= 1);
  assert.equal(await kindOf(page), "webgpu");
  assert.ok(await page.locator("[data-is=coming]").isHidden());
  await until(page, (s) => s.iteration >= since + 2);

  const alone = await faster.open("?seed=1&preset=ppo&device=cpu&speed=fast");
  const curveOf = (where) => where.evaluate(() => mbppo.curves.metrics["train/value_loss"].map(({ value }) => value));
  await until(alone, (s) => s.iteration >= since + 2);
  for (const where of [page, alone]) await where.locator("[data-is=play]").click();
  for (const where of [page, alone]) await standsStill(where);
  const [moved, stayed] = [await curveOf(page), await curveOf(alone)];
  const both = Math.min(moved.length, stayed.length);
  assert.ok(both >= since + 2);
  assert.deepEqual(
    moved.slice(0, both),
    stayed.slice(0, both),
    "the same seed gives the same numbers, handed over or not",
  );
  assert.deepEqual(await faultsOf(page), []);
  await Promise.all([page.leave(), alone.leave()]);
});

test("while WebGPU arrives the page says how much has, and the run goes on", async () => {
  slow.files = /mbppo-webgpu-.*\.wasm$/;
  const page = await faster.open("?seed=1&device=webgpu", { before: realAdapter });
  await untilSaid(page, /^Training on the CPU while WebGPU downloads: \d+\.\d MB of \d+\.\d MB\.$/);
  assert.ok(await page.locator("[data-is=coming]").isVisible());
  await until(page, (s) => s?.iteration >= 1);
  assert.equal(await kindOf(page), "cpu");
  slow.files = null;
  await page.leave();
});

test("automatic measures both on the run at hand and says both figures", async () => {
  const ms = "[\\d.,]+ ms";
  const found = {
    faster: new RegExp(
      `^Training on WebGPU \\(acme one\\) since iteration \\d+: measured ${ms} an iteration, ${ms} on the CPU\\.$`,
    ),
    slower: /^Training on the CPU: measured [\d.,]+ ms an iteration, [\d.,]+ ms on WebGPU \(acme one\)\.$/,
  };
  for (const [name, browser, kind] of [
    ["faster", faster, "webgpu"],
    ["slower", slower, "cpu"],
  ]) {
    const page = await browser.open("?seed=1&preset=ppo&speed=fast", { before: realAdapter });
    await untilSaid(page, found[name]);
    assert.equal(await kindOf(page), kind);
    assert.deepEqual(await faultsOf(page), []);
    await page.leave();
  }
});

test("automatic does not fetch WebGPU for a software adapter, nor for who saves data", async () => {
  const page = await faster.open("?seed=1"); // SwiftShader
  await untilSaid(
    page,
    /^Training on the CPU: WebGPU is only emulated in software here \(google swiftshader\), and slower\.$/,
  );
  assert.equal(page.workers().length, 1);
  await page.leave();
  const saving = await faster.open("?seed=1", {
    before: () => {
      Object.defineProperty(navigator, "gpu", {
        value: { requestAdapter: async () => ({ features: new Set(["timestamp-query"]), info: { vendor: "acme" } }) },
      });
      Object.defineProperty(navigator, "connection", { value: { saveData: true } });
    },
  });
  await untilSaid(saving, /WebGPU is not downloaded, because your browser asks to save data/);
  assert.equal(saving.workers().length, 1);
  await saving.leave();
});

test("a WebGPU that cannot start leaves the run where it is, with the reason", async () => {
  const page = await faster.open("?seed=1&device=webgpu", {
    before: realAdapter,
    altered: /mbppo-webgpu-[^/]*\.js$/,
    as: "globalThis.refuse = true;",
  });
  await untilSaid(
    page,
    /^Training on the CPU, because WebGPU failed to start \(The device failed while opening WebGPU: none today\)\.$/,
  );
  const { ticks } = await snapshotOf(page);
  await until(page, (s) => s.ticks > ticks + 20);
  await page.leave();
});

test("a run that is replaced while it waits for WebGPU takes nothing over", async () => {
  const page = await faster.open("?seed=1&device=webgpu&autoplay=false", { before: realAdapter });
  await page.locator("[data-is=device]").selectOption("cpu");
  await untilSaid(page, /^Training on the CPU, as asked for\.$/);
  await page.locator("[data-is=play]").click();
  await until(page, (s) => s.iteration >= 3);
  assert.equal(await kindOf(page), "cpu");
  assert.equal(await sentenceOf(page), "Training on the CPU, as asked for.");
  await page.leave();
});

/** A run on the stand-in, some iterations in. */
async function onWebGpu() {
  const page = await faster.open("?seed=1&preset=ppo&device=webgpu&speed=fast", { before: realAdapter });
  await untilSaid(page, /^Training on WebGPU/);
  await until(page, (s) => s.iteration >= 3);
  return page;
}

/** @type {any[][]} */
const FAILURES = [
  ["lost", (device) => device.destroy(), /^The device failed while training: it was lost \(destroyed/],
  [
    "asked for a program that does not compile",
    (device) => {
      device.createShaderModule({ code: "nonsense" });
      device.queue.submit([]);
    },
    /^The device failed while running a kernel: the browser refused it/,
  ],
];
for (const [name, fail, words] of FAILURES) {
  test(`a graphics device that is ${name}: the page says so, asks, and resumes from the checkpoint`, async () => {
    const page = await onWebGpu();
    const worker = await workerOf(page, "webgpu");
    await worker.evaluate(`navigator.gpu.requestAdapter().then((adapter) => adapter.requestDevice()).then(${fail})`);
    await page.locator("[data-is=trouble]").waitFor();
    assert.equal(await page.locator("[data-is=trouble-title]").textContent(), "The graphics device stopped");
    assert.match(await page.locator("[data-is=trouble-words]").textContent(), words);
    const { iteration } = await page.evaluate(() => ({ iteration: mbppo.checkpoint.iteration }));
    const button = page.getByRole("button", { name: `Continue on the CPU from iteration ${iteration}` });
    const { ticks } = await snapshotOf(page);
    await page.waitForTimeout(500);
    assert.equal((await snapshotOf(page)).ticks, ticks, "it does not switch by itself");
    await button.click();
    await untilSaid(
      page,
      new RegExp(`^Training on the CPU from iteration ${iteration} on, because the previous device stopped\\.$`),
    );
    await until(page, (s) => s.iteration >= iteration + 2);
    assert.ok(await page.locator("[data-is=trouble]").isHidden());
    assert.match(page.url(), /device=cpu/);
    asked.length = 0;
    await page.locator("[data-is=device]").selectOption("webgpu");
    await untilSaid(page, /^Training on WebGPU/);
    assert.ok(!asked.some((file) => file.endsWith(".wasm")), `what has been compiled is kept, yet: ${asked}`);
    await page.leave();
  });
}

test("a worker whose program panics can be left behind: another goes on from the checkpoint", async () => {
  const page = await faster.open("?seed=1&device=cpu&speed=fast");
  await until(page, (s) => s.iteration >= 2);
  await (await workerOf(page, "cpu")).evaluate(() => {
    setTimeout(() => {
      throw new Error("killed by a test");
    });
  });
  await page.locator("[data-is=trouble]").waitFor();
  assert.match(await page.locator("[data-is=trouble-report]").textContent(), /killed by a test[^]*device: cpu/);
  await page.getByRole("button", { name: /^Continue on the CPU from iteration \d+$/ }).click();
  const { iteration } = await page.evaluate(() => ({ iteration: mbppo.checkpoint.iteration }));
  await until(page, (s) => s.iteration >= iteration + 2);
  await page.leave();
});
