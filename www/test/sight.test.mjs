// A lab that nobody sees rests, and one that has been destroyed does nothing any more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLoop } from "../js/loop.js";
import { session } from "./standins.mjs";

/** A loop whose frames come by hand: {loop, seen, beat}; `seen` counts what happens. */
function setUp() {
  const seen = { frames: 0, painted: 0 };
  const frames = [];
  let now = 0;
  const loop = createLoop({
    paint: () => {
      seen.painted += 1;
    },
    reported() {},
    failed: (error) => assert.fail(error),
    schedule: (frame) => {
      seen.frames += 1;
      frames.push(frame);
    },
    later: () => assert.fail("every picture wants the next frame"),
    never() {},
    clock: () => now,
  });
  const beat = async () => {
    now += 16;
    for (const frame of frames.splice(0)) frame(now);
    await new Promise(setImmediate);
  };
  return { loop, seen, beat, waiting: () => frames.length };
}

/** A session that counts its orders. */
function counted() {
  const one = { ...session("one"), ahead: 0, orders: 0, rests: 0 };
  one.advance = async () => {
    one.orders += 1;
    return { ticks: 1, workMs: 1 };
  };
  one.rest = () => {
    one.rests += 1;
  };
  return one;
}

test("out of sight nothing is painted or ordered, and in sight again there is one row of frames", async () => {
  const { loop, seen, beat, waiting } = setUp();
  const one = counted();
  loop.attach(one);
  loop.play("fast");
  for (let frame = 0; frame < 3; frame += 1) await beat();
  assert.deepEqual([one.orders >= 2, seen.painted], [true, 3]);
  loop.seen(false);
  const { orders } = one;
  for (let frame = 0; frame < 3; frame += 1) await beat();
  assert.deepEqual([one.orders, seen.painted, waiting(), one.rests], [orders, 3, 0, 1]);
  loop.play("normal"); // a command does not wake it
  assert.equal(waiting(), 0);
  loop.seen(true);
  loop.seen(false);
  loop.seen(true); // scrolled past, within a frame
  assert.equal(waiting(), 1);
  await beat();
  await beat();
  assert.deepEqual([one.orders > orders, seen.painted, waiting()], [true, 5, 1]);
});

test("once it has ended nothing is painted, ordered or asked for", async () => {
  const { loop, seen, beat, waiting } = setUp();
  const one = counted();
  loop.attach(one);
  loop.play("fast");
  await beat();
  const { orders } = one;
  loop.end();
  await beat();
  loop.play("fast");
  loop.seen(true);
  await beat();
  assert.deepEqual([one.orders, seen.painted, waiting()], [orders, 1, 0]);
});
