// When the loop asks the session for work, for how much, and what it does with the answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLoop, SHARE } from "../js/loop.js";
import { session, setUp } from "./standin_loop.mjs";

test("paused, it looks once and then leaves the session alone", async () => {
  const { loop, beat } = setUp();
  const run = session("a");
  loop.attach(run);
  for (let i = 0; i < 5; i += 1) await beat();
  assert.deepEqual(
    run.orders.map(({ maxTicks }) => maxTicks),
    [0],
  );
});

test("one advance is in flight at a time", async () => {
  const { loop, beat } = setUp();
  const run = session("a");
  const held = run.hold();
  loop.attach(run);
  loop.play("normal");
  for (let i = 0; i < 5; i += 1) await beat();
  assert.equal(run.orders.length, 1);
  held.resolve();
  await beat();
  await beat();
  assert.equal(run.orders.length, 2);
});

test("an answer of a replaced run is dropped", async () => {
  const { loop, heard, beat } = setUp();
  const [old, fresh] = [session("old"), session("fresh")];
  const held = old.hold();
  loop.attach(old);
  await beat();
  loop.attach(fresh);
  await beat();
  held.resolve();
  await beat();
  assert.deepEqual(
    heard.map(({ name }) => name),
    ["fresh"],
  );
});

test("a tick by hand is exactly one tick, a phase runs until it changes", async () => {
  const { loop, beat } = setUp();
  let changes = 0;
  const run = session("a", { phaseChanged: () => (changes += 1) > 3 });
  loop.attach(run);
  await beat();
  loop.errand("tick");
  await beat();
  await beat();
  assert.deepEqual(
    run.orders.slice(1).map(({ maxTicks }) => maxTicks),
    [1],
  );
  loop.errand("phase");
  for (let i = 0; i < 6; i += 1) await beat();
  assert.equal(run.orders.filter(({ stopAt }) => stopAt === "phase").length, 2);
});

test("what is asked for by hand says when it is done, also where nobody looks", async () => {
  const { loop, beat } = setUp();
  let ended = false;
  const run = session("a", { iterationEnded: () => ended });
  loop.attach(run);
  await beat();
  loop.seen(false);
  const ticks = loop.errand("tick", 100); // the session answers with as many as it was asked for
  assert.equal(await ticks, true);
  assert.equal(run.orders.at(-1).maxTicks, 100);
  const iteration = loop.errand("iteration");
  await new Promise(setImmediate);
  ended = true;
  assert.equal(await iteration, true);
  assert.ok(run.orders.filter(({ stopAt }) => stopAt === "iteration").every(({ save }) => save));
  const replaced = loop.errand("phase");
  loop.attach(session("b"));
  assert.equal(await replaced, false, "the run that it was asked of is gone");
});

test("a pause is over once nothing is under way", async () => {
  const { loop, beat } = setUp();
  const run = session("a");
  loop.attach(run);
  await beat();
  assert.equal(await loop.pause(), true, "it rests already");
  loop.play("fast");
  await beat();
  const rests = loop.pause();
  await beat();
  assert.equal(await rests, true);
  assert.equal(run.orders.at(-1).maxTicks, 0);
});

test("slow motion does one tick and rests", async () => {
  const { loop, beat } = setUp();
  const run = session("a");
  loop.attach(run);
  await beat();
  loop.play("slow");
  for (let i = 0; i < 70; i += 1) await beat();
  assert.ok(run.orders.slice(1).every(({ maxTicks }) => maxTicks === 1));
  assert.ok(run.orders.length >= 4 && run.orders.length <= 5, `${run.orders.length}`);
});

test("a failure is told once and ends the run", async () => {
  const { loop, failures, beat } = setUp();
  let calls = 0;
  loop.attach({
    ahead: 0,
    rest() {},
    async advance() {
      calls += 1;
      throw new Error("diverged");
    },
  });
  loop.play("normal");
  for (let i = 0; i < 5; i += 1) await beat();
  assert.deepEqual([calls, failures.map(({ message }) => message)], [1, ["diverged"]]);
});

