// How long an iteration takes on a device, measured on the current run: a few iterations from a checkpoint, then
// discarded.
import { EngineError } from "./protocol.js";

const ITERATIONS = 4;
const ENOUGH_MS = 2_000; // no further iteration is begun after this
const LIMIT_MS = 20_000; // an iteration that takes longer than this is not waited for
const ORDER_MS = 40; // small orders, so that a run that is played beside it keeps moving

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

async function oneIteration(session) {
  let spent = 0;
  for (let ended = false; !ended; ) {
    const report = await session.advance({ budgetMs: ORDER_MS, stopAt: "iteration", look: false });
    spent += report.workMs;
    ended = report.iterationEnded;
    if (spent > LIMIT_MS) throw new EngineError(`one iteration took more than ${LIMIT_MS / 1000} s`);
  }
  return spent;
}
