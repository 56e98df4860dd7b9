import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../js/engine/protocol.js";
import { rescueWords } from "../js/panels/trouble.js";
import { stopped, trouble } from "../js/reports.js";

const STATE = { trouble: null, schema: { version: "0" }, settings: { seed: 3 }, snapshot: { ticks: 9, phase: "fit" }, device: { kind: "webgpu", name: "acme" }, notes: [], checkpoint: { iteration: 12 } };

test("a device that failed is named, what is kept is said, and the way on is offered", () => {
  const error = new EngineError("The device failed while training: it was lost.", { kind: "device" });
  const { trouble: shown, playing, stopped: over } = stopped(error, STATE);
  assert.deepEqual([shown.title, playing, over], ["The graphics device stopped", false, true]);
  assert.equal(shown.words, "The device failed while training: it was lost. What it had learned after 12 iterations is kept. It can go on from there on the CPU, if you wish.");
  assert.equal(rescueWords(shown.rescue), "Go on on the CPU from iteration 12");
  assert.match(shown.report, /it was lost\.\nsettings: \{"seed":3\}\ndevice: webgpu, acme\nat tick 9, phase fit\nversion 0/);
  const early = stopped(error, { ...STATE, checkpoint: null }).trouble;
  assert.match(early.words, /lost\. It can begin again on the CPU/);
  assert.equal(rescueWords(early.rescue), "Begin again on the CPU");
});

test("a panic can be left behind unless it is of the page's own program, which ends it for good", () => {
  assert.deepEqual(trouble("panicked", STATE).trouble.rescue, { iteration: 12 });
  assert.match(trouble("panicked", STATE).trouble.words, /after 12 iterations is kept\. Restarting/);
  assert.equal(trouble("panicked", STATE, { final: true }).trouble.rescue, null);
  assert.equal(trouble("404", { ...STATE, schema: null }).trouble.title, "The learner could not start");
  assert.deepEqual(trouble("again", { ...STATE, trouble: {} }), { playing: false }, "what follows only repeats it");
});

test("a run that diverged can be restarted in this page", () => {
  const { notes, trouble: none } = stopped(new EngineError("It diverged.", { kind: "diverged" }), STATE);
  assert.match(notes[0], /^It diverged\. The pictures show the run up to there\. Restart it/);
  assert.equal(none, undefined);
});