test("a worker always has an order that waits and is told its share; a pause takes it back", async () => {
  for (const speed of ["normal", "fast"]) {
    const { loop, beat } = setUp();
    const run = session("a", { ahead: 1 });
    loop.attach(run);
    await beat();
    await run.answers();
    loop.play(speed);
    for (let i = 0; i < 5; i += 1) await beat();
    assert.deepEqual(
      run.orders.slice(1).map(({ share }) => share),
      [SHARE[speed], SHARE[speed]],
    );
    assert.ok(
      run.orders.slice(1).every(({ save, stopAt }) => save && stopAt === "iteration"),
      "the iteration may end in either",
    );
    await run.answers();
    assert.equal(run.orders.length, 5, "it is not kept waiting for a frame");
    loop.pause();
    assert.equal(run.rests, 1);
    await run.answers();
    await beat();
    await run.answers();
    assert.equal(run.orders.length, 6);
    assert.equal(run.orders.at(-1).maxTicks, 0);
  }
});

test("a checkpoint is asked for at the first end of an iteration, and then not for ten seconds", async () => {
  const { loop, heard, beat } = setUp();
  const run = session("a", { iterationEnded: () => true });
  loop.attach(run);
  loop.play("normal");
  for (let ms = 0; ms < 12_000; ms += 16) await beat();
  assert.equal(heard.filter(({ checkpoint }) => checkpoint).length, 2);
});

test("whoever holds the run gets a checkpoint at the end of its iteration, and nothing is worked on then", async () => {
  const { loop, beat } = setUp();
  let ended = false;
  const run = session("a", { ahead: 1, iterationEnded: () => ended });
  loop.attach(run);
  await beat();
  await run.answers();
  loop.play("fast");
  await beat();
  const checkpoint = loop.hold();
  for (let i = 0; i < 3; i += 1) {
    await beat();
    await run.answers();
  }
  ended = true;
  await beat();
  await run.answers();
  assert.equal((await checkpoint).iteration, 4);
  const { length } = run.orders;
  for (let i = 0; i < 3; i += 1) {
    await beat();
    await run.answers();
  }
  assert.equal(run.orders.length, length, "held");
  loop.release();
  await beat();
  assert.ok(run.orders.length > length, "released");
  const replaced = loop.hold();
  loop.attach(session("b"));
  await assert.rejects(replaced, /replaced/);
});

test("an engine that ends while idle is reported too, once, and not if it has been replaced", async () => {
  const { loop, failures, beat } = setUp();
  for (const replaced of [true, false]) {
    const run = session("a", { ahead: 1 });
    let end;
    loop.attach({
      ...run,
      ended: new Promise((resolve) => {
        end = resolve;
      }),
    });
    await beat();
    await run.answers();
    if (replaced) loop.attach(session("b"));
    end(new Error("The device was lost."));
    await beat();
    await beat();
    assert.deepEqual(
      failures.map(({ message }) => message),
      replaced ? [] : ["The device was lost."],
    );
  }
});

test("an order of a worker covers the time between two pictures, where that is long", async () => {
  const { loop, beat } = setUp({ paintsEvery: () => 180 });
  const a = session("a", { ahead: 1 });
  loop.attach(a);
  loop.play("normal");
  await beat();
  await a.answers();
  const { budgetMs, share } = a.orders.at(-1);
  assert.deepEqual([budgetMs, share], [180 * SHARE.normal, SHARE.normal]);
});

test("what has been reported is passed on before a run is replaced or fails", async () => {
  const told = [];
  const { loop } = setUp({ leaving: () => told.push("leaving"), failed: () => told.push("failed") });
  const ended = Promise.resolve(new Error("gone"));
  loop.attach({ ...session("a"), ended });
  await ended;
  await null;
  assert.deepEqual(told, ["leaving", "leaving", "failed"]);
});

test("frames for which there is nothing to paint are not asked for, until somebody wants something", async () => {
  const asked = [];
  let frame;
  const loop = createLoop({
    paint: () => 150,
    reported() {},
    failed() {},
    schedule: (next) => {
      frame = next;
      asked.push("frame");
    },
    later: (call, ms) => {
      asked.push(ms);
      return call;
    },
    never: () => asked.push("woken"),
    clock: () => 0,
  });
  frame(1000);
  assert.deepEqual(asked.splice(0), ["frame", 150]);
  loop.errand("tick");
  assert.deepEqual(asked.splice(0), ["woken", "frame"]);
  loop.attach({ ...session("on the page's own thread"), ahead: 0 });
  loop.play("normal");
  frame(1016);
  assert.deepEqual(asked.splice(0), ["frame"], "where the page's thread trains it does so in every frame");
  loop.pause();
  loop.attach({ ...session("in a worker", { ahead: 1 }) });
  loop.play("normal");
  frame(1032);
  assert.deepEqual(asked.splice(0), [150]);
});
