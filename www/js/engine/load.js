// Fetches, counts and compiles the wasm while it streams in. Has no DOM: a Worker uses it too.
import { EngineError } from "./protocol.js";

/** The wasm at `address`, compiled. `onProgress({received, total})` in bytes; `bytes`: how many there are, null if nobody knows. */
export async function compile({ wasm: address, bytes = null }, onProgress) {
  if (typeof WebAssembly !== "object") throw new EngineError("This browser has no WebAssembly, or its settings forbid it. The learner needs it; any current browser has it.");
  const response = await reached(address);
  count(response.clone(), (received) => onProgress({ received, total: bytes }));
  try {
    return await WebAssembly.compileStreaming(typed(response));
  } catch (cause) {
    throw new EngineError(`The learner arrived but this browser cannot run it: ${cause.message}. It needs WebAssembly with SIMD (Chrome 91, Firefox 89, Safari 16.4 or newer).`, { cause });
  }
}

/** With the type that streaming asks for. The answer itself where the server gives it: only then may a browser keep what it compiled. */
function typed(response) {
  if (response.headers.get("content-type")?.split(";")[0] === "application/wasm") return response;
  return new Response(response.body, { headers: { "content-type": "application/wasm" } });
}

/** Tells how many bytes have arrived; if they stop coming, compiling says so. */
async function count(response, told) {
  const reader = response.body.getReader();
  for (let received = 0, piece; (piece = await reader.read().catch(() => ({ done: true }))) && !piece.done; ) {
    received += piece.value.byteLength;
    told(received);
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
