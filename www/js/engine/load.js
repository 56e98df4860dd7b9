// Fetches the wasm, counts its bytes and compiles it while it streams in. Needs no DOM: a Worker uses it too.
import { EngineError } from "./protocol.js";

/**
 * The wasm at `address`, compiled. `bytes`: how many there are, null if nobody knows.
 * @param {{ wasm: string, bytes?: ?number }} build
 * @param {(progress: { received: number, total: ?number }) => void} onProgress
 */
export async function compile({ wasm: address, bytes = null }, onProgress) {
  if (typeof WebAssembly !== "object")
    throw new EngineError(
      "This browser has no WebAssembly, or its settings forbid it. The learner needs it; any current browser has it.",
    );
  const response = await reached(address);
  const counted = count(response.clone(), (received) => onProgress({ received, total: bytes }));
  try {
    const [module] = await Promise.all([WebAssembly.compileStreaming(typed(response)), counted]);
    return module;
  } catch (cause) {
    throw new EngineError(`The learner arrived but ${whyNot(cause.message)}`, { cause });
  }
}

/** An empty program, and one whose only function gives back a vector of zeros. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const SIMD = Uint8Array.of(
  ...EMPTY,
  1,
  5,
  1,
  0x60,
  0,
  1,
  0x7b,
  3,
  2,
  1,
  0,
  10,
  22,
  1,
  20,
  0,
  0xfd,
  12,
  ...Array(16).fill(0),
  11,
);

/** What stood in the way of compiling: a policy refuses every program, an old browser that with SIMD. */
function whyNot(message) {
  try {
    new WebAssembly.Module(EMPTY);
  } catch {
    return (
      "the content security policy of this page's host forbids WebAssembly. Whoever runs the host can allow it: " +
      "script-src must hold 'wasm-unsafe-eval'."
    );
  }
  if (!WebAssembly.validate(SIMD))
    return (
      "this browser cannot run it: it lacks WebAssembly SIMD (Chrome 91, Firefox 89, Safari 16.4 or newer have " +
      "it)."
    );
  return (
    `this browser cannot compile it (${message.replace(/\.$/, "")}). The file may be incomplete ` +
    "or the wrong one: reload the page, or put the whole folder on the server again."
  );
}

/**
 * With the type that streaming asks for. The answer itself where the server gives it: only then may a browser keep what
 * it compiled.
 */
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
  const refusals = []; // directives of a content security policy that have refused something meanwhile
  const hear = ({ effectiveDirective }) => refusals.push(effectiveDirective);
  globalThis.addEventListener?.("securitypolicyviolation", hear);
  try {
    response = await fetch(address);
  } catch (cause) {
    await new Promise((later) => setTimeout(later)); // the policy speaks after the refusal
    if (refusals.includes("connect-src"))
      throw new EngineError(
        "The learner could not be loaded: the content security policy of this page's host forbids it. Whoever " +
          "runs the host can allow it: connect-src must hold 'self'.",
        { cause },
      );
    throw new EngineError(`The learner could not be loaded: ${cause.message}.`, { cause });
  } finally {
    globalThis.removeEventListener?.("securitypolicyviolation", hear);
  }
  if (!response.ok)
    throw new EngineError(
      `The learner could not be loaded: the server answered ${response.status} for ${new URL(address).pathname}.`,
    );
  return response;
}

/** The exports of a compiled module, ready to be called. */
export async function instantiate({ script }, module) {
  const bindings = await import(script);
  await bindings.default({ module_or_path: module });
  return bindings;
}
