// Runs that were left behind: each comes back where it was, from its session or from its checkpoint.
import assert from "node:assert/strict";
import { test } from "node:test";
import { learned, playing, settle } from "./standins.mjs";

test("Restart and New seed can be taken back: the very session goes on where it was left", async () => {
  for (const command of ["restart", "newSeed"]) {
    const { run, store, engines, loop, first } = await playing();
    learned(store, 640);
    const over = run.commands[command]();
    await settle();
    engines.openings.at(-1).answer("second");
    await over;
    assert.deepEqual([store.get().snapshot, store.get().checkpoint, first.closed], [null, null, 0]);
    assert.deepEqual(store.get().left, { task: "CartPole-v1", seed: 1, iteration: 3 });
    learned(store, 8);
    assert.equal(await run.commands.undo(), null);
    assert.deepEqual(
      [loop.noted.attached, store.get().snapshot.real_steps, store.get().settings.seed, loop.noted.playing],
      [["first", "second", "first"], 640, 1, true],
      command,
    );
    await run.commands.undo();
    assert.deepEqual(
      [loop.noted.attached.at(-1), store.get().snapshot.real_steps],
      ["second", 8],
      "and that can be taken back too",
    );
  }
});

test("a run of some minutes survives many new seeds in which nothing happens", async () => {
  const { run, store, engines, loop, first } = await playing();
  learned(store, 5000);
  for (let again = 0; again < 9; again += 1) {
    const over = run.commands.newSeed();
    await settle();
    engines.openings.at(-1).answer(`seed ${again}`);
    await over;
  }
  assert.equal(first.closed, 0);
  await run.commands.undo();
  assert.deepEqual([loop.noted.attached.at(-1), store.get().snapshot.real_steps], ["first", 5000]);
});

test("of the runs left behind only the last keeps its session; the others resume from checkpoints", async () => {
  const { run, store, engines, first } = await playing();
  for (const steps of [100, 200, 300]) {
    learned(store, steps);
    const over = run.commands.newSeed();
    await settle();
    engines.openings.at(-1).answer(`after ${steps}`);
    await over;
  }
  assert.equal(first.closed, 1);
  const seen = [];
  for (let again = 0; again < 3; again += 1) {
    const before = engines.openings.length;
    const back = run.commands.undo();
    await settle();
    if (engines.openings.length > before) engines.openings.at(-1).answer("resumed");
    assert.equal(await back, null);
    seen.push(store.get().snapshot.real_steps);
  }
  assert.deepEqual(seen, [300, 200, 100]);
});

test("a left run whose engine has died comes back from its checkpoint, or says that it cannot", async () => {
  for (const checkpoint of [{ bytes: new Uint8Array([9]), iteration: 3, ms: 1 }, null]) {
    const { run, store, engines, loop, first } = await playing();
    learned(store, 640, checkpoint);
    const over = run.commands.restart();
    await settle();
    engines.openings.at(-1).answer("second");
    await over;
    first.dead = true;
    const back = run.commands.undo();
    await settle();
    if (checkpoint) engines.openings.at(-1).answer("resumed");
    const error = await back;
    if (checkpoint) assert.deepEqual([error, loop.noted.attached.at(-1)], [null, "resumed"]);
    else {
      assert.match(error.message, /cannot be restored/);
      assert.equal(store.get().left, null, "it is not offered again");
    }
    assert.equal(loop.noted.playing, true);
  }
});
