// Fetches, counts and compiles the wasm while it streams in. Has no DOM: a Worker can use it too.
import { EngineError } from "./protocol.js";

/** The module's exports, ready to be called. `onProgress({received, total})`; total is null where the server compresses. */
export async function load({ script, wasm }, onProgress) {
  if (typeof WebAssembly !== "object") throw new EngineError("This browser has no WebAssembly, or its settings forbid it. The learner needs it; any current browser has it.");
  const [bindings, module] = await Promise.all([import(script), compile(wasm, onProgress)]);
  await bindings.default({ module_or_path: module });
  return bindings;
}

async function compile(address, onProgress) {
  const response = await fetch(address);
  if (!response.ok) throw new EngineError(`The learner could not be loaded: the server answered ${response.status} for ${new URL(address).pathname}.`);
  const length = Number(response.headers.get("content-length"));
  const total = length > 0 && !response.headers.get("content-encoding") ? length : null;
  let received = 0;
  const counted = response.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      onProgress({ received, total });
      controller.enqueue(chunk);
    },
  }));
  try {
    // The new Response carries the type that streaming asks for, whatever the server calls the file.
    return await WebAssembly.compileStreaming(new Response(counted, { headers: { "content-type": "application/wasm" } }));
  } catch (cause) {
    throw new EngineError(`The learner arrived but this browser cannot run it: ${cause.message}. It needs WebAssembly with SIMD (Chrome 91, Firefox 89, Safari 16.4 or newer).`, { cause });
  }
}
