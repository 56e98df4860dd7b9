// Counts WebGPU calls of everybody on this page: figures that do not depend on how fast the adapter is.
const counts = { dispatches: 0, submits: 0 };

function count(name, prototype, method) {
  const original = prototype[method];
  prototype[method] = function (...values) {
    counts[name]++;
    return original.apply(this, values);
  };
}

/** Once, before anybody opens the device. */
export function listen() {
  for (const method of ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"])
    count("dispatches", GPUComputePassEncoder.prototype, method);
  count("submits", GPUQueue.prototype, "submit");
}

/** The calls of one of the `scale` units that `run` does. */
export async function callsOf({ scale, run }) {
  Object.assign(counts, { dispatches: 0, submits: 0 });
  await run();
  return { dispatches: counts.dispatches / scale, submits: counts.submits / scale };
}
