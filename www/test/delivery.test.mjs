import assert from "node:assert/strict";
import { test } from "node:test";
import { createDelivery } from "../js/delivery.js";

test("reports wait for the picture and are passed on in their order, once", () => {
  const passed = [];
  const delivery = createDelivery((report) => passed.push(report));
  delivery.take(1);
  delivery.take(2);
  assert.deepEqual(passed, []);
  delivery.flush();
  delivery.flush();
  assert.deepEqual(passed, [1, 2]);
});

test("what comes while reports are passed on is not lost", () => {
  const passed = [];
  const delivery = createDelivery((report) => {
    passed.push(report);
    if (report === 1) delivery.take(2);
  });
  delivery.take(1);
  delivery.flush();
  delivery.flush();
  assert.deepEqual(passed, [1, 2]);
});
