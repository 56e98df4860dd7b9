import assert from "node:assert/strict";
import { test } from "node:test";
import { news } from "../js/panels/narration.js";

test("a run of an hour interrupts whoever hears it three times, not every five seconds", () => {
  const said = new Set();
  for (let second = 0; second < 3600; second += 1) {
    const snapshot = {
      ticks: second,
      episodes: second,
      narration: `Sentence ${second}.`,
      latest_evaluation: second > 20 ? second : null,
      solved_at_real_steps: second > 600 ? 4096 : null,
    };
    said.add(news({ snapshot, playing: true }));
  }
  assert.deepEqual(
    [...said].map((words) => words.slice(0, 26)),
    ["It is learning.", "It is learning. Its first ", "It solved the task after 4"],
  );
});

test("a pause and each step by hand are told in words", () => {
  const snapshot = {
    ticks: 7,
    real_steps: 1024,
    episodes: 2,
    narration: "It acts for real.",
    latest_evaluation: null,
    solved_at_real_steps: null,
  };
  assert.equal(news({ snapshot, playing: false }), "Paused. It acts for real. So far: 1,024 real steps, 2 episodes.");
  assert.equal(news({ snapshot: { ...snapshot, ticks: 0 }, playing: false }), "");
  assert.equal(news({ snapshot: null, playing: true }), "");
});
