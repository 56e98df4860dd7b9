// A Worker that trains: the page starts it with an address or a compiled module, then calls the engine in it.
import { compile, instantiate } from "../engine/load.js";
import { localEngine } from "../engine/local.js";
import { EngineError } from "../engine/protocol.js";
import { watchDevices } from "./gpu_watch.js";
import { createPace } from "./pace.js";
import { createPause, serveEngine } from "./serve.js";

const failed = (error) => postMessage({ failed: EngineError.from(error).plain() });
watchDevices(failed);

self.onmessage = async ({ data: { start } }) => {
  try {
    const module = start.module ?? await compile(start, (progress) => postMessage({ progress }));
    const bindings = await instantiate(start, module);
    bindings.on_panic((message, where) => postMessage({ panic: where ? `${message}\nat ${where}` : message }));
    serveEngine(localEngine(bindings, { pace: createPace({ breathe: createPause() }) }), self);
    postMessage({ ready: true });
  } catch (error) {
    failed(error);
  }
};
