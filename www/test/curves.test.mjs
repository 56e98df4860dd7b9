import assert from "node:assert/strict";
import { test } from "node:test";
import { createGrowth, grown } from "../js/engine/curves.js";

const points = (...steps) =>
  steps.map((real_steps) => ({ real_steps, value: real_steps === 3 ? NaN : 2 * real_steps }));
const curves = (returns, loss) => ({
  episode_returns: points(...returns),
  evaluations: [],
  metrics: { "train/loss": points(...loss) },
});

test("what has grown, put together again, is the whole", () => {
  const growth = createGrowth();
  let seen = null;
  for (const now of [
    curves([1], []),
    curves([1, 2, 3], [4]),
    curves([1, 2, 3], [4, 5]),
    curves([1, 2, 3, 6], [4, 5]),
  ]) {
    const step = growth(now);
    seen = grown(seen, structuredClone(step));
    assert.deepEqual(seen, {
      ...now,
      metrics: Object.fromEntries(Object.entries(now.metrics).filter(([, all]) => all.length > 0)),
    });
  }
  assert.deepEqual(growth(curves([1, 2, 3, 6], [4, 5])), {});
});

test("only what is new crosses, and a curve that has not grown stays the same object", () => {
  const growth = createGrowth();
  const first = grown(null, growth(curves([1, 2], [4])));
  const step = growth(curves([1, 2, 5], [4]));
  assert.deepEqual(step, { episode_returns: { from: 2, points: points(5) } });
  const second = grown(first, step);
  assert.equal(second.metrics["train/loss"], first.metrics["train/loss"]);
  assert.equal(first.episode_returns.length, 2, "what somebody still draws is left alone");
});

test("a curve that was thinned out is given as a whole, even where it is as long as before", () => {
  const growth = createGrowth();
  const before = grown(null, growth(curves([1, 2, 3, 4], [])));
  assert.deepEqual(grown(before, growth(curves([1, 3], []))).episode_returns, points(1, 3));
  assert.deepEqual(growth(curves([1, 5, 7], [])).episode_returns, { from: 0, points: points(1, 5, 7) });
});
