// Receipts taken together: which are of one kind, where they can be summed up, and what is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf, groupWords, standingWords, stepsOf } from "../js/receipt_curve.js";

const receipt = (seed, values, { task = "CartPole-v1", horizon = "5", every = 100 } = {}) => ({
  task,
  seed,
  config: { gamma: "0.99", horizon },
  physics: {},
  real_steps: values.length * every,
  evaluations: values.map((value, index) => ({ real_steps: index * every, value })),
});

test("receipts of one configuration are a group, a seed counts once, and what differs is named", () => {
  const receipts = [
    receipt(1, [1, 2]),
    receipt(2, [1, 2, 3], { horizon: "9" }),
    receipt(2, [1, 2]),
    receipt(2, [1, 2, 3]),
    receipt(7, [1], { task: "Acrobot-v1" }),
  ];
  const groups = groupsOf(receipts);
  assert.deepEqual(
    groups.map(({ title, receipts: all, repeated }) => [title, all.map(({ seed }) => seed), repeated]),
    [
      ["CartPole-v1", [1, 2], 1],
      ["CartPole-v1, horizon = 9", [2], 0],
      ["Acrobot-v1", [7], 0],
    ],
  );
  assert.equal(groups[0].receipts[1].evaluations.length, 3, "the longer one of a seed");
});

test("they are summed up from where all have begun to where the first ends, by their latest evaluations", () => {
  const late = {
    ...receipt(2, []),
    evaluations: [
      { real_steps: 50, value: 7 },
      { real_steps: 150, value: 8 },
    ],
  };
  assert.deepEqual(stepsOf([receipt(1, [1, 2, 3]), late, receipt(3, [])]), [
    { steps: 50, values: [1, 7] },
    { steps: 100, values: [2, 7] },
    { steps: 150, values: [2, 8] },
  ]);
  const many = stepsOf([
    receipt(
      1,
      Array.from({ length: 500 }, (_, index) => index),
    ),
  ]);
  assert.ok(many.length <= 24 && many.length > 12);
  assert.equal(many.at(-1).steps, 49_900, "the last is among them");
  assert.deepEqual(stepsOf([]), []);
});

test("what is said names forged receipts, and how sure the median is", () => {
  const group = { receipts: [receipt(1, []), receipt(2, [])], repeated: 1 };
  assert.equal(
    groupWords(group, [{ steps: 100, median: 3.14159, interval: [2, 4] }]),
    "2 seeds, median after 100 real steps 3.14, 95 % interval 2 to 4. 1 more repeat a seed and are left out.",
  );
  assert.match(groupWords({ ...group, repeated: 0 }, []), /^2 seeds: at no step has each of them been evaluated\.$/);
  const verdicts = [
    { name: "a.json", verdict: "agrees" },
    { name: "b.json", verdict: "differs" },
    { name: "c.json", verdict: "undecided" },
    { name: "d.json", verdict: "refused" },
    { name: "e.json", verdict: "waits" },
  ];
  assert.equal(
    standingWords(verdicts),
    "1 of 5 receipts agree in every bit. Not what they claim, and left out: b.json. Not to be verified here, and " +
      "left out: c.json. No receipts: d.json. 1 are still waiting.",
  );
});
