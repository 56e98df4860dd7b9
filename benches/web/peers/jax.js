// jax-js: a whole step (forward, loss, gradient, clipping, Adam) is one compiled function.
import * as jax from "@jax-js/jax";
import { PPO } from "./numbers.js";

const { numpy: np, nn, random, tree, jit, valueAndGrad } = jax;

/** `backend`: wasm or webgpu. */
export async function open(backend) {
  const opened = await jax.init(backend);
  if (!opened.includes(backend)) throw new Error(`jax-js does not open ${backend} but ${opened}`);
  jax.defaultDevice(backend);
  return `jax-js ${backend}`;
}

const floats = (numbers, shape) => np.array(new Float32Array(numbers), { shape, dtype: np.float32 });
const parameters = (layers) =>
  layers.map(({ w, b, nin, nout }) => ({ w: floats(w, [nin, nout]), b: floats(b, [nout]) }));
const zeros = (layers) => layers.map(({ nin, nout }) => ({ w: np.zeros([nin, nout]), b: np.zeros([nout]) }));

function mlp(layers, x, bend) {
  return layers.reduce((h, { w, b }, k) => {
    const y = np.dot(h, w).add(b);
    if (k + 1 === layers.length) return y;
    return bend === "tanh" ? np.tanh(y) : nn.relu(y);
  }, x);
}

function stepper(first, zerosLikeIt, lossOf, rate, maxNorm) {
  let [P, M, V, t, loss] = [first, zerosLikeIt(), zerosLikeIt(), floats([0], []), null];
  const rateArray = floats([rate], []);
  const compiled = jit((P, M, V, t, rate, batch) => {
    const [loss, G] = valueAndGrad(lossOf)(tree.ref(P), batch);
    const [g, form] = tree.flatten(G),
      [p] = tree.flatten(P),
      [m] = tree.flatten(M),
      [v] = tree.flatten(V);
    let scale = null;
    if (maxNorm) {
      const squares = g.map((x) => np.square(x.ref).sum()).reduce((a, b) => a.add(b));
      scale = np.minimum(np.array(maxNorm).div(np.sqrt(squares).add(1e-6)), 1);
    }
    const next = t.add(1),
      left = (beta) =>
        np
          .exp(next.ref.mul(Math.log(beta)))
          .neg()
          .add(1),
      c1 = left(PPO.b1),
      c2 = left(PPO.b2);
    const [np_, nm, nv] = [[], [], []];
    g.forEach((raw, i) => {
      const gi = scale ? raw.mul(scale.ref) : raw;
      const mi = m[i].mul(PPO.b1).add(gi.ref.mul(1 - PPO.b1)),
        vi = v[i].mul(PPO.b2).add(np.square(gi).mul(1 - PPO.b2));
      np_.push(p[i].sub(rate.ref.mul(mi.ref.div(c1.ref)).div(np.sqrt(vi.ref.div(c2.ref)).add(PPO.eps))));
      nm.push(mi);
      nv.push(vi);
    });
    [scale, c1, c2, rate].forEach((x) => x?.dispose());
    return [tree.unflatten(form, np_), tree.unflatten(form, nm), tree.unflatten(form, nv), next, loss];
  });
  return {
    get parameters() {
      return P;
    },
    step(batch) {
      const result = compiled(P, M, V, t, rateArray.ref, tree.ref(batch));
      loss?.dispose();
      [P, M, V, t, loss] = result;
    },
    sync: async () => (await loss.ref.data())[0],
    release: (batch) => tree.dispose(batch),
    dispose() {
      [P, M, V].forEach((all) => tree.dispose(all));
      [t, rateArray, loss].forEach((x) => x?.dispose());
      compiled.dispose?.();
    },
  };
}

