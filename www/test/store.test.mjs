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
  assert.deepEqual(heard, [
    [1, 1],
    [3, 3],
  ]);
});

test("who watches a part hears of it only when that part is another", () => {
  const store = createStore({ snapshot: { rounds: 0, ticks: 1 } });
  const heard = [];
  store.watch(
    ["snapshot"],
    ({ snapshot }) => snapshot.rounds,
    (rounds) => heard.push(rounds),
  );
  store.set({ snapshot: { rounds: 0, ticks: 2 } });
  store.set({ snapshot: { rounds: 10, ticks: 0 } });
  assert.deepEqual(heard, [0, 10]);
});
