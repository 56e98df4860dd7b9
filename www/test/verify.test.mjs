// Receipts are verified by an engine beside the one that trains, which is closed whatever happens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { verdictWords, verify } from "../js/verify.js";

const CLAIM = { words: "CartPole-v1, seed 3, 512 real steps", task: "CartPole-v1", ticks: 10, undecidable: null };

/** Engines whose session does so many ticks a slice, and ends an iteration every fourth tick. */
function enginesOf({ claim = CLAIM, perSlice = 3, fails = null } = {}) {
  const seen = { orders: /** @type {any[]} */ ([]), closed: 0, opened: 0 };
  let done = 0;
  const session = {
    async advance(order) {
      seen.orders.push(order);
      if (fails) throw fails;
      const ticks = order.stopAt ? 4 - (done % 4) : Math.min(perSlice, order.maxTicks);
      done += ticks;
      return { ticks: ticks + 1, iterationEnded: done % 4 === 0, snapshot: { ticks: done } };
    },
    save: async () => ({ bytes: new Uint8Array([done]) }),
  };
  const engine = { replay: async () => session, close: () => (seen.closed += 1) };
  const engines = {
    readReceipt: () => claim,
    taskOf: (task) => task,
    another: async () => {
      seen.opened += 1;
      return engine;
    },
    compareReceipt: async (_text, { bytes }) => ({ verdict: "differs", differences: [`ticks: ${bytes[0]}`] }),
  };
  return { engines, seen };
}

const verified = (engines, more = {}) =>
  verify("{}", { engines, progress() {}, signal: new AbortController().signal, ...more });

test("the run is computed as far as the receipt says, and to the end of its iteration", async () => {
  const { engines, seen } = enginesOf();
  const shares = [];
  const result = await verified(engines, { progress: (share) => shares.push(share) });
  assert.deepEqual(
    seen.orders.map(({ maxTicks, stopAt }) => maxTicks ?? stopAt),
    [10, 7, 4, 1, "iteration"],
  );
  assert.deepEqual(shares, [0.3, 0.6, 0.9, 1, 1]);
  assert.equal(verdictWords(result), `${CLAIM.words}: it does not agree. ticks: 12.`);
  assert.equal(seen.closed, 1);
});

test("what can prove nothing is not computed", async () => {
  const { engines, seen } = enginesOf({ claim: { ...CLAIM, undecidable: "it was computed on webgpu" } });
  const words = verdictWords(await verified(engines));
  assert.equal(words, `${CLAIM.words}: it cannot be verified here, because it was computed on webgpu.`);
  assert.equal(seen.opened, 0);
});

test("a stop, an engine that fails and a text that is no receipt end it, and nothing is left", async () => {
  const stop = new AbortController();
  const endless = enginesOf({ claim: { ...CLAIM, ticks: 2 ** 50 } });
  const share = () => endless.seen.orders.length === 5 && stop.abort();
  await assert.rejects(verified(endless.engines, { progress: share, signal: stop.signal }), { name: "AbortError" });
  assert.deepEqual([endless.seen.orders.length, endless.seen.closed], [5, 1]);

  const failing = enginesOf({ fails: new Error("the worker is gone") });
  await assert.rejects(verified(failing.engines), /the worker is gone/);
  assert.equal(failing.seen.closed, 1);

  const { engines, seen } = enginesOf();
  const refuse = () => {
    throw new Error("The receipt's JSON is not valid");
  };
  await assert.rejects(verified({ ...engines, readReceipt: refuse }), /is not valid/);
  assert.equal(seen.opened, 0);
});
