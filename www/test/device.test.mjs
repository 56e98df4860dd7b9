import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arriving,
  fallbackSentence,
  planFor,
  probeWebGpu,
  takenOver,
  verdict,
  whereWords,
} from "../js/engine/device.js";

const adapter = (info = {}, ...features) => ({ features: new Set(features), info });
/** @returns {Pick<GPU, "requestAdapter">} */
const gpu = (answer) => ({ requestAdapter: async () => answer });
const seen = (info) => probeWebGpu({ gpu: gpu(adapter(info, "timestamp-query")), secure: true });

test("every way in which WebGPU can be missing has its own reason", async () => {
  /** @type {[{ gpu?: ?Pick<GPU, "requestAdapter">, secure: boolean }, RegExp][]} */
  const cases = [
    [{ gpu: undefined, secure: false }, /https or on localhost/],
    [{ gpu: null, secure: true }, /does not support WebGPU/],
    [
      {
        gpu: {
          requestAdapter: async () => {
            throw new Error("blocked");
          },
        },
        secure: true,
      },
      /refused.*\(blocked\)/,
    ],
    [{ gpu: gpu(null), secure: true }, /found no usable graphics device/],
    [{ gpu: gpu(adapter()), secure: true }, /lacks timestamp-query/],
  ];
  for (const [world, words] of cases) {
    const probe = await probeWebGpu(world);
    assert.equal(probe.possible, false);
    assert.match(probe.reason, words);
  }
});

test("a browser that has no graphics device at first is asked once more, and not again", async () => {
  const real = adapter({ vendor: "nvidia" }, "timestamp-query");
  const probed = async (...answers) => {
    let asked = 0;
    const late = { requestAdapter: async () => answers[asked++] ?? null };
    return { possible: (await probeWebGpu({ gpu: late, secure: true })).possible, asked };
  };
  assert.deepEqual(await probed(real), { possible: true, asked: 1 });
  assert.deepEqual(await probed(null, real), { possible: true, asked: 2 });
  assert.deepEqual(await probed(null, null, real), { possible: false, asked: 2 });
});

test("a program on the processor is told from a graphics device", async () => {
  assert.deepEqual(await seen({ vendor: "apple", architecture: "metal-3" }), {
    possible: true,
    reason: "",
    name: "apple metal-3",
    software: false,
  });
  for (const info of [
    { isFallbackAdapter: true },
    { vendor: "google", architecture: "swiftshader" },
    { description: "llvmpipe (LLVM 15.0.6, 256 bits)" },
  ]) {
    assert.equal((await seen(info)).software, true, JSON.stringify(info));
  }
});

const REAL = { possible: true, reason: "", name: "apple metal-3", software: false };
const EVERYWHERE = { algorithm: "ppo", devices: ["cpu", "webgpu"] };
/** @type {(wish: string, world?: Partial<Parameters<typeof planFor>[1]>) => ReturnType<typeof planFor>} */
const plan = (wish, { probe = REAL, built = true, saveData = false, kernels = EVERYWHERE } = {}) =>
  planFor(wish, { probe, built, saveData, kernels });

test("what is wished for wins; automatic asks what WebGPU is and what it costs", () => {
  assert.deepEqual(plan("cpu"), { move: "no", sentence: "Training on the CPU, as asked for." });
  assert.equal(plan("webgpu").move, "asked");
  assert.equal(plan("webgpu", { probe: { ...REAL, software: true }, saveData: true }).move, "asked");
  assert.equal(plan("auto").move, "measure");
  /** @type {[Parameters<typeof plan>[1], string][]} */
  const stays = [
    [{ probe: { possible: false, reason: "of rain" } }, "Training on the CPU, because of rain."],
    [
      { probe: { ...REAL, name: "google swiftshader", software: true } },
      "Training on the CPU: WebGPU is only emulated in software here (google swiftshader), and slower.",
    ],
    [
      { saveData: true },
      "Training on the CPU: WebGPU is not downloaded, because your browser asks to save data. You can still choose it.",
    ],
    [{ kernels: { algorithm: "dqn", devices: ["cpu"] } }, "Training on the CPU: dqn has no WebGPU kernels."],
    [{ built: false }, "Training on the CPU, because this page was built without WebGPU."],
  ];
  for (const [world, sentence] of stays) assert.deepEqual(plan("auto", world), { move: "no", sentence });
});

test("a WebGPU build that is still being compiled is waited for by whoever would use it, and by nobody else", () => {
  const coming = { built: /** @type {const} */ ("coming") };
  for (const wish of ["auto", "webgpu"]) {
    assert.deepEqual(plan(wish, coming), {
      move: "wait",
      sentence: "Training on the CPU while WebGPU is still being compiled; this may take minutes.",
    });
  }
  assert.equal(plan("cpu", coming).move, "no");
  assert.equal(plan("auto", { ...coming, probe: { ...REAL, software: true } }).move, "no");
  assert.equal(plan("auto", { ...coming, probe: { possible: false, reason: "of rain" } }).move, "no");
});

test("WebGPU takes over only if it is clearly faster, and both figures are said", () => {
  const faster = verdict({ cpuMs: 41.3, webgpuMs: 12.04, name: "apple metal-3" });
  assert.equal(faster.move, true);
  assert.equal(
    faster.sentence(9),
    "Training on WebGPU (apple metal-3) since iteration 9: measured 12 ms an iteration, 41 ms on the CPU.",
  );
  const alike = verdict({ cpuMs: 10, webgpuMs: 9, name: "" });
  assert.equal(alike.move, false);
  assert.equal(alike.sentence(), "Training on the CPU: measured 10 ms an iteration, 9 ms on WebGPU.");
});

test("what arrives, takes over, fails or has no worker is said", () => {
  assert.equal(
    arriving({ move: "asked" }, { received: 3.14e6, total: 25e6 }),
    "Training on the CPU while WebGPU downloads: 3.1 MB of 25.0 MB.",
  );
  assert.equal(
    arriving({ move: "measure" }, { received: 3.14e6, total: null }),
    "Training on the CPU while WebGPU downloads for a comparison: 3.1 MB.",
  );
  assert.equal(arriving({ move: "asked" }, null), "Training on the CPU while WebGPU is prepared.");
  assert.equal(takenOver("acme", 7), "Training on WebGPU (acme) since iteration 7, as asked for.");
  assert.match(
    fallbackSentence(new Error("The device was lost.")),
    /^Training on the CPU, because .*\(The device was lost\)\.$/,
  );
  assert.equal(whereWords({ thread: "worker", reason: null }), "");
  assert.match(
    whereWords({ thread: "main", reason: "it is forbidden." }),
    /no worker could be started \(it is forbidden\)\.$/,
  );
});
