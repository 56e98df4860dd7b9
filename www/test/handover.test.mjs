// Moving a run to WebGPU, with engines whose answers come late, fail, or never come.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../js/engine/protocol.js";
import { createHandOver } from "../js/handover.js";
import { createStore, INITIAL } from "../js/store.js";
import {
  deferred,
  engines as standIns,
  handClock,
  loop as standInLoop,
  session,
  settle,
  SETTINGS,
} from "./standins.mjs";
import { SCHEMA } from "./schema.mjs";

const ADAPTER = { possible: true, reason: "", name: "acme", software: false };
const CHECKPOINT = { bytes: new Uint8Array([1]), iteration: 2, ms: 1 };

/** A run on the CPU that is followed; `asked` counts what the browser was asked. */
function followed(settings, { probe = async () => ADAPTER, hasWebGpu = true } = {}) {
  const store = createStore({ ...INITIAL, schema: SCHEMA, device: { kind: "cpu", sentence: "Training on the CPU." } });
  const engines = standIns({ hasWebGpu });
  const loop = standInLoop();
  const { clock, pass } = handClock();
  const adopted = [];
  let asked = 0;
  const handOver = createHandOver({
    engines,
    loop,
    store,
    clock,
    saveData: () => false,
    probe: () => {
      asked += 1;
      return probe();
    },
    adopt: (next, physics, sentence) => adopted.push([next.name, physics.length, sentence]),
  });
  handOver.follow({ ...SETTINGS, device: "webgpu", ...settings });
  return {
    store,
    engines,
    loop,
    pass,
    adopted,
    handOver,
    sentence: () => store.get().device.sentence,
    asked: () => asked,
    gpu: () => engines.all.webgpu.at(-1)?.openings ?? [],
  };
}

/** … up to where the run is held for WebGPU to take it over. */
async function held() {
  const on = followed({});
  on.store.set({ checkpoint: CHECKPOINT });
  await settle();
  on.gpu()[0].answer("trial");
  await settle();
  on.loop.noted.held.resolve({ ...CHECKPOINT, iteration: 5 });
  await settle();
  return on;
}

test("asked for, WebGPU takes the run over at the end of an iteration", async () => {
  const { adopted, gpu, loop } = await held();
  assert.equal(gpu().length, 2, "a trial, then the run");
  gpu()[1].answer("on webgpu");
  await settle();
  assert.deepEqual(adopted, [["on webgpu", 1, "Training on WebGPU (acme) since iteration 5, as asked for."]]);
  assert.equal(loop.noted.released, 1);
});

test("a learner without kernels on WebGPU: one true sentence, nothing is asked or fetched", async () => {
  for (const device of ["auto", "webgpu"])
    for (const preset of ["dqn", "td3"]) {
      const { sentence, asked, engines } = followed({ preset, device });
      await settle();
      assert.equal(sentence(), `Training on the CPU: ${preset} has no WebGPU kernels.`);
      assert.deepEqual([asked(), engines.all.webgpu.length], [0, 0]);
    }
});

test("a browser that never says what it has is said, and the run stays", async () => {
  const { sentence, pass, adopted } = followed({}, { probe: () => new Promise(() => {}) });
  await settle();
  pass(30);
  await settle();
  assert.match(sentence(), /^Training on the CPU, because the browser does not say what graphics device it has\.$/);
  assert.deepEqual(adopted, []);
});

test("a WebGPU that never opens a trial is given up and ended, and the run has not been held", async () => {
  const { store, engines, loop, pass, sentence } = followed({});
  store.set({ checkpoint: CHECKPOINT });
  await settle();
  pass(120);
  await settle();
  assert.equal(sentence(), "Training on the CPU, because WebGPU failed to start (it did not answer for 120 seconds).");
  assert.deepEqual([engines.ended, loop.noted.held], [["webgpu"], null]);
});

test("a WebGPU that does not answer while the run is held for it: the run goes on where it was", async () => {
  const { engines, loop, pass, sentence, adopted } = await held();
  assert.equal(loop.noted.released, undefined);
  pass(30);
  await settle();
  assert.deepEqual([loop.noted.released, adopted, engines.ended], [1, [], ["webgpu"]]);
  assert.match(sentence(), /did not answer for 30 seconds/);
});

test("… and one that fails then, too", async () => {
  const { loop, gpu, sentence, adopted } = await held();
  gpu()[1].reject(new EngineError("Out of memory."));
  await settle();
  assert.deepEqual([loop.noted.released, adopted], [1, []]);
  assert.equal(sentence(), "Training on the CPU, because WebGPU failed to start (Out of memory).");
});

