// mbppo itself. On the CPU the loops run in wasm, as they do in its page; JavaScript holds the clock.
import start, * as wasm from "/built/mbppo_bench.js";

const BATCHES = 20;
let Ppo, Model, Rollout;

/** `device`: cpu. */
export async function open(device) {
  await start();
  if (device !== "cpu") throw new Error(`this build has no workloads on ${device}`);
  [Ppo, Model, Rollout] = [wasm.PpoOnCpu, wasm.ModelOnCpu, wasm.RolloutOnCpu];
  return `mbppo ${device}`;
}

async function chain(learner, count = BATCHES) {
  const after4 = count >= 4 ? await learner.steps(0, 4) : undefined;
  const after20 = count >= BATCHES ? await learner.steps(4, BATCHES) : undefined;
  return { scale: count, checks: { after4, after20 }, run: () => learner.steps(0, count), oneUnit: () => learner.steps(0, 1), free: () => learner.free() };
}

function rollout(branches) {
  const rollout = new Rollout(branches), run = () => rollout.run();
  return { scale: 1, run, oneUnit: run, free: () => rollout.free() };
}

function acting(count) {
  // So many that the clock's steps of 5 µs do not show.
  const acting = new wasm.ActingOnCpu(count), scale = count === 1 ? 2000 : 100;
  return { scale, run: () => acting.run(scale), oneUnit: () => acting.run(1), free: () => acting.free() };
}

export const WORKLOADS = {
  W1: () => chain(new Ppo(BATCHES, 64, 11, 64)),
  W2_256: () => chain(new Ppo(BATCHES, 256, 12, 64)),
  W2_1024: () => chain(new Ppo(BATCHES, 1024, 13, 64)),
  W3: () => chain(new Model(BATCHES, 256, 14, 1)),
  W4_100: () => rollout(100),
  W4_1000: () => rollout(1000),
  W5_1: () => acting(1),
  W5_64: () => acting(64),
};

/** The workloads of the growth curves, by what grows. */
export const GROWING = {
  batch: (rows) => chain(new Ppo(rows <= 1024 ? BATCHES : 2, rows, 12, 64), rows <= 1024 ? BATCHES : 2),
  width: (width) => chain(new Ppo(5, 256, 12, width), 5),
  branches: (branches) => rollout(branches),
  ensemble: (members) => chain(new Model(5, 256, 14, members), 5),
};
