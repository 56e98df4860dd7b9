// Hears what a graphics device says of itself: that it is gone, out of memory, or refuses a program. The program that uses
// it may wait for an answer that never comes, so the page is told from here.
import { EngineError } from "../engine/protocol.js";

const devices = [];

/** Tells `failed(error)` of every device that is opened from now on in this thread. */
export function watchDevices(failed, Adapter = /** @type {any} */ (globalThis).GPUAdapter) {
  if (!Adapter) return;
  const { requestDevice } = Adapter.prototype;
  Adapter.prototype.requestDevice = async function (...wishes) {
    const device = await requestDevice.apply(this, wishes);
    devices.push(device);
    device.lost.then((info) => failed(lost(info)));
    device.addEventListener("uncapturederror", ({ error }) => failed(refused(error)));
    return device;
  };
}

/** The devices that have been opened, for whoever wants to see one fail: `destroy()` makes a device lost. */
export const openDevices = () => [...devices];

/** "The device failed while …" is said as src/error.rs says it. */
function failure(doing, reason) {
  return new EngineError(`The device failed while ${doing}: ${reason}.`, { kind: "device", doing, reason });
}

function lost({ reason, message }) {
  return failure("training", `it was lost (${[reason, message].filter((word) => word && word !== "unknown").join(": ").replace(/\.$/, "") || "the browser does not say why"})`);
}

function refused(error) {
  const kind = error.constructor.name;
  const words = error.message.split("\n")[0].replace(/\.$/, "");
  if (kind === "GPUOutOfMemoryError") return failure("allocating", `it is out of memory (${words})`);
  return failure("running a kernel", `the browser refused it (${words})`);
}
