import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlayer } from "../js/stage/player.js";

const frames = (from, count, episode = 0) =>
  Array.from({ length: count }, (_, k) => ({
    step: from + k,
    episode_step: episode + k,
    obs: [from + k, 0, 0, 0],
    action: [1],
    ended: null,
    episode_return: 0,
  }));

test("it shows the first frame at once and moves smoothly between frames", () => {
  const player = createPlayer();
  assert.equal(player.view(), null);
  player.push({ frames: frames(0, 3) }, 0);
  assert.equal(player.view().obs[0], 0);
  player.pass(10);
  const { obs, now } = player.view();
  assert.ok(obs[0] > 0 && obs[0] < 1 && obs[0] === now);
});

test("bursts are spread over the time between them", () => {
  const player = createPlayer();
  let most = 0;
  for (let burst = 0; burst < 12; burst += 1) {
    player.push({ frames: frames(16 * burst, 16) }, 800 * burst);
    let still = 0;
    let before = player.view().now;
    for (let ms = 0; ms < 800; ms += 16) {
      player.pass(16);
      const { now } = player.view();
      if (now === before) still += 16;
      before = now;
    }
    if (burst > 6) most = Math.max(most, still);
    assert.ok(player.view().waiting <= 32);
  }
  assert.ok(most < 300, `it stood still for ${most} of 800 ms`);
});

test("it hurries when it falls behind and jumps when it is lost", () => {
  const player = createPlayer();
  player.push({ frames: frames(0, 400) }, 0);
  for (let ms = 0; ms < 4000; ms += 16) player.pass(16);
  assert.ok(player.view().waiting < 100, `${player.view().waiting} are waiting`);
  player.push({ frames: frames(400, 2000) }, 5000);
  assert.ok(player.view().waiting < 100);
});

test("an end is looked at for a moment, and nothing moves from one episode into the next", () => {
  const player = createPlayer();
  const end = { ...frames(1, 1)[0], ended: "terminated", action: [] };
  player.push({ frames: [...frames(0, 1), end, ...frames(1, 2).map((frame) => ({ ...frame, obs: [9, 0, 0, 0] }))] }, 0);
  const seen = new Set();
  let held = 0;
  for (let ms = 0; ms < 2000; ms += 16) {
    player.pass(16);
    const { obs, frame } = player.view();
    if (frame.ended) {
      held += 16;
      assert.equal(obs[0], 1);
    }
    if (obs[0] > 1.001) seen.add(obs[0] >= 9);
  }
  assert.ok(held >= 450 && held <= 600, `${held}`);
  assert.deepEqual([...seen], [true]);
});

test("the state that a forecast starts from is shown before anything is done there, and only once", () => {
  const player = createPlayer();
  const here = [4, 0, 0, 0];
  player.push({ frames: frames(0, 4), forecast: { from_step: 4, confidence: 1, futures: [{ obs: [here, here] }] } }, 0);
  player.catchUp();
  assert.equal(player.view().frame.step, 4);
  assert.equal(player.view().reached.length, 1);
  player.push({ frames: frames(4, 4) }, 500);
  player.catchUp();
  assert.deepEqual(
    player.view().played.map(({ step }) => step),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
});

test("a forecast is seen once its step is reached", () => {
  const player = createPlayer();
  player.push({ frames: frames(0, 10), forecast: { from_step: 5, confidence: 1, futures: [] } }, 0);
  assert.equal(player.view().reached.length, 0);
  player.catchUp();
  assert.equal(player.view().reached.length, 1);
});
