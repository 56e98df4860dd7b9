// W6 as a peer does it: PPO on CartPole. 8 carts, 128 steps, 4 epochs of 4 minibatches of 256, advantages normalised in
// each.
import { Carts } from "./carts.js";
import { actorCritic, mulberry32 } from "./numbers.js";

const [CARTS, STEPS, EPOCHS, PARTS, RATE, GAMMA, LAMBDA] = [8, 128, 4, 4, 1e-3, 0.99, 0.95];
const ALL = CARTS * STEPS,
  ROWS = ALL / PARTS;

/** A generator of iterations: {steps, finished, mean100}; ends never. */
export async function* learn(peer, seed) {
  const net = peer.makePpo(actorCritic(seed), RATE),
    carts = new Carts(CARTS, seed + 100),
    random = mulberry32(seed + 200);
  const floats = () => new Float32Array(ALL),
    memory = {
      obs: new Float32Array(4 * ALL),
      act: new Int32Array(ALL),
      logp: floats(),
      val: floats(),
      rew: floats(),
      done: new Uint8Array(ALL),
      adv: floats(),
      ret: floats(),
    };
  const order = Int32Array.from({ length: ALL }, (_, i) => i),
    recent = [];
  const batch = {
    rows: ROWS,
    obs: new Float32Array(4 * ROWS),
    act: new Int32Array(ROWS),
    logp: new Float32Array(ROWS),
    adv: new Float32Array(ROWS),
    ret: new Float32Array(ROWS),
  };
  let steps = 0,
    finished = 0;
  try {
    for (;;) {
      for (let t = 0; t < STEPS; t++) {
        await act(net, carts, random, memory, t * CARTS);
        finished += carts.finished.length;
        recent.push(...carts.finished);
      }
      recent.splice(0, recent.length - 100);
      steps += ALL;
      estimate(memory, await net.value(carts.obs, CARTS));
      for (let epoch = 0; epoch < EPOCHS; epoch++) {
        shuffle(order, random);
        for (let part = 0; part < PARTS; part++) {
          gather(memory, order.subarray(part * ROWS, (part + 1) * ROWS), batch);
          const prepared = net.prepare(batch);
          net.step(prepared);
          net.release(prepared);
        }
      }
      await net.sync();
      yield { steps, finished, mean100: recent.reduce((sum, length) => sum + length, 0) / Math.max(recent.length, 1) };
    }
  } finally {
    net.dispose();
  }
}

async function act(net, carts, random, memory, at) {
  const [z, v] = await net.both(carts.obs, CARTS),
    actions = memory.act.subarray(at, at + CARTS);
  memory.obs.set(carts.obs, 4 * at);
  for (let e = 0; e < CARTS; e++) {
    const right = 1 / (1 + Math.exp(z[2 * e] - z[2 * e + 1]));
    actions[e] = random() < right ? 1 : 0;
    memory.logp[at + e] = Math.log(actions[e] ? right : 1 - right);
    memory.val[at + e] = v[e];
  }
  carts.step(actions);
  memory.rew.fill(1, at, at + CARTS);
  memory.done.set(carts.done, at);
}

/** Advantages and returns of all steps, from the values behind the last. */
function estimate({ val, rew, done, adv, ret }, last) {
  for (let e = 0; e < CARTS; e++) {
    for (let t = STEPS - 1, sum = 0; t >= 0; t--) {
      const i = t * CARTS + e,
        goesOn = 1 - done[i],
        next = t === STEPS - 1 ? last[e] : val[i + CARTS];
      sum = rew[i] + GAMMA * next * goesOn - val[i] + GAMMA * LAMBDA * goesOn * sum;
      adv[i] = sum;
      ret[i] = sum + val[i];
    }
  }
}

function shuffle(order, random) {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
}

function gather(memory, rows, batch) {
  const { obs, act, logp, adv, ret } = memory;
  for (let i = 0; i < ROWS; i++) {
    const j = rows[i];
    for (let k = 0; k < 4; k++) batch.obs[4 * i + k] = obs[4 * j + k];
    batch.act[i] = act[j];
    batch.logp[i] = logp[j];
    batch.adv[i] = adv[j];
    batch.ret[i] = ret[j];
  }
  const mean = batch.adv.reduce((sum, a) => sum + a, 0) / ROWS;
  const spread = Math.sqrt(batch.adv.reduce((sum, a) => sum + (a - mean) ** 2, 0) / (ROWS - 1)) + 1e-8;
  for (let i = 0; i < ROWS; i++) batch.adv[i] = (batch.adv[i] - mean) / spread;
}
