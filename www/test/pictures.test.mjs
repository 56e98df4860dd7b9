import assert from "node:assert/strict";
import { test } from "node:test";
import { PICTURES, pictureOf } from "../js/stage/pictures.js";
import { drawScene } from "../js/stage/scene.js";
import { createGhosts, emphasis } from "../js/stage/ghosts.js";
import { trace } from "../js/stage/strip.js";
import { SCHEMA } from "./schema.mjs";

const THEME = {
  ink: "#000",
  paper: "#fff",
  muted: "#777",
  hairline: "#ccc",
  imagined: "#07b",
  reward: "#0a7",
  error: "#d50",
  font_size: 13,
};
const TASKS = PICTURES.flatMap((picture) => picture.TASKS);

/** A canvas that refuses numbers which are none, and counts what is drawn in which colour. */
function paper() {
  const drawn = new Map();
  const state = {};
  const context = new Proxy(state, {
    set: (target, name, value) => {
      target[name] = value;
      return true;
    },
    get: (target, name) =>
      name in target
        ? target[name]
        : (...numbers) => {
            for (const number of numbers)
              if (typeof number === "number") assert.ok(Number.isFinite(number), `${String(name)}(${numbers})`);
            const colour =
              name === "stroke"
                ? target.strokeStyle
                : name === "fill" || name === "fillText" || name === "fillRect"
                  ? target.fillStyle
                  : null;
            if (colour) drawn.set(colour, (drawn.get(colour) ?? 0) + 1);
            if (name === "measureText") return { width: 100 };
          },
  });
  return { context, drawn };
}

function scene(picture, task, { ended = null, action = [1] } = {}) {
  const world = { task, dimensions: [], maze: SCHEMA.mazes["DynaMaze-v0"], physics: { half_length: 1.5, length: 1.7 } };
  const obs = picture.STILL;
  const frame = { step: 1, episode_step: 1, obs, action, ended, episode_return: -3.5 };
  const view = { frame, obs, now: 1.5, played: [{ ...frame, step: 0 }, frame], reached: [], waiting: 3 };
  const future = { obs: Array.from({ length: 9 }, (_, k) => obs.map((value) => value + 0.02 * k)), terminated: false };
  const forecast = {
    from_step: 1,
    confidence: 0.7,
    futures: [future, future, { ...future, obs: future.obs.slice(0, 2) }],
  };
  const ghosts = createGhosts({ reduced: () => true });
  ghosts.pass(forecast, 16);
  return [picture, world, { view, ghosts, shown: ghosts.shown(), past: [forecast], imagines: true }];
}

test("every task is drawn in ink with light over it, on any screen, in a world that was changed", () => {
  for (const task of TASKS) {
    for (const size of [
      { width: 740, height: 480, inset: 0 },
      { width: 390, height: 240, inset: 16 },
    ]) {
      for (const ended of [null, "terminated", "truncated"]) {
        for (const action of [[0], [1], [-0.7], []]) {
          const { context, drawn } = paper();
          drawScene(context, size, ...scene(pictureOf(task), task, { ended, action }), THEME);
          assert.ok(
            drawn.get(THEME.ink) >= 2 && drawn.get(THEME.imagined) >= 6,
            `${task} ${JSON.stringify([...drawn])}`,
          );
        }
      }
    }
  }
});

test("the strip speaks of what is imagined for a learner that imagines, and for no other", () => {
  for (const imagines of [true, false]) {
    const { context, drawn } = paper();
    const texts = [];
    const fillText = context.fillText;
    context.fillText = (text, ...where) => {
      texts.push(text);
      return fillText?.call(context, text, ...where);
    };
    const [picture, world, parts] = scene(pictureOf(TASKS[0]), TASKS[0], { ended: null, action: [0] });
    drawScene(context, { width: 740, height: 480, inset: 0 }, picture, world, { ...parts, imagines }, THEME);
    assert.equal(texts.includes("imagined"), imagines);
    assert.ok(texts.includes("now") && drawn.size > 0);
  }
});

