// mbppo itself. On the CPU the loops run in wasm, as they do in its page; JavaScript holds the clock.
// @ts-ignore what build.mjs makes has no types
import start, * as wasm from "/built/mbppo_bench.js";

const BATCHES = 20;
/** Makers of the workloads on the device. */
let ppo, model, imagination, device;

/** `on`: cpu or webgpu. */
export async function open(on) {
  await start();
  device = on;
  if (on === "cpu") {
    ppo = (...sizes) => new wasm.PpoOnCpu(...sizes);
    model = (...sizes) => new wasm.ModelOnCpu(...sizes);
    imagination = (branches) => new wasm.RolloutOnCpu(branches);
  } else {
    if (!wasm.PpoOnWebGpu) throw new Error(`this build has no workloads on ${on}`);
    ppo = (...sizes) => wasm.PpoOnWebGpu.create(...sizes);
    model = (...sizes) => wasm.ModelOnWebGpu.create(...sizes);
    imagination = (branches) => wasm.RolloutOnWebGpu.create(branches);
    (await ppo(1, 64, 1, 64)).free();
  }
  return `mbppo ${on}`;
}

async function chain(make, count = BATCHES) {
  const learner = await make;
  const after4 = count >= 4 ? await learner.steps(0, 4) : undefined;
  const after20 = count >= BATCHES ? await learner.steps(4, BATCHES) : undefined;
  return { scale: count, checks: { after4, after20 }, run: () => learner.steps(0, count), free: () => learner.free() };
}

async function rollout(branches) {
  const rollout = await imagination(branches),
    run = () => rollout.run();
  return { scale: 1, run, free: () => rollout.free() };
}

function acting(count) {
  // So many that the clock's steps of 5 µs do not show.
  const acting = new wasm.ActingOnCpu(count),
    scale = count === 1 ? 2000 : 100;
  return { scale, run: () => acting.run(scale), free: () => acting.free() };
}

export const WORKLOADS = {
  W1: () => chain(ppo(BATCHES, 64, 11, 64)),
  W2_256: () => chain(ppo(BATCHES, 256, 12, 64)),
  W2_1024: () => chain(ppo(BATCHES, 1024, 13, 64)),
  W3: () => chain(model(BATCHES, 256, 14, 1)),
  W4_100: () => rollout(100),
  W4_1000: () => rollout(1000),
  W5_1: () => acting(1),
  W5_64: () => acting(64),
};

/** The workloads of the growth curves, by what grows. */
export const GROWING = {
  batch: (rows) => chain(ppo(rows <= 1024 ? BATCHES : 2, rows, 12, 64), rows <= 1024 ? BATCHES : 2),
  width: (width) => chain(ppo(5, 256, 12, width), 5),
  branches: (branches) => rollout(branches),
  ensemble: (members) => chain(model(5, 256, 14, members), 5),
};

/** W6: {steps, finished, mean100} after each iteration, without end. */
export async function* learn(seed) {
  const learner = await wasm.Learner.create(seed, device);
  try {
    for (;;) {
      await learner.advance();
      const [steps, finished, mean100] = learner.told();
      yield { steps, finished, mean100 };
    }
  } finally {
    learner.free();
  }
}
