// Inside a Worker: answers the calls that remote.js sends, with an engine of this thread.
import { EngineError } from "../engine/protocol.js";

/**
 * Answers what comes through `port` from now on. `spoken()`: when the devices have said what they have to say
 * (gpu_watch.js). The program's own error is often a consequence of that, so it waits for them.
 */
export function serveEngine(engine, port, { spoken = async () => {} } = {}) {
  const sessions = new Map(); // by the number that remote.js gave them
  const keep = (key, session) => {
    sessions.set(key, session);
    return { device: session.device, task: session.task };
  };
  const calls = {
    open: async (key, wish) => keep(key, await engine.open(wish)),
    resume: async (key, checkpoint, device, task) => keep(key, await engine.resume(checkpoint, device, task)),
    replay: async (key, receipt, task) => keep(key, await engine.replay(receipt, task)),
    receipt: (key, bytes, task) => engine.receipt(bytes, task),
    compareReceipt: (key, text, bytes, task) => engine.compareReceipt(text, bytes, task),
    advance: (key, order) => sessions.get(key).advance(order),
    rest: (key) => sessions.get(key)?.rest(),
    save: (key) => sessions.get(key).save(),
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
      port.postMessage({ id, value }, filesIn(call, value));
    } catch (error) {
      const told = EngineError.from(error);
      if (told.kind === "device" || told.fatal) await spoken();
      port.postMessage({ id, error: told.plain() });
    }
  };
}

/** What an answer hands over instead of copying it. */
function filesIn(call, value) {
  const checkpoint = call === "save" ? value : value?.checkpoint;
  return checkpoint ? [checkpoint.bytes.buffer] : [];
}
