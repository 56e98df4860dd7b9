// Which device trains, and why: what is checked before the WebGPU build is fetched, and what two timings decide. Every
// decision is a sentence that the page shows.
import { megabytes, value } from "../format.js";

const CPU = "Training on the CPU";
/**
 * WebGPU takes over only if it needs less than this share of the CPU's time: a hand-over for less is not worth its
 * pause.
 */
export const CLEARLY = 0.8;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp/i;

/**
 * {possible, reason, name, software}: whether WebGPU can train here; the reason is a clause that follows "because".
 * Never throws.
 * @param {{ gpu?: ?Pick<GPU, "requestAdapter">, secure?: boolean }} [world]
 */
export async function probeWebGpu({ gpu = globalThis.navigator?.gpu, secure = globalThis.isSecureContext } = {}) {
  const no = (reason) => ({ possible: false, reason, name: "", software: false });
  if (!gpu) {
    return secure === false
      ? no("this page was not opened over https or on localhost, and browsers give WebGPU to such pages only")
      : no("this browser does not support WebGPU");
  }
  let adapter;
  try {
    const ask = () => gpu.requestAdapter({ powerPreference: "high-performance" });
    // A Chromium that has just given up drawing on the GPU answers null at first, then with the device.
    adapter = (await ask()) ?? (await ask());
  } catch (error) {
    return no(`the browser refused access to a graphics device (${error?.message ?? error})`);
  }
  if (!adapter) return no("the browser supports WebGPU but found no usable graphics device");
  if (!adapter.features.has("timestamp-query"))
    return no("this graphics device lacks timestamp-query, which the WebGPU backend needs");
  return { possible: true, reason: "", ...described(adapter) };
}

/**
 * What an adapter calls itself, and whether it is a program on the processor.
 * @param {any} adapter browsers say it here or there
 */
function described({ info = {}, isFallbackAdapter }) {
  const words = [info.vendor, info.architecture].filter(Boolean).join(" ");
  const all = [words, info.device, info.description].join(" ");
  return { name: words, software: Boolean(info.isFallbackAdapter ?? isFallbackAdapter) || SOFTWARE.test(all) };
}

/**
 * What to do about WebGPU for a wish, once the run has begun on the CPU. `move`: "no" (and `sentence`: why), "asked"
 * (take the run over), "measure" (take it over if that pays) or "wait" (ask again once WebGPU is compiled). `built`:
 * whether the page has a WebGPU build, or "coming"; `saveData`: the visitor's wish; `kernels`: where the learner can
 * compute.
 * @param {string} wish
 * @param {{ probe: any, built: boolean | "coming", saveData: boolean, kernels: { algorithm: string, devices: string[] }
 * }} world
 * @returns {{ move: string, sentence?: string }}
 */
export function planFor(wish, { probe, built, saveData, kernels }) {
  const stay = (sentence) => ({ move: "no", sentence });
  if (wish === "cpu") return stay(`${CPU}, as asked for.`);
  if (!kernels.devices.includes("webgpu")) return stay(`${CPU}: ${kernels.algorithm} has no WebGPU kernels.`);
  if (!probe.possible) return stay(`${CPU}, because ${probe.reason}.`);
  if (!built) return stay(`${CPU}, because this page was built without WebGPU.`);
  const coming =
    built === "coming"
      ? { move: "wait", sentence: `${CPU} while WebGPU is still being compiled; this may take minutes.` }
      : null;
  if (wish === "webgpu") return coming ?? { move: "asked" };
  if (probe.software) return stay(`${CPU}: WebGPU is only emulated in software here${named(probe.name)}, and slower.`);
  if (saveData)
    return stay(`${CPU}: WebGPU is not downloaded, because your browser asks to save data. You can still choose it.`);
  return coming ?? { move: "measure" };
}

/** While the WebGPU build arrives; `progress`: {received, total}, null once it is there and is being prepared. */
export function arriving({ move }, progress) {
  const begin =
    `${CPU} while WebGPU ` +
    `${progress ? "downloads" : "is prepared"}${move === "measure" ? " for a comparison" : ""}`;
  if (!progress) return `${begin}.`;
  return `${begin}: ${megabytes(progress.received)}${progress.total ? ` of ${megabytes(progress.total)}` : ""}.`;
}

/**
 * From two measured times an iteration, in milliseconds: {move, sentence}; "since" is the iteration of the hand-over.
 */
export function verdict({ cpuMs, webgpuMs, name }) {
  const figures = (first, second) => `measured ${ms(first)} an iteration, ${ms(second)}`;
  if (webgpuMs < CLEARLY * cpuMs)
    return {
      move: true,
      sentence: (since) =>
        `Training on WebGPU${named(name)} since iteration ${since}: ${figures(webgpuMs, cpuMs)} on the CPU.`,
    };
  return { move: false, sentence: () => `${CPU}: ${figures(cpuMs, webgpuMs)} on WebGPU${named(name)}.` };
}

/** WebGPU took over because the visitor wished so. */
export const takenOver = (name, since) =>
  `Training on WebGPU${named(name)}${since > 0 ? ` since iteration ${since}` : ""}, as asked for.`;

/** WebGPU was there but could not take over. */
export const fallbackSentence = (error) =>
  `${CPU}, because WebGPU failed to start (${error.message.replace(/\.$/, "")}).`;

/** The visitor let the CPU go on after a failure. */
export const rescued = (iteration) =>
  `${CPU} ${iteration > 0 ? `from iteration ${iteration} on` : "from the start"}, because the previous device stopped.`;

/** Where on the CPU, if that is not a Worker: the end of a sentence's line. */
export function whereWords({ thread, reason }) {
  if (thread === "worker") return "";
  return reason
    ? ` It shares the page's thread, because no worker could be started (${reason.replace(/\.$/, "")}).`
    : " It shares the page's thread, as asked for.";
}

const named = (name) => (name ? ` (${name})` : "");
const ms = (number) => `${value(Number(number.toPrecision(2)))} ms`;
