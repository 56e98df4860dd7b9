// Listens to a GPU device's own reports: lost, out of memory, or a program refused. The program that uses it may wait
// for an answer that never comes, or fail first with a message that does not name the cause, so the page is told from
// here.
import { EngineError } from "../engine/protocol.js";

const SPEAKS_MS = 5000; // a device that says nothing for so long has nothing to say

/**
 * Tells `failed(error)` of every device that is opened from now on in this thread. Gives `spoken()`: it resolves once
 * they have said all that there is to say about what has been asked of them so far.
 */
export function watchDevices(failed, Adapter = /** @type {any} */ (globalThis).GPUAdapter) {
  const devices = [];
  if (!Adapter) return async () => {};
  const { requestDevice } = Adapter.prototype;
  Adapter.prototype.requestDevice = async function (...wishes) {
    const device = await requestDevice.apply(this, wishes);
    device.lost.then((info) => failed(lost(info)));
    device.addEventListener("uncapturederror", ({ error }) => failed(refused(error)));
    devices.push(device);
    return device;
  };
  // What a browser reports comes in the order of what it is about: after this answer nothing earlier is to come.
  const said = ({ lost: gone, queue }) => Promise.race([gone, queue.onSubmittedWorkDone().catch(() => {})]);
  return async () => {
    await Promise.race([
      Promise.all(devices.map(said)),
      new Promise((later) => {
        setTimeout(later, SPEAKS_MS);
      }),
    ]);
    await new Promise((later) => setTimeout(later)); // so that `failed` has been called
  };
}

/** "The device failed while …" is said as src/error.rs says it. */
function failure(doing, reason) {
  return new EngineError(`The device failed while ${doing}: ${reason}.`, { kind: "device", doing, reason });
}

function lost({ reason, message }) {
  return failure(
    "training",
    `it was lost (${
      [reason, message]
        .filter((word) => word && word !== "unknown")
        .join(": ")
        .replace(/\.$/, "") || "the browser does not say why"
    })`,
  );
}

function refused(error) {
  const kind = error.constructor.name;
  const words = error.message.split("\n")[0].replace(/\.$/, "");
  if (kind === "GPUOutOfMemoryError") return failure("allocating", `it is out of memory (${words})`);
  return failure("running a kernel", `the browser refused it (${words})`);
}
