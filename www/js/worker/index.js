// A Worker that trains: the page starts it with an address or a compiled module, then calls the engine in it.
import { compile, instantiate } from "../engine/load.js";
import { localEngine } from "../engine/local.js";
import { EngineError } from "../engine/protocol.js";
import { watchDevices } from "./gpu_watch.js";
import { createPace } from "./pace.js";
import { serveEngine } from "./serve.js";

const failed = (error) => postMessage({ failed: EngineError.from(error).plain() });
const spoken = watchDevices(failed);
const ended = (message) => spoken().then(() => postMessage({ panic: message }));

// A program that ends within a callback of the browser's answers nobody: what was called then is never settled.
self.addEventListener("error", (event) => {
  event.preventDefault(); // said below, after what a device has to say
  ended(event.message || "the browser does not say why");
});
self.addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) ended(reason.message);
});

self.onmessage = async ({ data: { start } }) => {
  try {
    const module = start.module ?? (await compile(start, (progress) => postMessage({ progress })));
    const bindings = await instantiate(start, module);
    // A program that panics may do so because its device is gone; then that is what the page hears first.
    bindings.on_panic((message, where) => ended(where ? `${message}\nat ${where}` : message));
    serveEngine(localEngine(bindings, { pace: createPace() }), self, { spoken });
    postMessage({ ready: true, module: start.module ? null : module });
  } catch (error) {
    await spoken();
    failed(error);
  }
};
