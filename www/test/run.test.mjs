// The life of a run with engines whose answers come late, fail, or never come.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../js/engine/protocol.js";
import { learned, playing, refusedFor, settle, SETTINGS, stage } from "./standins.mjs";

test("while the first run is being opened, what cannot be done yet is not done, and the first run comes", async () => {
  const { run, store, engines, loop } = stage();
  assert.equal(run.commands.restart(), null, "before anything");
  const started = run.startForgiving(SETTINGS, { playing: true });
  for (const command of ["restart", "newSeed", "undo", "tick", "phase", "toggle"]) await run.commands[command]();
  assert.equal(await run.commands.setPhysics("gravity", 20), null);
  await settle();
  assert.equal(engines.openings.length, 1);
  engines.openings[0].answer("first");
  await started;
  assert.deepEqual(
    [loop.noted.attached, loop.noted.playing, store.get().playing, store.get().settings.seed, store.get().opening],
    [["first"], true, true, 1, false],
  );
});

test("a change while the first run is being opened starts from that run's settings, and plays", async () => {
  const { run, store, engines, loop } = stage();
  const started = run.startForgiving({ ...SETTINGS, config: { gamma: "0.9" } }, { playing: true });
  const changed = run.commands.change({ task: "Pendulum-v1" });
  await settle();
  const [first, second] = engines.openings;
  assert.deepEqual([second.wish.task, second.wish.seed, second.wish.config], ["Pendulum-v1", 1, { gamma: "0.9" }]);
  second.answer("second");
  await settle();
  const late = first.answer("first");
  await Promise.all([started, changed]);
  assert.deepEqual(
    [loop.noted.attached, store.get().settings.task, loop.noted.playing, late.closed],
    [["second"], "Pendulum-v1", true, 1],
  );
});

test("a change that is refused cancels nothing: neither what plays nor what is being opened", async () => {
  const { run, store, engines, loop, first } = await playing({
    refuse: ({ preset }) => (preset === "dqn" ? refusedFor("algorithm") : null),
  });
  assert.match((await run.commands.change({ preset: "dqn" })).message, /algorithm is not valid/);
  assert.deepEqual([loop.noted.attached, loop.noted.playing, first.closed], [["first"], true, 0]);
  const valid = run.commands.change({ seed: 2 });
  assert.match((await run.commands.change({ preset: "dqn" })).message, /not valid/);
  await settle();
  engines.openings.at(-1).answer("second");
  assert.equal(await valid, null);
  assert.deepEqual([loop.noted.attached, store.get().settings.seed], [["first", "second"], 2]);
});

test("an opening that fails leaves the older one that works, in whatever order they answer", async () => {
  for (const order of [
    ["fail", "work"],
    ["work", "fail"],
  ]) {
    const { run, store, engines, loop } = await playing();
    const older = run.commands.change({ seed: 2 });
    await settle();
    const younger = run.commands.change({ seed: 3 });
    await settle();
    const [, works, fails] = engines.openings;
    for (const what of order) {
      if (what === "work") works.answer("older");
      else fails.reject(new EngineError("The device failed."));
      await settle();
    }
    assert.equal(await older, null);
    assert.match((await younger).message, /device failed/);
    assert.deepEqual(
      [store.get().settings.seed, store.get().opening, loop.noted.attached, loop.noted.playing],
      [2, false, ["first", "older"], true],
      order.join(),
    );
  }
});

test("the youngest of many openings counts, whichever comes last, and no session is forgotten", async () => {
  const { run, store, engines, loop, first } = await playing();
  const changes = [];
  for (const seed of [2, 3, 4]) {
    changes.push(run.commands.change({ seed }));
    await settle();
  }
  const opened = [3, 1, 2].map((index) => engines.openings[index].answer(`seed ${index + 1}`));
  await Promise.all(changes);
  assert.deepEqual([store.get().settings.seed, loop.noted.attached], [4, ["first", "seed 4"]]);
  assert.deepEqual(
    [first, ...opened].map(({ closed }) => closed),
    [1, 0, 1, 1],
    "nothing had happened in the first",
  );
});

test("an engine that never answers is said after a time, and the CPU starts over in another one", async () => {
  const { run, store, engines, loop, pass } = stage();
  const started = run.startForgiving(SETTINGS, { playing: true });
  await settle();
  pass(29);
  assert.equal(store.get().trouble, null);
  pass(1);
  assert.deepEqual(
    [store.get().trouble.title, store.get().trouble.waits, store.get().trouble.rescue],
    ["The learner does not answer", true, { iteration: 0 }],
  );
  const rescued = run.commands.rescue();
  await settle();
  assert.deepEqual([engines.ended, engines.all.cpu.length], [["cpu"], 2]);
  engines.openings[0].answer("another");
  await Promise.all([started, rescued]);
  assert.deepEqual(
    [loop.noted.attached, loop.noted.playing, store.get().trouble, store.get().settings.seed],
    [["another"], true, null, 1],
  );
  pass(100);
  assert.equal(store.get().trouble, null, "what was left behind is not waited for");
});

