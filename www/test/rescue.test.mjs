// A run that met an error: what is kept of it, and how it goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../js/engine/protocol.js";
import { keptWords } from "../js/panels/kept.js";
import { stopped } from "../js/reports.js";
import { playing, settle } from "./standins.mjs";

const diverged = new EngineError("It diverged.", { kind: "diverged" });

/** A run that has just diverged; `before` sees it while it still plays. */
async function ended({ before = (_) => {}, ...options } = {}) {
  const on = await playing(options);
  before(on);
  on.store.set(stopped(diverged, on.store.get()));
  await settle();
  return on;
}

test("the last good state of a run that diverged is kept, and continued in place of the run that ended", async () => {
  const { run, store, engines, loop, first } = await ended();
  assert.deepEqual(store.get().checkpoint, { bytes: new Uint8Array([7]), iteration: 4, ms: 1 });
  const { settings } = store.get();
  const continued = run.commands.continueFromKept();
  await settle();
  assert.deepEqual(engines.openings.at(-1).wish, { bytes: new Uint8Array([7]), device: "cpu" });
  engines.openings.at(-1).answer("continued");
  assert.equal(await continued, null);
  assert.deepEqual(
    [loop.noted.attached, store.get().stopped, store.get().playing, store.get().resumed, first.closed],
    [["first", "continued"], false, true, 1, 1],
  );
  assert.deepEqual(store.get().settings, settings, "the same settings");
});

test("a state that cannot be continued is said, and stays as a file", async () => {
  const { run, store, engines } = await ended();
  const continued = run.commands.continueFromKept();
  await settle();
  engines.openings.at(-1).reject(new EngineError("No."));
  assert.equal((await continued).message, "No.");
  assert.deepEqual([store.get().stopped, store.get().checkpoint.iteration], [true, 4]);
});

test("a run that can no longer be saved still has its checkpoint from before", async () => {
  const warn = console.warn;
  console.warn = () => {};
  try {
    const checkpoint = { bytes: new Uint8Array([5]), iteration: 2, ms: 1 };
    const { store } = await ended({
      before({ first, store: of }) {
        first.dead = true;
        of.set({ checkpoint });
      },
    });
    assert.equal(store.get().checkpoint, checkpoint);
  } finally {
    console.warn = warn;
  }
});

test("a run that has been replaced meanwhile does not leave its state to the next one", async () => {
  let save;
  const { run, store, engines } = await ended({
    before({ first }) {
      first.save = () => new Promise((resolve) => (save = resolve));
    },
  });
  const restarted = run.commands.restart();
  await settle();
  engines.openings.at(-1).answer("second");
  await restarted;
  save({ bytes: new Uint8Array([9]), iteration: 9, ms: 1 });
  await settle();
  assert.equal(store.get().checkpoint, null);
  assert.equal(await run.commands.continueFromKept(), null, "a run that is not stopped has nothing to continue from");
});

test("what is kept is said plainly, and that its settings stay", () => {
  assert.match(keptWords({ iteration: 4 }), /^The last state from which it can go on is kept, with all its experience/);
  assert.match(keptWords({ iteration: 0 }), /^What it started with is kept.*cannot be changed/);
});
