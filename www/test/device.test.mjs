import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseDevice, fallbackSentence, probeWebGpu } from "../js/engine/device.js";

const adapter = (...features) => ({ features: new Set(features) });
const gpu = (answer) => ({ requestAdapter: async () => answer });

test("every way in which WebGPU can be missing has its own reason", async () => {
  const cases = [
    [{ gpu: undefined, secure: false }, /https or on localhost/],
    [{ gpu: null, secure: true }, /does not offer WebGPU/],
    [{ gpu: { requestAdapter: async () => { throw new Error("blocked"); } }, secure: true }, /refused.*\(blocked\)/],
    [{ gpu: gpu(null), secure: true }, /found no graphics device/],
    [{ gpu: gpu(adapter()), secure: true }, /lacks timestamp-query/],
  ];
  for (const [world, words] of cases) {
    const probe = await probeWebGpu(world);
    assert.equal(probe.possible, false);
    assert.match(probe.reason, words);
  }
  assert.equal((await probeWebGpu({ gpu: gpu(adapter("timestamp-query")), secure: true })).possible, true);
});

test("a wish becomes a device and a true sentence", async () => {
  const no = async () => ({ possible: false, reason: "of rain" });
  assert.deepEqual(await chooseDevice("webgpu", no), { kind: "cpu", sentence: "Training on the CPU, because of rain." });
  assert.deepEqual(await chooseDevice("webgpu", async () => ({ possible: true, name: "acme" })), { kind: "webgpu", sentence: "Training on WebGPU (acme), as asked for." });
  assert.equal((await chooseDevice("auto", no)).kind, "cpu");
  assert.match(fallbackSentence(new Error("The device was lost.")), /\(The device was lost\)\.$/);
});
