import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../js/engine/protocol.js";
import { rescueWords } from "../js/panels/trouble.js";
import { answeredAfterAll, silent, stopped, trouble } from "../js/reports.js";

const STATE = {
  trouble: null,
  schema: { version: "0" },
  settings: { seed: 3 },
  snapshot: { ticks: 9, phase: "fit" },
  device: { kind: "webgpu", name: "acme" },
  notes: [],
  checkpoint: { iteration: 12 },
};

test("a device that failed is named, what is kept is said, and the way on is offered", () => {
  const error = new EngineError("The device failed while training: it was lost.", { kind: "device" });
  const { trouble: shown, playing, stopped: over } = stopped(error, STATE);
  assert.deepEqual([shown.title, playing, over], ["The graphics device stopped", false, true]);
  assert.equal(
    shown.words,
    "The device failed while training: it was lost. What it had learned after 12 iterations is kept. The CPU " +
      "can continue from there.",
  );
  assert.equal(rescueWords(shown.rescue), "Continue on the CPU from iteration 12");
  assert.match(
    shown.report,
    /it was lost\.\nsettings: \{"seed":3\}\ndevice: webgpu, acme\nat tick 9, phase fit\nversion 0/,
  );
  const early = stopped(error, { ...STATE, checkpoint: null }).trouble;
  assert.match(early.words, /lost\. The CPU can start over/);
  assert.equal(rescueWords(early.rescue), "Start over on the CPU");
});

test("a panic can be left behind unless it is of the page's own program, which ends it for good", () => {
  assert.deepEqual(trouble("panicked", STATE).trouble.rescue, { iteration: 12 });
  assert.match(trouble("panicked", STATE).trouble.words, /after 12 iterations is kept\. Restarting/);
  assert.equal(trouble("panicked", STATE, { final: true }).trouble.rescue, null);
  assert.equal(trouble("404", { ...STATE, schema: null }).trouble.title, "The learner could not start");
  assert.deepEqual(
    trouble("again", { ...STATE, trouble: { waits: false } }),
    { playing: false },
    "what follows only repeats it",
  );
});

test("a run that diverged can be restarted in this page", () => {
  const { notes, trouble: none } = stopped(new EngineError("It diverged.", { kind: "diverged" }), STATE);
  assert.match(notes[0], /^It diverged\. The plots show the run up to that point\. Restart it/);
  assert.equal(none, undefined);
});

test("no answer is said without ending anything, gives way to what is known, and is taken back by an answer", () => {
  const { trouble: shown, ...rest } = silent(30, STATE);
  assert.deepEqual(rest, {}, "what is played is played");
  assert.deepEqual([shown.title, shown.waits, shown.rescue], ["The learner does not answer", true, { iteration: 12 }]);
  assert.match(shown.words, /not answered for 30 seconds.*after 12 iterations is kept/);
  assert.deepEqual(silent(30, { ...STATE, trouble: shown }), {});
  assert.equal(trouble("panicked", { ...STATE, trouble: shown }).trouble.title, "The learner stopped");
  assert.deepEqual(answeredAfterAll({ ...STATE, trouble: shown }), { trouble: null });
  assert.deepEqual(answeredAfterAll({ ...STATE, trouble: { waits: false } }), {}, "another trouble stays");
});
