// Times are judged on machines that others use, too: a slower one is given more time, and a disturbed look is repeated.
import { setTimeout as wait } from "node:timers/promises";

/** What `work` takes on the machine on which the limits of these tests were set, in milliseconds. */
const REFERENCE_MS = 1.0;
const ATTEMPTS = 4;
const PAUSE_MS = 2000;

/** A computation of the kinds that a page does: objects, calls, floating-point numbers and text. */
function work() {
  let sum = 0;
  const words = [];
  for (let index = 0; index < 20000; index += 1) {
    const point = { x: Math.sin(index), y: Math.sqrt(index) };
    sum += point.x * point.y;
    if (index % 10 === 0) words.push(point.y.toFixed(2));
  }
  return sum + words.join(",").length;
}

/** The shortest time of many for `work`: what disturbs only now and then does not count. */
export function shortestMs(tries = 40) {
  let shortest = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < tries; turn += 1) {
    const from = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - from);
  }
  return shortest;
}

/** How many times as slow this machine is now as that on which the limits were set; never below 1. */
export const slowness = () => Math.max(1, shortestMs() / REFERENCE_MS);

/**
 * Looks until `fault(look)` finds none, at most four times: what one look finds may be another program's doing, what
 * all of them find is ours. Throws the last fault.
 *
 * @template Look
 * @param {() => Promise<Look>} look
 * @param {(look: Look) => string} fault what is wrong, or ""
 */
export async function judged(look, fault) {
  let last = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await wait(PAUSE_MS);
    last = fault(await look());
    if (!last) return;
  }
  throw new Error(`${ATTEMPTS} times of ${ATTEMPTS}: ${last}`);
}
