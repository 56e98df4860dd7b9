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
  for (const method of ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"]) count("dispatches", GPUComputePassEncoder.prototype, method);
  count("submits", GPUQueue.prototype, "submit");
}

/** The calls of one unit, as the mean over `units` that `run` does. */
export async function callsOf(run, units = 1) {
  Object.assign(counts, { dispatches: 0, submits: 0 });
  for (let i = 0; i < units; i++) await run();
  return { dispatches: counts.dispatches / units, submits: counts.submits / units };
}
