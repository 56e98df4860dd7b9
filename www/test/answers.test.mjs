import assert from "node:assert/strict";
import { test } from "node:test";
import { answer as isBetter } from "../js/panels/learning.js";
import { answer as leavesAt, leaves } from "../js/panels/reality.js";
import { answer as trusts, described } from "../js/panels/trust.js";

const points = (...values) => values.map((value, index) => ({ real_steps: index, value }));
const task = { solved_return: 475, return_range: [0, 500] };

test("whether it gets better is said with the numbers", () => {
  assert.match(
    isBetter({ episode_returns: points(9), evaluations: [] }, task, {}),
    /^Too early to say: fewer than 5 episodes have ended\. 475 counts as solved\.$/,
  );
  const rising = { episode_returns: points(...Array(20).fill(20), ...Array(20).fill(90)), evaluations: points(120) };
  assert.equal(
    isBetter(rising, task, {}),
    "Yes: its last 20 episodes returned 90 on average, its latest test 120; 475 counts as solved.",
  );
  assert.match(isBetter({ ...rising, evaluations: points(400, 60) }, task, {}), /^It was better before: /);
  assert.match(
    isBetter({ episode_returns: points(...Array(9).fill(20)), evaluations: [] }, task, {}),
    /^Not yet: its last 9 episodes returned 20 on average; 475 counts as solved\.$/,
  );
  assert.match(
    isBetter(rising, task, { solved_at_real_steps: 1200 }),
    /^Yes: it solved the task after 1,200 real steps\. Its latest test reached 120\.$/,
  );
});

test("a line of practice that lags behind a solved task is explained, and only then", () => {
  const solved = { solved_at_real_steps: 500 };
  const lagging = { episode_returns: points(...Array(12).fill(10)), evaluations: points(60, 500) };
  assert.match(
    isBetter(lagging, task, solved),
    /^Yes: it solved .* reached 500\. Practice lags: it includes exploration, and most/,
  );
  const caughtUp = { episode_returns: points(...Array(12).fill(480)), evaluations: points(500) };
  assert.doesNotMatch(isBetter(caughtUp, task, solved), /Practice lags/);
  assert.doesNotMatch(isBetter({ episode_returns: [], evaluations: points(500) }, task, solved), /Practice lags/);
});

test("trust is said with what follows from it", () => {
  const snapshot = {
    confidence: 0.43,
    branches: 48,
    horizon: 20,
    known_steps: 20,
    horizon_set: 20,
    imagination_rounds: 10,
    imagination_skipped: null,
  };
  assert.equal(trusts(snapshot), "Somewhat: confidence 43 %, so it imagines 48 futures a round, up to 20 steps ahead.");
  assert.equal(
    trusts({ ...snapshot, imagination_rounds: 0 }),
    "Somewhat: confidence 43 %. It imagines 48 futures at a time all the same, up to 20 steps ahead.",
    "of a learner whose imagination does not follow the confidence",
  );
  assert.match(
    trusts({ ...snapshot, imagination_skipped: "the model is not good enough" }),
    /^Not now: the model is not good enough\.$/,
  );
  assert.match(trusts({ ...snapshot, confidence: null }), /^Not measured yet/);
});

test("what is not known of the model's error is said to be unknown", () => {
  const short = {
    confidence: 1,
    branches: 100,
    horizon: 11,
    known_steps: 11,
    horizon_set: 40,
    imagination_rounds: 5,
    imagination_skipped: null,
  };
  assert.equal(
    trusts(short),
    "Largely: confidence 100 %, so it imagines 100 futures a round, up to 11 steps ahead. The model's error is " +
      "known up to 11 steps ahead, so it goes no further, where up to 40 are allowed.",
  );
  assert.match(
    trusts({ ...short, horizon: 40 }),
    /up to 40 steps ahead\. The model's error is known up to 11 steps ahead; beyond that it is not\.$/,
  );
  assert.match(
    described({ model: [0.1, 0.2], asked: 40 }),
    /0\.20 after the last\. Not known beyond that, up to 40 steps\.$/,
  );
  assert.doesNotMatch(described({ model: [0.1, 0.2], asked: 2 }), /[Nn]ot known/);
});

test("reality leaves the dream where it leaves the band", () => {
  const rows = (...values) => values.map((value) => [value]);
  const comparison = { real: rows(0, 1, 5), imagined_low: rows(0, 0.5, 1), imagined_high: rows(0, 1.5, 2) };
  assert.equal(leaves(comparison, 0), 2);
  assert.equal(leaves({ ...comparison, real: rows(0, 1, 1.5) }, 0), null);
  assert.match(leavesAt(comparison, [{ name: "pole angle" }]), /^After 2 of 2 steps, at the pole angle/);
});
