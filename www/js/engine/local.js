// The engine on this thread, the page's or a Worker's: a thin, asynchronous wrapper of the wasm exports.
import { createGrowth } from "./curves.js";
import { EngineError } from "./protocol.js";
import { programTask } from "./task.js";

/** All of an order at once: what a page does that trains on its own thread, where a pause would only hold it up. */
const AT_ONCE = { work: ({ budgetMs, maxTicks }, slice) => slice(budgetMs, maxTicks), charge() {} };

/** `pace`: how the time of an order is spent; a Worker spreads it (worker/pace.js). */
export function localEngine(bindings, { pace = AT_ONCE } = {}) {
  let alive = true;
  const sessions = new Set();
  const failed = (error) => {
    const told = EngineError.from(error);
    if (told.fatal) alive = false;
    throw told;
  };
  const asked = (promise) => promise.catch(failed);
  const open = async (opening) => {
    try {
      const session = sessionOf(await opening(), { failed, pace, closed: () => sessions.delete(session) });
      sessions.add(session);
      if (!alive) session.close();
      return session;
    } catch (error) {
      return failed(error);
    }
  };
  return {
    open: (wish) => open(async () => bindings.Session.create({ ...wish, task: await programTask(wish.task) })),
    resume: (checkpoint, device, task) =>
      open(async () => bindings.Session.resume(checkpoint, device, await programTask(task))),
    replay: (receipt, task) => open(async () => bindings.Session.replay(receipt, await programTask(task))),
    receipt: async (bytes, task) => asked(bindings.receipt(bytes, await programTask(task))),
    compareReceipt: async (text, bytes, task) => asked(bindings.compare_receipt(text, bytes, await programTask(task))),
    alive: () => alive,
    close: () => {
      alive = false;
      for (const session of [...sessions]) session.close();
    },
  };
}

function sessionOf(session, { failed, pace, closed }) {
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
    task: session.task(),
    ahead: 0,
    advance(order) {
      const asked = rests;
      if (order.anew) growth = createGrowth();
      return inTurn(() => advance(session, order, { growth, moved, pace, rested: () => asked !== rests }));
    },
    rest: () => {
      rests += 1;
    },
    save: () => inTurn(() => checkpointOf(session)),
    physics: () => inTurn(() => session.physics()),
    setPhysics: (name, value) => inTurn(() => session.set_physics(name, value)),
    close() {
      closed();
      inTurn(() => session.free()).catch(() => {});
    },
  };
}

async function advance(session, order, { growth, moved, pace, rested }) {
  const { maxTicks = 0xffffffff, stopAt = "", save = false, look = true, curves = false } = order;
  let workMs = 0;
  const slice = async (budgetMs, ticks) => {
    const start = performance.now();
    const part = await session.advance(budgetMs, ticks, stopAt);
    workMs += performance.now() - start;
    return part;
  };
  const done = maxTicks > 0 && !rested() ? await pace.work({ ...order, maxTicks }, slice, rested) : IDLE;
  const start = performance.now();
  const report = {
    ticks: done.ticks,
    phaseChanged: done.phase_changed,
    iterationEnded: done.iteration_ended,
    idleMs: done.idle_ms ?? 0,
  };
  if (look)
    Object.assign(report, {
      snapshot: session.snapshot(),
      recording: session.take_recording(),
      ...moved(session.physics()),
    });
  if (curves) {
    const before = performance.now();
    report.curves = growth(session.curves());
    report.curvesMs = performance.now() - before;
  }
  if (save && stopAt === "iteration" && done.iteration_ended) report.checkpoint = await checkpointOf(session);
  const told = performance.now() - start;
  pace.charge(told);
  report.workMs = workMs + told;
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