test("an order that is not answered is said; an answer takes that back; the visitor may wait", async () => {
  const { store, loop, pass, first } = await playing();
  let answer;
  first.advance = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const order = loop.noted.session.advance({});
  pass(30);
  assert.equal(store.get().trouble.waits, true);
  store.set({ trouble: null }); // "Keep waiting"
  pass(29);
  assert.equal(store.get().trouble, null);
  pass(1);
  assert.equal(store.get().trouble.waits, true, "and says so again");
  answer({ ticks: 1 });
  await order;
  await settle();
  assert.equal(store.get().trouble, null);
});

test("a run that does not answer goes on from its latest checkpoint, and its engine is ended", async () => {
  const { run, store, engines, loop } = await playing();
  learned(store, 64);
  const rescued = run.commands.rescue();
  await settle();
  assert.deepEqual(engines.openings[0].wish, { bytes: new Uint8Array([64]), device: "cpu" });
  engines.openings[0].answer("resumed");
  await rescued;
  assert.deepEqual(
    [loop.noted.attached, store.get().snapshot.ticks, store.get().resumed, loop.noted.playing],
    [["first", "resumed"], 64, 1, true],
  );
  assert.match(store.get().device.sentence, /^Training on the CPU from iteration 3 on/);
});

test("a rescue that fails says so, and only a new page helps", async () => {
  const { run, store, engines } = await playing();
  const rescued = run.commands.rescue();
  await settle();
  engines.openings[0].reject(new EngineError("No."));
  await rescued;
  assert.deepEqual([store.get().trouble.rescue, store.get().trouble.waits], [null, false]);
});

test("what is typed and valid is applied by Restart, New seed and another device", async () => {
  for (const [command, ...args] of [["restart"], ["newSeed"], ["changeDevice", "auto"]]) {
    const { run, store, engines } = await playing();
    store.set({ draft: { config: { gamma: "0.9" }, seed: 77 } });
    run.commands[command](...args);
    await settle();
    const { wish } = engines.openings.at(-1);
    assert.deepEqual([wish.config, wish.seed], [{ gamma: "0.9" }, command === "newSeed" ? 101 : 77], command);
  }
});

test("physics changes are in the shared address, not in what Restart starts from; a new task has none", async () => {
  const { run, engines, ...on } = await playing();
  assert.equal(await run.commands.setPhysics("gravity", 20), null);
  assert.deepEqual(run.shared().physics, { gravity: "20@7" });
  run.commands.restart();
  await settle();
  assert.deepEqual(engines.openings.at(-1).wish.physics, {});
  const planned = on.store.get();
  on.store.set({ settings: { ...planned.settings, physics: { gravity: "5" } } });
  engines.openings.at(-1).answer("again");
  await settle();
  on.store.set({ settings: { ...on.store.get().settings, physics: { gravity: "5" } } });
  run.commands.restart();
  await settle();
  assert.deepEqual(engines.openings.at(-1).wish.physics, { gravity: "5" }, "an address' own are part of the run");
  run.commands.change({ task: "Pendulum-v1", config: {} });
  await settle();
  assert.deepEqual(engines.openings.at(-1).wish.physics, {});
});

test("what an address gives and the program refuses is left out with a sentence, the rest runs", async () => {
  const refuse = ({ config, physics }) =>
    "gamma" in config ? refusedFor("gamma") : "colour" in physics ? refusedFor("physics.colour") : null;
  const { run, store, engines } = stage({ refuse });
  const started = run.startForgiving(
    { ...SETTINGS, config: { gamma: "7", horizon: "5" }, physics: { colour: "1", gravity: "3" } },
    { playing: true },
  );
  await settle();
  const { config, physics } = engines.openings[0].wish;
  assert.deepEqual([config, physics], [{ horizon: "5" }, { gravity: "3" }]);
  assert.deepEqual(store.get().notes, [
    "gamma is not valid: it cannot be. It runs without it.",
    "physics.colour is not valid: it cannot be. It runs without it.",
  ]);
  engines.openings[0].answer("first");
  await started;
});

test("WebGPU that is warm is used only by a learner that has kernels there", async () => {
  const { run, engines } = await playing();
  await engines.webgpu();
  run.commands.change({ device: "webgpu", preset: "dqn" });
  await settle();
  assert.equal(engines.openings.at(-1).wish.preset, "dqn");
  run.commands.change({ device: "webgpu", preset: "ppo" });
  await settle();
  assert.deepEqual(
    engines.all.webgpu[0].openings.map(({ wish }) => wish.preset),
    ["ppo"],
  );
  engines.all.webgpu[0].openings[0].reject(new EngineError("Lost."));
  await settle();
  assert.equal(engines.openings.at(-1).wish.preset, "ppo", "and the CPU takes it where WebGPU fails");
});