export function makePpo(nets, rate) {
  const each = (make) => ({ actor: make(nets.actor), critic: make(nets.critic) });
  const lossOf = (P, m) => {
    const l = nn.logSoftmax(mlp(P.actor, m.obs.ref, "tanh"), -1),
      v = mlp(P.critic, m.obs, "tanh").reshape([-1]);
    const ratio = np.exp(l.ref.mul(m.oneHot).sum(1).sub(m.logp));
    const free = ratio.ref.mul(m.adv.ref),
      held = np.clip(ratio, 1 - PPO.clip, 1 + PPO.clip).mul(m.adv);
    const policy = np.minimum(free, held).mean().neg(),
      value = np
        .square(v.sub(m.ret))
        .mean()
        .mul(0.5 * PPO.vf);
    return policy.add(value).add(np.exp(l.ref).mul(l).sum(1).mean().mul(PPO.ent));
  };
  const stepping = stepper(each(parameters), () => each(zeros), lossOf, rate, PPO.maxNorm);
  const policyOf = jit((P, x) => mlp(P, x, "tanh"));
  const bothOf = jit((A, C, x) => np.concatenate([mlp(A, x.ref, "tanh"), mlp(C, x, "tanh")], 1));
  const both = async (obs, n) => {
    const { actor, critic } = stepping.parameters;
    const rows = await bothOf(tree.ref(actor), tree.ref(critic), floats(obs, [n, 4])).data();
    const z = new Float32Array(2 * n),
      v = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      z[2 * i] = rows[3 * i];
      z[2 * i + 1] = rows[3 * i + 1];
      v[i] = rows[3 * i + 2];
    }
    return [z, v];
  };
  const { step, sync, release, dispose } = stepping;
  return {
    step,
    sync,
    release,
    dispose,
    both,
    prepare({ rows, obs, act, logp, adv, ret }) {
      const oneHot = new Float32Array(2 * rows);
      act.forEach((a, i) => {
        oneHot[2 * i + a] = 1;
      });
      return {
        obs: floats(obs, [rows, 4]),
        oneHot: floats(oneHot, [rows, 2]),
        logp: floats(logp, [rows]),
        adv: floats(adv, [rows]),
        ret: floats(ret, [rows]),
      };
    },
    logits: (obs, n) => policyOf(tree.ref(stepping.parameters.actor), floats(obs, [n, 4])).data(),
    value: async (obs, n) => (await both(obs, n))[1],
  };
}

export function makeModel(layers, rate) {
  const lossOf = (P, m) => {
    const y = mlp(P, m.x, "relu"),
      ds = y.ref.slice([], [0, 4]),
      rew = y.ref.slice([], [4, 5]),
      z = y.slice([], [5, 6]);
    const end = nn
      .relu(z.ref)
      .sub(z.ref.mul(m.done))
      .add(np.log1p(np.exp(np.abs(z).neg())))
      .mean();
    return np
      .square(ds.sub(m.ds))
      .mean()
      .add(np.square(rew.sub(m.rew)).mean())
      .add(end);
  };
  const { step, sync, release, dispose } = stepper(parameters(layers), () => zeros(layers), lossOf, rate, 0);
  const prepare = ({ rows, x, ds, rew, done }) => ({
    x: floats(x, [rows, 6]),
    ds: floats(ds, [rows, 4]),
    rew: floats(rew, [rows, 1]),
    done: floats(done, [rows, 1]),
  });
  return { step, sync, release, dispose, prepare };
}

export function makeRollout({ actor, critic }, layers, n, steps) {
  const A = parameters(actor),
    C = parameters(critic),
    M = parameters(layers);
  let seed = 1;
  const imagine = jit((A, C, M, from, key) => {
    const keys = random.split(key, steps),
      out = { obs: [], act: [], logp: [], rew: [], done: [] },
      val = [];
    let s = from;
    for (let t = 0; t < steps; t++) {
      const l = nn.logSoftmax(mlp(tree.ref(A), s.ref, "tanh"), -1),
        a = random.categorical(keys.ref.slice(t), l.ref);
      const oneHot = nn.oneHot(a.ref, 2).astype(np.float32);
      out.logp.push(l.mul(oneHot.ref).sum(1));
      out.act.push(a);
      val.push(mlp(tree.ref(C), s.ref, "tanh"));
      out.obs.push(s.ref);
      const y = mlp(tree.ref(M), np.concatenate([s.ref, oneHot], 1), "relu");
      out.rew.push(y.ref.slice([], [4, 5]));
      out.done.push(nn.sigmoid(y.ref.slice([], [5, 6])));
      s = s.add(y.slice([], [0, 4]));
    }
    val.push(mlp(C, s, "tanh"));
    [A, M].forEach((layers) => tree.dispose(layers));
    keys.dispose();
    const whole = (list) => np.concatenate(list, 0),
      values = whole(val),
      rewards = whole(out.rew);
    return [
      values.ref.sum().add(rewards.ref.sum()),
      whole(out.obs),
      whole(out.act),
      whole(out.logp),
      values,
      rewards,
      whole(out.done),
    ];
  });
  const run = async (from) => {
    const [sum, ...rest] = imagine(tree.ref(A), tree.ref(C), tree.ref(M), floats(from, [n, 4]), random.key(seed++));
    const [number] = await sum.data();
    rest.forEach((array) => array.dispose());
    return number;
  };
  return { run, dispose: () => [A, C, M].forEach((layers) => tree.dispose(layers)) };
}
