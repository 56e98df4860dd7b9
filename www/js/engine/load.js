// Fetches, counts and compiles the wasm while it streams in. Has no DOM: a Worker uses it too.
import { EngineError } from "./protocol.js";

/** The wasm at `address`, compiled. `onProgress({received, total})` in bytes; `bytes`: how many there are, null if nobody knows. */
export async function compile({ wasm: address, bytes = null }, onProgress) {
  if (typeof WebAssembly !== "object") throw new EngineError("This browser has no WebAssembly, or its settings forbid it. The learner needs it; any current browser has it.");
  const response = await reached(address);
  let received = 0;
  const counted = response.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      onProgress({ received, total: bytes });
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

async function reached(address) {
  let response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new EngineError(`The learner could not be loaded: ${cause.message}.`, { cause });
  }
  if (!response.ok) throw new EngineError(`The learner could not be loaded: the server answered ${response.status} for ${new URL(address).pathname}.`);
  return response;
}

/** The exports of a compiled module, ready to be called. */
export async function instantiate({ script }, module) {
  const bindings = await import(script);
  await bindings.default({ module_or_path: module });
  return bindings;
}
