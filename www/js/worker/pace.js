// Keeps a worker's share of the CPU: it works in slices and sleeps between them for as long as the share requires, by
// the clock. The page's frame rate makes no difference. Has no clock of its own, so that tests can supply one.

const SLICE_MS = 12; // after each, messages are heard: a pause waits no longer than this, or than one tick
const CARRY_MS = 100; // time that was lost to a late order or a late timer is made up for, up to this much

/**
 * `now`: a clock in milliseconds; `sleep(ms)`; `breathe()` resolves once the messages that are there have been heard.
 * Gives {work, charge}, as engine/local.js uses them.
 */
export function createPace({
  now = () => performance.now(),
  sleep = (ms) => new Promise((later) => setTimeout(later, ms)),
  breathe = createPause(),
} = {}) {
  let credit = 0; // milliseconds of work that are due
  let counted = -Infinity; // until when
  /** @type {?number} */ let ended = null; // when the latest order was done, unless it was called off

  function earn(share) {
    const time = now();
    // All of the time counts, so that a tick of seconds (a kernel is compiled) is no debt that takes for ever to pay.
    credit = Math.min(CARRY_MS * share, credit + share * (time - counted));
    counted = time;
  }

  async function waitForTurn(share, rested) {
    for (earn(share); credit < 0 && !rested(); earn(share)) await sleep(-credit / share);
  }

  return {
    /**
     * Works on `order` by calls of `slice(budgetMs, maxTicks)`, until its time is over, it has arrived where it stops,
     * or `rested()`. An order without a share is one slice.
     */
    async work({ budgetMs, maxTicks, share = null, stopAt = "" }, slice, rested) {
      if (share === null) return slice(budgetMs, maxTicks);
      const done = {
        ticks: 0,
        phase_changed: false,
        iteration_ended: false,
        idle_ms: ended === null ? 0 : now() - ended,
      };
      for (let left = budgetMs; left > 0 && done.ticks < maxTicks && !rested(); ) {
        await waitForTurn(share, rested);
        await breathe();
        if (rested()) break;
        const start = now();
        const part = await slice(Math.min(left, SLICE_MS), maxTicks - done.ticks);
        const spent = now() - start;
        credit -= spent;
        left -= spent;
        done.ticks += part.ticks;
        done.phase_changed ||= part.phase_changed;
        done.iteration_ended = part.iteration_ended;
        if ((stopAt === "iteration" && part.iteration_ended) || (stopAt === "phase" && part.phase_changed)) break;
      }
      ended = rested() ? null : now();
      return done;
    },
    /** What else was worked: it counts as well. */
    charge: (ms) => {
      credit -= ms;
    },
  };
}

/** Waits until the messages that are there already have been heard; a timer would wait for milliseconds. */
function createPause() {
  const { port1, port2 } = new MessageChannel();
  let waiting = [];
  port1.onmessage = () => waiting.shift()();
  /** @type {any} */ (port1).unref?.(); // Node.js, in tests: nobody is kept waiting by this port
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}
