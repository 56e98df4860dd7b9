// The engine on this thread: a thin, asynchronous wrapper of the wasm exports.
import { EngineError } from "./protocol.js";

export function localEngine(bindings) {
  return { schema: bindings.schema(), freshSeed: () => bindings.fresh_seed(), open: (wish) => open(bindings, wish) };
}

async function open(bindings, wish) {
  let session;
  try {
    session = await bindings.Session.create(wish);
  } catch (error) {
    throw EngineError.from(error);
  }
  // The wasm session is borrowed for as long as an advance runs: whatever comes meanwhile waits for its turn.
  let turn = Promise.resolve();
  const inTurn = (work) => {
    const result = turn.then(() => work()).catch((error) => { throw EngineError.from(error); });
    turn = result.catch(() => {});
    return result;
  };
  return {
    device: session.device(),
    advance: (order) => inTurn(() => advance(session, order)),
    physics: () => inTurn(() => session.physics()),
    setPhysics: (name, value) => inTurn(() => session.set_physics(name, value)),
    close: () => void inTurn(() => session.free()).catch(() => {}),
  };
}

async function advance(session, { budgetMs, maxTicks = 0xffffffff, stopAtPhase = false, look = true, curves = false }) {
  const done = maxTicks > 0 ? await session.advance(budgetMs, maxTicks, stopAtPhase ? "phase" : "") : { ticks: 0, phase_changed: false };
  const report = { ticks: done.ticks, phaseChanged: done.phase_changed };
  if (look) Object.assign(report, { snapshot: session.snapshot(), recording: session.take_recording() });
  if (curves) {
    const start = performance.now();
    report.curves = session.curves();
    report.curvesMs = performance.now() - start;
  }
  return report;
}
