import assert from "node:assert/strict";
import { test } from "node:test";
import { count, counted, percent, value } from "../js/format.js";

test("no number has seven digits", () => {
  assert.equal(count(0), "0");
  assert.equal(count(12_300), "12,300");
  assert.equal(count(999_999), "999,999");
  assert.equal(count(1_234_567), "1.23 million");
});

test("one is singular", () => {
  assert.equal(counted(1, "step"), "1 step");
  assert.equal(counted(2, "step"), "2 steps");
});

test("a metric shows three digits that matter", () => {
  assert.deepEqual([0, 475, 0.012345, -0.6931, 1234.5, 1.23e-7, null, NaN, -Infinity].map(value), [
    "0",
    "475",
    "0.0123",
    "−0.693",
    "1,235",
    "1.2e-7",
    "–",
    "–",
    "−∞",
  ]);
  assert.equal(percent(0.634), "63 %");
});