/** What a graphics device can say against itself; the last says nothing. */
const FAULTS = {
  lost: "The device failed while training: it was lost (destroyed).",
  "out of memory": "The device failed while allocating: it is out of memory (buffer).",
  "a refused kernel": "The device failed while running a kernel: the browser refused it (Invalid ShaderModule).",
  "no answer": null,
};
/** Where that meets a hand-over: {wish, fails(on, how)}, where `how()` is the promise that fails. */
const MOMENTS = {
  "while it is opened": { device: "webgpu", meets: ({ gpu }, how) => gpu()[0].resolve(how()) },
  "while it is tried": {
    device: "webgpu",
    meets: ({ gpu }, how) => gpu()[0].resolve({ ...session("trial"), advance: how }),
  },
  "while it is measured": {
    device: "auto",
    meets: ({ gpu }, how) => gpu()[0].resolve({ ...session("measured"), advance: how }),
  },
  "while the run is held for it": {
    device: "webgpu",
    async meets({ gpu, loop }, how) {
      gpu()[0].answer("trial");
      await settle();
      loop.noted.held.resolve({ ...CHECKPOINT, iteration: 5 });
      await settle();
      gpu()[1].resolve(how());
    },
  },
};

for (const [fault, words] of Object.entries(FAULTS)) {
  for (const [moment, { device, meets }] of Object.entries(MOMENTS)) {
    for (const thread of ["worker", "main"]) {
      test(`WebGPU, ${fault} ${moment}, the CPU on thread ${thread}: said, and the run goes on`, async () => {
        const on = followed({ device });
        on.engines.where = () => ({ thread, reason: null });
        on.store.set({ checkpoint: CHECKPOINT });
        await settle();
        const how = () => (words ? Promise.reject(new EngineError(words, { kind: "device" })) : new Promise(() => {}));
        await meets(on, how);
        await settle();
        if (words === null) {
          on.pass(120);
          await settle();
        }
        const why = words?.replace(/\.$/, "") ?? "it did not answer for \\d+ seconds";
        const where = thread === "main" ? " It shares the page's thread, as asked for." : "";
        const told = `Training on the CPU, because WebGPU failed to start (${why}).${where}`;
        assert.match(on.sentence(), new RegExp(`^${told.replace(/[().]/g, "\\$&")}$`));
        assert.deepEqual([on.adopted, on.engines.ended], [[], ["webgpu"]]);
        assert.equal(on.loop.noted.released ?? 0, on.loop.noted.held ? 1 : 0, "a run that was held goes on");
      });
    }
  }
}

test("a WebGPU that is slow is tried for some seconds of its work, not for a whole iteration", async () => {
  const { store, gpu, loop } = followed({});
  store.set({ checkpoint: CHECKPOINT });
  await settle();
  let orders = 0;
  const slow = {
    ...session("slow"),
    advance: async () => ({ ticks: (orders += 1), workMs: 900, iterationEnded: false }),
  };
  gpu()[0].resolve(slow);
  await settle();
  assert.deepEqual([orders, slow.closed], [4, 1]);
  assert.ok(loop.noted.held, "then it takes the run over");
});

test("a run that is replaced is left alone wherever its hand-over stands, and no session stays open", async () => {
  const { adopted, gpu, handOver, loop } = await held();
  handOver.leave();
  const late = gpu()[1].answer("too late");
  await settle();
  assert.deepEqual([adopted, late.closed, loop.noted.released], [[], 1, undefined]);

  const early = followed({});
  await settle();
  early.handOver.leave();
  early.store.set({ checkpoint: CHECKPOINT });
  await settle();
  assert.equal(early.gpu().length, 0);
  assert.equal(early.store.get().coming, null);
});

test("while WebGPU is fetched another run begins: what arrives does not speak for that one", async () => {
  const on = followed({});
  const fetching = deferred();
  on.engines.webgpu = async (onProgress) => {
    on.progress = onProgress;
    await fetching.promise;
    return null;
  };
  on.handOver.follow({ ...SETTINGS, device: "webgpu" });
  await settle();
  on.progress({ received: 1e6, total: 2e6 });
  assert.match(on.sentence(), /1\.0 MB of 2\.0 MB/);
  on.handOver.follow({ ...SETTINGS, device: "cpu" });
  await settle();
  on.progress({ received: 2e6, total: 2e6 });
  fetching.resolve();
  await settle();
  assert.deepEqual([on.sentence(), on.store.get().coming], ["Training on the CPU, as asked for.", null]);
});

test("measured and not worth it: the run stays, with both figures; a measurement that hangs is given up", async () => {
  const { store, gpu, engines, sentence, adopted, loop, pass } = followed({ device: "auto" });
  store.set({ checkpoint: CHECKPOINT });
  await settle();
  const measured = { ...session("measured"), workMs: 0 };
  measured.advance = async () => ({ ticks: 9, workMs: 50, iterationEnded: true });
  gpu()[0].resolve(measured);
  await settle();
  engines.openings[0].resolve({ ...measured, advance: async () => ({ ticks: 9, workMs: 10, iterationEnded: true }) });
  await settle();
  assert.equal(sentence(), "Training on the CPU: measured 10 ms an iteration, 50 ms on WebGPU (acme).");
  assert.deepEqual([adopted, loop.noted.held], [[], null]);

  const hung = followed({ device: "auto" });
  hung.store.set({ checkpoint: CHECKPOINT });
  await settle();
  hung.gpu()[0].resolve({ ...measured, advance: () => new Promise(() => {}) });
  await settle();
  hung.pass(120);
  await settle();
  assert.match(hung.sentence(), /did not answer for 120 seconds/);
  assert.equal(pass(1), undefined);
});
