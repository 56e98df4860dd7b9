// W1 to W5 as a peer does them: {scale, run, checks?, free}. `run` does `scale` units and waits for a number at the
// end.
import { Carts } from "./carts.js";
import { actorCritic, minibatches, modelBatches, mulberry32, starts, worldModel } from "./numbers.js";

const BATCHES = 20;

/**
 * A chain of minibatches that ends in reading the loss. The first ones are the check, and tell how long a chain may be.
 */
async function chain(learner, batches, wantsChecks) {
  const prepared = batches.map((batch) => learner.prepare(batch));
  const steps = async (from, to) => {
    for (let i = from; i < to; i++) learner.step(prepared[i]);
    return learner.sync();
  };
  const after4 = await steps(0, 4),
    begin = performance.now();
  await steps(4, 5);
  const took = performance.now() - begin,
    scale = took > 100 ? 1 : took > 25 ? 5 : BATCHES;
  const checks = wantsChecks ? { after4, after20: await steps(5, BATCHES) } : { after4 };
  const free = () => {
    prepared.forEach((batch) => learner.release(batch));
    learner.dispose();
  };
  return { scale, checks, run: () => steps(0, scale), free };
}

async function rollout(peer, branches) {
  const rollout = peer.makeRollout(actorCritic(1), worldModel(2), branches, 5),
    from = starts(branches);
  const run = () => rollout.run(from);
  return { scale: 1, run, free: () => rollout.dispose() };
}

/** An action for each row of logits, 0 or 1. */
function choose(logits, random, actions) {
  for (let i = 0; i < actions.length; i++)
    actions[i] = random() < 1 / (1 + Math.exp(logits[2 * i] - logits[2 * i + 1])) ? 1 : 0;
}

async function acting(peer, count) {
  const net = peer.makePpo(actorCritic(1), 3e-4),
    random = mulberry32(3),
    carts = new Carts(count, 4),
    actions = new Int32Array(count);
  const act = async () => {
    if (count === 1) for (let j = 0; j < 4; j++) carts.obs[j] = 0.1 * random();
    choose(await net.logits(carts.obs, count), random, actions);
    if (count > 1) carts.step(actions);
  };
  await act();
  const begin = performance.now();
  await act();
  const scale = performance.now() - begin > 20 ? 1 : 20;
  const run = async () => {
    for (let i = 0; i < scale; i++) await act();
  };
  return { scale, run, free: () => net.dispose() };
}

const ppo = (rows, seed, wantsChecks) => (peer) =>
  chain(peer.makePpo(actorCritic(1), 3e-4), minibatches(BATCHES, rows, seed), wantsChecks);

export const WORKLOADS = {
  W1: ppo(64, 11, true),
  W2_256: ppo(256, 12, false),
  W2_1024: ppo(1024, 13, false),
  W3: (peer) => chain(peer.makeModel(worldModel(2), 1e-3), modelBatches(BATCHES, 256, 14), false),
  W4_100: (peer) => rollout(peer, 100),
  W4_1000: (peer) => rollout(peer, 1000),
  W5_1: (peer) => acting(peer, 1),
  W5_64: (peer) => acting(peer, 64),
};
