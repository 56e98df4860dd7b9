import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../js/store.js";

test("a listener hears the state at once, and then only of its keys", () => {
  const store = createStore({ a: 1, b: 1 });
  const heard = [];
  const stop = store.on(["a"], ({ a, b }) => heard.push([a, b]));
  store.set({ b: 2 });
  store.set({ a: 1 });
  store.set({ a: 3, b: 3 });
  stop();
  store.set({ a: 4 });
  assert.deepEqual(heard, [[1, 1], [3, 3]]);
});
