// Work on a device that is then discarded, from a checkpoint of the current run: to measure how long an iteration takes
// there, or to find out whether it can be done there at all.
import { EngineError } from "./protocol.js";

const ITERATIONS = 4;
const ENOUGH_MS = 2_000; // no further iteration is begun after this
const LIMIT_MS = 20_000; // an iteration that takes longer than this is not waited for
const ORDER_MS = 40; // small orders, so that a run that is played beside it keeps moving
const TRY_MS = 3_000; // work of a trial: enough to allocate what is needed and to compile most kernels

/**
 * Milliseconds of work in an iteration after `checkpoint`; the first one is not counted, because it compiles and warms
 * up.
 */
export async function millisecondsPerIteration(engine, checkpoint, device, task) {
  const session = await engine.resume(checkpoint.bytes, device, task);
  try {
    await oneIteration(session);
    let [done, spent] = [0, 0];
    while (done < ITERATIONS && spent < ENOUGH_MS) {
      spent += await oneIteration(session);
      done += 1;
    }
    return spent / done;
  } finally {
    session.close();
  }
}

/**
 * Trains for a moment in the session that `opening` gives, and closes it: an iteration, or as much of one as takes some
 * seconds. What cannot be opened, allocated, compiled or computed on its device rejects. `soon(promise)` waits for each
 * answer.
 */
export async function tryOut(opening, soon) {
  const session = await soon(opening);
  try {
    let spent = 0;
    for (let ended = false; !ended && spent < TRY_MS; ) {
      const report = await soon(order(session));
      spent += report.workMs;
      ended = report.iterationEnded;
    }
  } finally {
    session.close();
  }
}

const order = (session) => session.advance({ budgetMs: ORDER_MS, stopAt: "iteration", look: false });

async function oneIteration(session) {
  let spent = 0;
  for (let ended = false; !ended; ) {
    const report = await order(session);
    spent += report.workMs;
    ended = report.iterationEnded;
    if (spent > LIMIT_MS) throw new EngineError(`one iteration took more than ${LIMIT_MS / 1000} s`);
  }
  return spent;
}
