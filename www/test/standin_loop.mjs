// A loop with frames by hand, and a session that answers when it is told to.
import { createLoop } from "../js/loop.js";

/** A loop whose frames come by hand, over a session that answers when told. */
export function setUp(more = {}) {
  let frame;
  const heard = [];
  const failures = [];
  let now = 0;
  const loop = createLoop({
    paint() {},
    reported: (report) => heard.push(report),
    failed: (error) => failures.push(error),
    schedule: (next) => {
      frame = next;
    },
    clock: () => now,
    ...more,
  });
  return {
    loop,
    heard,
    failures,
    async beat(ms = 16) {
      now += ms;
      frame(now);
      await new Promise(setImmediate);
    },
  };
}

/**
 * @param {string} name
 * @param {{ phaseChanged?: () => boolean, ahead?: number, iterationEnded?: () => boolean }} [how]
 */
export function session(name, { phaseChanged = () => false, ahead = 0, iterationEnded = () => false } = {}) {
  const orders = [];
  let open = null;
  const waiting = [];
  return {
    orders,
    /** A worker answers the orders that have come, from the first to the last. */
    async answers() {
      for (const answer of waiting.splice(0)) {
        answer();
        await new Promise(setImmediate);
      }
    },
    ahead,
    rests: 0,
    rest() {
      this.rests += 1;
    },
    hold() {
      open =
        Promise.withResolvers?.() ??
        (() => {
          let resolve;
          const promise = new Promise((yes) => {
            resolve = yes;
          });
          return { promise, resolve };
        })();
      return open;
    },
    async advance(order) {
      orders.push(order);
      await open?.promise;
      if (ahead > 0)
        await new Promise((answer) => {
          waiting.push(answer);
        });
      return {
        name,
        ticks: order.maxTicks ?? 9,
        phaseChanged: phaseChanged(),
        iterationEnded: iterationEnded(),
        snapshot: { episodes: 0, iteration: 0, latest_evaluation: null },
        ...(order.save && iterationEnded() && { checkpoint: { bytes: new Uint8Array(1), iteration: 4, ms: 1 } }),
        ...(order.curves && { curves: {}, curvesMs: 1 }),
      };
    },
  };
}