test("of plans that were weighed the chosen one is strong, the others fade with what they are worth", () => {
  const strengths = [1, 1, 0.5, 0].map((worth, index) => emphasis({ worth }, index));
  assert.deepEqual(
    strengths,
    [...strengths].sort((a, b) => b - a),
  );
  assert.ok(strengths[0] > 2 * strengths[1] && strengths[3] > 0, `${strengths}`);
  assert.equal(emphasis({}, 0), emphasis({}, 3), "futures of one policy are alike");
  const forecast = (worth) => ({ from_step: 0, confidence: 1, futures: [{ obs: [[0], [1]], worth }] });
  const ghosts = createGhosts({ reduced: () => false });
  for (const plans of [forecast(1), forecast(1)]) ghosts.pass(plans, 16);
  assert.deepEqual(
    ghosts.shown().map(({ alpha }) => alpha),
    [1],
    "the newest plans alone",
  );
  ghosts.pass(forecast(undefined), 16);
  assert.equal(ghosts.shown().length, 2, "other futures fade in and out");
});

test("every picture has words for what is seen, and for both ends", () => {
  for (const task of TASKS) {
    const picture = pictureOf(task);
    const [, world, { view }] = scene(picture, task);
    const eye = picture.camera({ left: 0, width: 700, top: 60, bottom: 300 }, view.obs, world);
    const says = (ended) => picture.describe(view.obs, { ...view.frame, ended, episode_step: 87 }, world);
    assert.equal(new Set([says(null), says("truncated")]).size, 2, task);
    for (const words of [says(null), says("terminated"), says("truncated")])
      assert.match(words, /^[A-Z].*87.*\.$/, task);
    for (const ended of ["terminated", "truncated"])
      assert.match(picture.ending(eye, { ...view.frame, ended, episode_step: 87 }).words, /87 steps/);
  }
});

test("what is seen is told as it is", () => {
  const frame = { ended: null, episode_step: 3, episode_return: 0 };
  const words = (task, obs) => pictureOf(task).describe(obs, frame, { maze: SCHEMA.mazes["DynaMaze-v0"] });
  assert.match(words("CartPole-v1", [0, 0, 0.1, 0]), /leans 6 degrees to the right/);
  assert.match(words("Acrobot-v1", [1, 0, 1, 0, 0, 0]), /3\.0 links below the line/);
  assert.match(words("Acrobot-v1", [-1, 0, 1, 0, 0, 0]), /0\.0 links below the line/);
  assert.match(words("Pendulum-v1", [0, 1, 0]), /90 degrees right of upright/);
  assert.match(words("Pendulum-v1", [-1, 0, 0]), /hangs down/);
  assert.match(words("MountainCar-v0", [-0.9, 0.02]), /rolls right on the left hill/);
  assert.match(words("DynaMaze-v0", [-0.2, -1]), /row 3 and column 1 .* goal is in row 1 and column 9/);
});

test("a task that nobody has drawn yet is shown number by number", () => {
  const picture = pictureOf("Tetris-v0");
  assert.deepEqual(picture.TASKS, []);
  const { context, drawn } = paper();
  const [, world, parts] = scene({ ...picture, STILL: [0.2, 3] }, "Tetris-v0");
  drawScene(
    context,
    { width: 600, height: 400, inset: 0 },
    picture,
    { ...world, dimensions: [{ name: "height", unit: "rows", low: 0, high: 20 }] },
    parts,
    THEME,
  );
  assert.ok(drawn.get(THEME.ink) >= 1);
});

test("an angle that goes over the edge does not cross the strip", () => {
  const moves = [];
  const context = { moveTo: (x, y) => moves.push(["move", x, y]), lineTo: (x, y) => moves.push(["line", x, y]) };
  const same = (number) => number;
  const points = [3.0, 3.1, -3.1, -3.0].map((value, step) => ({ step, value, last: step === 3 }));
  trace(context, points, { x: same, y: same, line: { top: -Math.PI, bottom: Math.PI, wraps: true } });
  assert.deepEqual(
    moves.map(([kind]) => kind),
    ["move", "line", "move", "line"],
  );
});
