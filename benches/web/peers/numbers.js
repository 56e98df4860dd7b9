// What every peer starts from: the same generator, first parameters and batches. `benches/workloads` makes the same in
// Rust.
export function mulberry32(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function normal(random) {
  let u = 0;
  while (u === 0) u = random();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random());
}

/** An orthogonal matrix [inputs, outputs] times `gain`, row-major. */
function orthogonal(inputs, outputs, gain, random) {
  const length = Math.max(inputs, outputs),
    basis = [];
  while (basis.length < Math.min(inputs, outputs)) {
    const vector = Float64Array.from({ length }, () => normal(random));
    for (const known of [...basis, ...basis]) {
      const overlap = known.reduce((sum, k, i) => sum + k * vector[i], 0);
      for (let i = 0; i < length; i++) vector[i] -= overlap * known[i];
    }
    const norm = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
    basis.push(vector.map((v) => v / norm));
  }
  const entry = inputs >= outputs ? (i, o) => basis[o][i] : (i, o) => basis[i][o];
  return Float32Array.from(
    { length: inputs * outputs },
    (_, at) => gain * entry(Math.floor(at / outputs), at % outputs),
  );
}

/** Layers {nin, nout, w, b} of a perceptron. */
const layers = (sizes, gains, random) =>
  gains.map((gain, i) => ({
    nin: sizes[i],
    nout: sizes[i + 1],
    w: orthogonal(sizes[i], sizes[i + 1], gain, random),
    b: new Float32Array(sizes[i + 1]),
  }));

export function actorCritic(seed) {
  const random = mulberry32(seed),
    root = Math.SQRT2;
  return {
    actor: layers([4, 64, 64, 2], [root, root, 0.01], random),
    critic: layers([4, 64, 64, 1], [root, root, 1], random),
  };
}

export const worldModel = (seed) => layers([6, 200, 200, 6], [Math.SQRT2, Math.SQRT2, 0.1], mulberry32(seed));

/** What PPO is told in W1, W2 and W6. */
export const PPO = { clip: 0.2, vf: 0.5, ent: 0.01, maxNorm: 0.5, b1: 0.9, b2: 0.999, eps: 1e-5 };

export function minibatches(count, rows, seed) {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => {
    const floats = () => new Float32Array(rows);
    const batch = {
      rows,
      obs: new Float32Array(4 * rows),
      act: new Int32Array(rows),
      logp: floats(),
      adv: floats(),
      ret: floats(),
    };
    for (let i = 0; i < 4 * rows; i++) batch.obs[i] = 0.5 * normal(random);
    for (let i = 0; i < rows; i++) {
      batch.act[i] = random() < 0.5 ? 0 : 1;
      batch.logp[i] = Math.log(0.5) + 0.1 * normal(random);
      batch.adv[i] = normal(random);
      batch.ret[i] = 2 * normal(random);
    }
    return batch;
  });
}

export function modelBatches(count, rows, seed) {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => {
    const batch = {
      rows,
      x: new Float32Array(6 * rows),
      ds: new Float32Array(4 * rows),
      rew: new Float32Array(rows),
      done: new Float32Array(rows),
    };
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < 4; j++) batch.x[6 * i + j] = 0.5 * normal(random);
      const right = random() < 0.5 ? 0 : 1;
      batch.x[6 * i + 4] = 1 - right;
      batch.x[6 * i + 5] = right;
      for (let j = 0; j < 4; j++) batch.ds[4 * i + j] = 0.1 * normal(random);
      batch.rew[i] = random();
      batch.done[i] = random() < 0.1 ? 1 : 0;
    }
    return batch;
  });
}

/** Where W4's branches begin. */
export function starts(branches) {
  const random = mulberry32(5);
  return Float32Array.from({ length: 4 * branches }, () => 0.1 * normal(random));
}
