// Inside a Worker: answers the calls that remote.js sends, with an engine of this thread.
import { EngineError } from "../engine/protocol.js";

/** The program's error is often a consequence. What gpu_watch.js hears of the device itself says more, if it is given the time. */
const DEVICE_SPEAKS_MS = 100;

/** Answers what comes through `port` from now on. */
export function serveEngine(engine, port) {
  const sessions = new Map(); // by the number that remote.js gave them
  const pause = createPause();
  const keep = (key, session) => {
    sessions.set(key, session);
    return { device: session.device };
  };
  const calls = {
    open: async (key, wish) => keep(key, await engine.open(wish)),
    resume: async (key, checkpoint, device) => keep(key, await engine.resume(checkpoint, device)),
    async advance(key, order) {
      await pause(); // so that a "rest" that has come meanwhile is heard before this order begins
      return sessions.get(key).advance(order);
    },
    rest: (key) => sessions.get(key)?.rest(),
    physics: (key) => sessions.get(key).physics(),
    setPhysics: (key, name, value) => sessions.get(key).setPhysics(name, value),
    close(key) {
      sessions.get(key)?.close();
      sessions.delete(key);
    },
  };
  port.onmessage = async ({ data: { id, call, session, args } }) => {
    if (id === null) return calls[call](session); // nobody waits for an answer
    try {
      const value = await calls[call](session, ...args);
      port.postMessage({ id, value }, value?.checkpoint ? [value.checkpoint.bytes.buffer] : []);
    } catch (error) {
      const told = EngineError.from(error);
      if (told.kind === "device") await new Promise((later) => setTimeout(later, DEVICE_SPEAKS_MS));
      port.postMessage({ id, error: told.plain() });
    }
  };
}

/** Waits until the messages that are there already have been heard; a timer would wait for milliseconds. */
function createPause() {
  const { port1, port2 } = new MessageChannel();
  /** @type {Array<(value?: any) => void>} */ const waiting = [];
  port1.onmessage = () => waiting.shift()?.();
  /** @type {any} */ (port1).unref?.(); // Node.js, in tests: nobody is kept waiting by this port
  return () => new Promise((resolve) => { waiting.push(resolve); port2.postMessage(null); });
}
