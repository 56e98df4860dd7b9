// The engine on this thread, the page's or a Worker's: a thin, asynchronous wrapper of the wasm exports.
import { createGrowth } from "./curves.js";
import { EngineError } from "./protocol.js";

export function localEngine(bindings) {
  let alive = true;
  const failed = (error) => {
    const told = EngineError.from(error);
    if (told.fatal) alive = false;
    throw told;
  };
  const open = async (opening) => {
    try {
      return sessionOf(await opening(), failed);
    } catch (error) {
      return failed(error);
    }
  };
  return {
    open: (wish) => open(() => bindings.Session.create(wish)),
    resume: (checkpoint, device) => open(() => bindings.Session.resume(checkpoint, device)),
    alive: () => alive,
    close: () => { alive = false; },
  };
}

function sessionOf(session, failed) {
  // The wasm session is borrowed for as long as an advance runs: whatever comes meanwhile waits for its turn.
  let turn = Promise.resolve();
  const inTurn = (work) => {
    const result = turn.then(() => work()).catch(failed);
    turn = result.catch(() => {});
    return result;
  };
  let growth = createGrowth();
  const moved = createNews();
  let rests = 0;
  return {
    device: session.device(),
    ahead: 0,
    advance(order) {
      const asked = rests;
      if (order.anew) growth = createGrowth();
      return inTurn(() => advance(session, asked === rests ? order : { ...order, maxTicks: 0 }, growth, moved));
    },
    rest: () => { rests += 1; },
    physics: () => inTurn(() => session.physics()),
    setPhysics: (name, value) => inTurn(() => session.set_physics(name, value)),
    close: () => void inTurn(() => session.free()).catch(() => {}),
  };
}

async function advance(session, { budgetMs, maxTicks = 0xffffffff, stopAt = "", save = false, look = true, curves = false }, growth, moved) {
  const start = performance.now();
  const done = maxTicks > 0 ? await session.advance(budgetMs, maxTicks, stopAt) : IDLE;
  const report = { ticks: done.ticks, phaseChanged: done.phase_changed, iterationEnded: done.iteration_ended };
  if (look) Object.assign(report, { snapshot: session.snapshot(), recording: session.take_recording(), ...moved(session.physics()) });
  if (curves) {
    const before = performance.now();
    report.curves = growth(session.curves());
    report.curvesMs = performance.now() - before;
  }
  if (save && stopAt === "iteration" && done.iteration_ended) report.checkpoint = await checkpointOf(session);
  report.workMs = performance.now() - start;
  return report;
}

const IDLE = { ticks: 0, phase_changed: false, iteration_ended: false };

async function checkpointOf(session) {
  const start = performance.now();
  const bytes = await session.save();
  return { bytes, iteration: session.snapshot().iteration, ms: performance.now() - start };
}

/** Tells of physics only if they are other than they were told last: a plan may change them. */
function createNews() {
  let last = "";
  return (physics) => {
    const text = JSON.stringify(physics);
    if (text === last) return {};
    last = text;
    return { physics };
  };
}
