import assert from "node:assert/strict";
import { test } from "node:test";
import { watchDevices } from "../js/worker/gpu_watch.js";

class GPUOutOfMemoryError {
  constructor(message) {
    this.message = message;
  }
}
class GPUValidationError {
  constructor(message) {
    this.message = message;
  }
}

/** An adapter whose device can be lost and can complain. */
function world() {
  let lose = (_info) => {};
  const answers = { resolve: (_done) => {}, reject: (_error) => {} };
  const queue = {
    onSubmittedWorkDone: () =>
      new Promise((resolve, reject) => {
        Object.assign(device, { resolve, reject });
      }),
  };
  const lost = new Promise((resolve) => {
    lose = resolve;
  });
  const device = Object.assign(new EventTarget(), { lost, lose, queue, wish: null, ...answers });
  class Adapter {
    /** @param {unknown} [wish] */
    async requestDevice(wish) {
      return Object.assign(device, { wish });
    }
  }
  return { device, Adapter };
}

test("a device that is lost, out of memory or refuses a program is told in its own words", async () => {
  const { device, Adapter } = world();
  const heard = [];
  watchDevices((error) => heard.push(error), Adapter);
  assert.equal(await new Adapter().requestDevice("limits"), device);
  assert.equal(device.wish, "limits");
  const complain = (error) => device.dispatchEvent(Object.assign(new Event("uncapturederror"), { error }));
  complain(new GPUOutOfMemoryError("Failed to allocate memory for buffer mapping"));
  complain(new GPUValidationError("Invalid ShaderModule.\n - While validating compute stage"));
  device.lose({ reason: "destroyed", message: "Device was destroyed." });
  await device.lost;
  await null;
  assert.deepEqual(
    heard.map(({ kind, message }) => [kind, message]),
    [
      [
        "device",
        "The device failed while allocating: it is out of memory (Failed to allocate memory for buffer mapping).",
      ],
      ["device", "The device failed while running a kernel: the browser refused it (Invalid ShaderModule)."],
      ["device", "The device failed while training: it was lost (destroyed: Device was destroyed)."],
    ],
  );
});

test("who asks whether the devices have spoken waits for all that they have to say, and for nothing else", async () => {
  const { device, Adapter } = world();
  const heard = [];
  const spoken = watchDevices((error) => heard.push(error.reason), Adapter);
  await spoken(); // there is none
  await new Adapter().requestDevice();
  const order = [];
  for (const answer of ["resolve", "reject"]) {
    const asked = spoken().then(() => order.push(answer));
    await new Promise(setImmediate);
    assert.ok(!order.includes(answer));
    device[answer](new Error("lost"));
    await asked;
  }
  assert.deepEqual([order, heard], [["resolve", "reject"], []]);
  const asked = spoken().then(() => order.push(...heard));
  device.lose({ reason: "unknown", message: "A valid external Instance reference no longer exists." });
  await asked;
  assert.deepEqual(order.slice(2), ["it was lost (A valid external Instance reference no longer exists)"]);
});

test("where there is no WebGPU nothing is watched", async () => {
  await watchDevices(() => {}, undefined)();
});
