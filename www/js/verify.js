// Verifies a receipt: computes the run that it claims once more, beside the one that is watched, and compares.

/** A slice of the work, after which it is said how far it is; the page comes in between, where they share a thread. */
const SLICE_MS = 50;
const MOST_TICKS = 2 ** 31;

/**
 * The receipt in `text`: {words, verdict: "agrees" | "differs" | "undecided", differences?, reason?}. `engines`
 * as in engine/index.js; `progress(share)` says how far it is. Throws an EngineError for what is no receipt, and the
 * reason of `signal` once that has ended it.
 */
export async function verify(text, { engines, progress, signal }) {
  const claim = engines.readReceipt(text);
  if (claim.undecidable) return { ...claim, verdict: "undecided", reason: claim.undecidable };
  const engine = await engines.another(claim);
  try {
    const session = await engine.replay(text, engines.taskOf(claim.task));
    let [ticks, isBetween] = [0, false];
    while (ticks < claim.ticks || !isBetween) {
      signal.throwIfAborted();
      const left = Math.min(claim.ticks - ticks, MOST_TICKS);
      const limit = left > 0 ? { maxTicks: left } : { stopAt: "iteration" };
      const { snapshot, iterationEnded } = await session.advance({ budgetMs: SLICE_MS, ...limit });
      ticks = snapshot.ticks; // fewer than were asked for, where drawing a map does not count
      isBetween = iterationEnded;
      progress(Math.min(1, ticks / claim.ticks));
      await new Promise((later) => setTimeout(later));
    }
    return { ...claim, ...(await engines.compareReceipt(text, await session.save(), claim.task)) };
  } finally {
    engine.close();
  }
}

/** A verdict as a sentence. */
export function verdictWords({ words, verdict, differences, reason }) {
  if (verdict === "agrees") return `${words}: every bit agrees.`;
  if (verdict === "differs") return `${words}: it does not agree. ${differences.join("; ")}.`;
  return `${words}: it cannot be verified here, because ${reason}.`;
}
