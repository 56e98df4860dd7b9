// TensorFlow.js as its documentation suggests: variableGrads, train.adam, a fused product with bias.
import { PPO } from "./numbers.js";

const PACKAGES = "/node_modules/@tensorflow/";
const script = (path) =>
  new Promise((resolve, reject) => {
    document.head.append(
      Object.assign(document.createElement("script"), { src: PACKAGES + path, onload: resolve, onerror: reject }),
    );
  });
let tf, isGpu;

/** `backend`: wasm or webgpu. */
export async function open(backend) {
  isGpu = backend === "webgpu";
  await script("tfjs/dist/tf.min.js");
  await script(`tfjs-backend-${backend}/dist/tf-backend-${backend}.min.js`);
  tf = globalThis.tf;
  if (!isGpu) {
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    tf.wasm.setWasmPaths(`${PACKAGES}tfjs-backend-wasm/dist/`);
  }
  const opened = await tf.setBackend(backend);
  await tf.ready();
  if (!opened || tf.getBackend() !== backend) throw new Error(`tfjs does not open ${backend} but ${tf.getBackend()}`);
  return `tfjs ${tf.version["tfjs-core"]} ${backend}`;
}

const read = async (tensor) => (isGpu ? tensor.data() : tensor.dataSync());
const variables = (layers) =>
  layers.map(({ w, b, nin, nout }) => ({
    w: tf.variable(tf.tensor2d(w, [nin, nout])),
    b: tf.variable(tf.tensor1d(b)),
  }));
const flat = (layers) => layers.flatMap(({ w, b }) => [w, b]);
const disposeAll = (tensors) => Object.values(tensors).forEach((tensor) => tensor.dispose());

function mlp(layers, x, bend) {
  return layers.reduce((h, { w, b }, k) => {
    const isLast = k + 1 === layers.length;
    const y = tf.fused.matMul({ a: h, b: w, bias: b, activation: !isLast && bend === "relu" ? "relu" : "linear" });
    return !isLast && bend === "tanh" ? tf.tanh(y) : y;
  }, x);
}

// On WebGPU addN binds all at once: with more than 7 it exceeds the 8 storage buffers, and goes on with a wrong sum.
function sumOf(tensors) {
  if (!isGpu) return tf.addN(tensors);
  let left = tensors;
  while (left.length > 1) {
    const groups = [];
    for (let i = 0; i < left.length; i += 6) groups.push(left.length - i > 1 ? tf.addN(left.slice(i, i + 6)) : left[i]);
    left = groups;
  }
  return left[0];
}

function stepper(learned, lossOf, rate, maxNorm) {
  const adam = tf.train.adam(rate, PPO.b1, PPO.b2, PPO.eps);
  let last = null;
  const step = (batch) => {
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => lossOf(batch), learned);
      let clipped = grads;
      if (maxNorm) {
        const norm = tf.sqrt(sumOf(Object.values(grads).map((g) => tf.sum(tf.square(g)))));
        const scale = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)));
        clipped = Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, tf.mul(g, scale)]));
      }
      adam.applyGradients(clipped);
      return value;
    });
    last?.dispose();
    last = loss;
  };
  const dispose = () => {
    last?.dispose();
    adam.dispose();
    learned.forEach((variable) => variable.dispose());
  };
  return { step, sync: async () => (await read(last))[0], release: disposeAll, dispose };
}

