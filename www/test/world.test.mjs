import assert from "node:assert/strict";
import { test } from "node:test";
import { localEngine } from "../js/engine/local.js";
import { answer as isBetter, begun } from "../js/panels/learning.js";
import { doubtAnswer, promiseAnswer } from "../js/panels/doubt.js";
import { answer as looksAt } from "../js/panels/where.js";
import { changed, worded } from "../js/panels/world.js";
import { received } from "../js/reports.js";

test("a change of the world waits for the advance that is under way, and what is refused loses nothing", async () => {
  const said = [];
  let busy = false;
  const wasm = {
    device: () => ({}),
    task: () => ({}),
    snapshot: () => ({}),
    take_recording: () => ({}),
    async advance() {
      busy = true;
      said.push("begin");
      await new Promise((later) => setTimeout(later, 5));
      busy = false;
      said.push("end");
      return { ticks: 1, phase_changed: false };
    },
    physics() {
      assert.ok(!busy);
      return [{ name: "gravity", value: 9.8 }];
    },
    set_physics(name, value) {
      assert.ok(!busy, "the program refuses this during an advance");
      said.push(`${name} ${value}`);
      if (value > 30)
        throw Object.assign(new Error("physics.gravity = 99 is not valid: it must be a number from 1 to 30."), {
          field: "physics.gravity",
        });
      return [{ name, value }];
    },
  };
  const session = await localEngine({
    schema: () => ({}),
    fresh_seed: () => 1,
    Session: { create: async () => wasm },
  }).open({});
  const [, changed, refused, again] = await Promise.allSettled([
    session.advance({ budgetMs: 1 }),
    session.setPhysics("gravity", 20),
    session.setPhysics("gravity", 99),
    session.advance({ budgetMs: 1 }),
  ]);
  assert.deepEqual(said, ["begin", "end", "gravity 20", "gravity 99", "begin", "end"]);
  assert.deepEqual(changed, { status: "fulfilled", value: [{ name: "gravity", value: 20 }] });
  assert.ok(refused.status === "rejected");
  assert.deepEqual(
    [refused.reason.name, refused.reason.field, again.status],
    ["EngineError", "physics.gravity", "fulfilled"],
  );
});

test("what is otherwise in the world is said with its unit", () => {
  const usual = [
    { name: "half_length", unit: "m", value: 0.5, usual: 0.5 },
    { name: "wind", unit: "N", value: 0, usual: 0 },
  ];
  assert.deepEqual(changed([{ ...usual[0], value: 0.87654 }, usual[1]]).map(worded), ["half length 0.877 m"]);
  assert.deepEqual(changed(usual), []);
  assert.equal(worded({ name: "gravity", unit: "m/step²", value: 0.0025 }), "gravity 0.0025 m/step²");
});

test("a map, a doubt and a promise stay until there is a newer one", () => {
  const recording = {
    frames: [],
    forecast: null,
    comparison: null,
    error_by_horizon: null,
    calibration: { pairs: 1 },
    return_gap: { gap: 1 },
    state_map: { cells: [1, 1] },
  };
  const { calibration, returnGap, stateMap } = received({ recording }, {});
  assert.deepEqual([calibration, returnGap, stateMap], [{ pairs: 1 }, { gap: 1 }, { cells: [1, 1] }]);
  assert.ok(!("stateMap" in received({ recording: { ...recording, state_map: null } }, {})));
});

test("where it looks is said in the task's own units", () => {
  const axes = [
    { name: "column", unit: "", low: 0.5, high: 3.5 },
    { name: "row", unit: "", low: 2.5, high: 0.5 },
  ];
  const map = { axes, cells: [3, 2], visits: [0, 0, 0, 0, 7, 1], novelty: [], value: [0, 0, 0.5, 0.1, 0.1, 0.1] };
  assert.equal(looksAt(map, "visits"), "It has been in 33 % of this map, most often near column 2 and row 1.");
  assert.equal(
    looksAt(map, "value"),
    "It expects the highest return, 0.5, near column 3 and row 2: a guess. Dots: visited.",
  );
  assert.match(looksAt(null, "visits"), /first steps/);
  const wide = { ...map, axes: [{ name: "position", unit: "m", low: -1.2, high: 0.6 }, axes[1]] };
  assert.match(looksAt(wide, "visits"), /position −0\.3 m and row 1/);
});

test("doubt and promise are said with what follows", () => {
  const calibration = { rank_correlation: 0.874, disagreement: [0.1, 0.2], error: [0.2, 0.4], pairs: 90 };
  assert.equal(
    doubtAnswer(calibration),
    "Mostly: where its models disagree more, their errors are larger (rank correlation 0.87). They are 2 times " +
      "as wrong as they disagree: overconfident.",
  );
  assert.match(
    doubtAnswer({ ...calibration, rank_correlation: 0.4, error: [0.1, 0.2] }),
    /^Partly: .* about as wrong as they disagree/,
  );
  assert.match(doubtAnswer({ ...calibration, rank_correlation: -0.2 }), /^No: .*−0\.2/);
  assert.match(doubtAnswer({ ...calibration, disagreement: [0, 0] }), /0\.87\)\.$/);
  assert.match(doubtAnswer(null), /will be compared/);
  assert.match(
    promiseAnswer({ imagined: -15.96, real: -16, gap: 0.04 }, 20),
    /Over up to 20 steps .* return of −16 on average; .* reality returned −16: a fair promise\.$/,
  );
  assert.match(promiseAnswer({ imagined: 19, real: 12, gap: 7 }, 20), /dreams of too much/);
  assert.match(promiseAnswer({ imagined: -150, real: -100, gap: -50 }, 20), /dreams of too little/);
  assert.match(
    promiseAnswer({ imagined: 1.8e-6, real: 0, gap: 1.8e-6 }, 20),
    /a return of 0 on average; .* reality returned 0: a fair promise/,
  );
});

test("returns below zero, and of a hundredth, are told as they are", () => {
  const points = (...values) => values.map((value, index) => ({ real_steps: index, value }));
  const pendulum = { solved_return: -200, return_range: [-1600, -100], time_limit: 200 };
  assert.equal(
    isBetter({ episode_returns: [], evaluations: points(-1508.7) }, pendulum, {}),
    "Not yet: no episode has ended so far; its latest test returned −1,509, and −200 counts as solved.",
  );
  assert.match(
    isBetter(
      { episode_returns: points(...Array(9).fill(-1400), ...Array(20).fill(-300)), evaluations: points(-250) },
      pendulum,
      {},
    ),
    /^Yes: its last 20 episodes returned −300 on average, its latest test −250; −200 counts as solved\.$/,
  );
  const maze = { solved_return: 1, return_range: [0, 1] };
  assert.match(
    isBetter({ episode_returns: points(0, 0, 0, 1, 0, 1, 1), evaluations: [] }, maze, {}),
    /returned 0\.43 on average/,
  );
  assert.match(begun({ time_limit: 999 }), /one may last 999 steps/);
});
