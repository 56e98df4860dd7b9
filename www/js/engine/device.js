// Which device can train here, and why: asked before any tensor exists, because a wrong guess would end the program.

const CPU = "Training on the CPU";

/** {possible, reason, name}: whether WebGPU can train here; the reason is a clause that follows "because". Never throws. */
export async function probeWebGpu({ gpu = globalThis.navigator?.gpu, secure = globalThis.isSecureContext } = {}) {
  const no = (reason) => ({ possible: false, reason });
  if (!gpu) {
    return secure === false
      ? no("this page was not opened over https or on localhost, and browsers give WebGPU to such pages only")
      : no("this browser does not offer WebGPU");
  }
  let adapter;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    return no(`the browser refused to give access to a graphics device (${error?.message ?? error})`);
  }
  if (!adapter) return no("the browser has WebGPU but found no graphics device that it can use");
  if (!adapter.features.has("timestamp-query")) return no("this graphics device lacks timestamp-query, which the WebGPU backend needs");
  const { vendor, architecture } = adapter.info ?? {};
  return { possible: true, reason: "", name: [vendor, architecture].filter(Boolean).join(" ") };
}

/** What to open for a wish, and the sentence that is true once it is open: {kind, sentence}. */
export async function chooseDevice(wish, probe = probeWebGpu) {
  if (wish === "cpu") return { kind: "cpu", sentence: `${CPU}, as asked for.` };
  if (wish === "auto") return { kind: "cpu", sentence: `${CPU}: enough for networks this small. WebGPU can be chosen.` };
  const { possible, reason, name } = await probe();
  if (possible) return { kind: "webgpu", sentence: `Training on WebGPU${name ? ` (${name})` : ""}, as asked for.` };
  return { kind: "cpu", sentence: `${CPU}, because ${reason}.` };
}

/** The sentence for a WebGPU that was there but failed when it was opened. */
export function fallbackSentence(error) {
  return `${CPU}, because WebGPU failed to start (${error.message.replace(/\.$/, "")}).`;
}