export function makePpo({ actor, critic }, rate) {
  const A = variables(actor),
    C = variables(critic);
  const lossOf = (m) => {
    const l = tf.logSoftmax(mlp(A, m.obs, "tanh")),
      v = mlp(C, m.obs, "tanh").squeeze([1]);
    const ratio = tf.exp(tf.sub(tf.sum(tf.mul(l, m.oneHot), 1), m.logp));
    const held = tf.mul(tf.clipByValue(ratio, 1 - PPO.clip, 1 + PPO.clip), m.adv);
    const policy = tf.neg(tf.mean(tf.minimum(tf.mul(ratio, m.adv), held)));
    const value = tf.mul(0.5 * PPO.vf, tf.mean(tf.square(tf.sub(v, m.ret))));
    const calm = tf.mul(-PPO.ent, tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(l), l), 1))));
    return tf.addN([policy, value, calm]);
  };
  const prepare = ({ rows, obs, act, logp, adv, ret }) => {
    const oneHot = new Float32Array(2 * rows);
    act.forEach((a, i) => {
      oneHot[2 * i + a] = 1;
    });
    return {
      obs: tf.tensor2d(obs, [rows, 4]),
      oneHot: tf.tensor2d(oneHot, [rows, 2]),
      logp: tf.tensor1d(logp),
      adv: tf.tensor1d(adv),
      ret: tf.tensor1d(ret),
    };
  };
  const ask = async (make) => {
    const tensor = tf.tidy(make),
      numbers = await read(tensor);
    tensor.dispose();
    return numbers;
  };
  return {
    ...stepper([...flat(A), ...flat(C)], lossOf, rate, PPO.maxNorm),
    prepare,
    logits: (obs, n) => ask(() => mlp(A, tf.tensor2d(obs, [n, 4]), "tanh")),
    value: (obs, n) => ask(() => mlp(C, tf.tensor2d(obs, [n, 4]), "tanh")),
    both: async (obs, n) => {
      const rows = await ask(() => {
        const x = tf.tensor2d(obs, [n, 4]);
        return tf.concat([mlp(A, x, "tanh"), mlp(C, x, "tanh")], 1);
      });
      const z = new Float32Array(2 * n),
        v = new Float32Array(n);
      for (let i = 0; i < n; i++) {
        z[2 * i] = rows[3 * i];
        z[2 * i + 1] = rows[3 * i + 1];
        v[i] = rows[3 * i + 2];
      }
      return [z, v];
    },
  };
}

export function makeModel(layers, rate) {
  const M = variables(layers);
  const lossOf = (m) => {
    const [ds, rew, z] = tf.split(mlp(M, m.x, "relu"), [4, 1, 1], 1);
    const end = tf.mean(tf.add(tf.sub(tf.relu(z), tf.mul(z, m.done)), tf.log1p(tf.exp(tf.neg(tf.abs(z))))));
    return tf.addN([tf.mean(tf.square(tf.sub(ds, m.ds))), tf.mean(tf.square(tf.sub(rew, m.rew))), end]);
  };
  const prepare = ({ rows, x, ds, rew, done }) => ({
    x: tf.tensor2d(x, [rows, 6]),
    ds: tf.tensor2d(ds, [rows, 4]),
    rew: tf.tensor2d(rew, [rows, 1]),
    done: tf.tensor2d(done, [rows, 1]),
  });
  return { ...stepper(flat(M), lossOf, rate, 0), prepare };
}

export function makeRollout({ actor, critic }, layers, n, steps) {
  const A = variables(actor),
    C = variables(critic),
    M = variables(layers);
  const imagine = (from) => {
    let s = tf.tensor2d(from, [n, 4]);
    const out = { obs: [], act: [], logp: [], val: [], rew: [], done: [] };
    for (let t = 0; t < steps; t++) {
      const l = tf.logSoftmax(mlp(A, s, "tanh")),
        a = tf.multinomial(l, 1, 1 + Math.floor(Math.random() * 2 ** 30)).squeeze([1]);
      // The wasm backend writes whole numbers into oneHot(…, "float32"), so it is cast.
      const oneHot = tf.cast(tf.oneHot(a, 2), "float32");
      const [ds, rew, z] = tf.split(mlp(M, tf.concat([s, oneHot], 1), "relu"), [4, 1, 1], 1);
      const now = {
        obs: s,
        act: a,
        logp: tf.sum(tf.mul(l, oneHot), 1, true),
        val: mlp(C, s, "tanh"),
        rew,
        done: tf.sigmoid(z),
      };
      Object.entries(now).forEach(([name, tensor]) => out[name].push(tensor));
      s = tf.add(s, ds);
    }
    out.val.push(mlp(C, s, "tanh"));
    const all = Object.fromEntries(Object.entries(out).map(([name, list]) => [name, tf.concat(list, 0)]));
    return { sum: tf.add(tf.sum(all.val), tf.sum(all.rew)), ...all };
  };
  const run = async (from) => {
    const out = tf.tidy(() => imagine(from)),
      [sum] = await read(out.sum);
    disposeAll(out);
    return sum;
  };
  return { run, dispose: () => disposeAll([...flat(A), ...flat(C), ...flat(M)]) };
}
