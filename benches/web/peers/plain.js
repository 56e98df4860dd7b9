// Plain scalar JavaScript on Float32Array: a perceptron written by hand, with its gradient and Adam.
import { PPO, mulberry32 } from "./numbers.js";

class Dense {
  constructor({ nin, nout, w, b }) {
    this.nin = nin;
    this.nout = nout;
    this.w = w.slice();
    this.b = b.slice();
    this.gw = new Float32Array(w.length);
    this.gb = new Float32Array(b.length);
  }

  // y [rows, nout] = x [rows, nin] W + b, four rows of W at a time: y is read and written a quarter as often.
  forward(x, y, rows) {
    const { nin, nout, w, b } = this;
    for (let n = 0; n < rows; n++) {
      const yo = n * nout,
        xo = n * nin;
      for (let o = 0; o < nout; o++) y[yo + o] = b[o];
      let i = 0;
      for (; i + 3 < nin; i += 4) {
        const a0 = x[xo + i],
          a1 = x[xo + i + 1],
          a2 = x[xo + i + 2],
          a3 = x[xo + i + 3];
        const p0 = i * nout,
          p1 = p0 + nout,
          p2 = p1 + nout,
          p3 = p2 + nout;
        for (let o = 0; o < nout; o++) y[yo + o] += a0 * w[p0 + o] + a1 * w[p1 + o] + a2 * w[p2 + o] + a3 * w[p3 + o];
      }
      for (; i < nin; i++) {
        const a = x[xo + i],
          p = i * nout;
        for (let o = 0; o < nout; o++) y[yo + o] += a * w[p + o];
      }
    }
  }

  gradient(x, dy, rows) {
    const { nin, nout, gw, gb } = this;
    gw.fill(0);
    gb.fill(0);
    let n = 0;
    for (; n + 3 < rows; n += 4) {
      const d0 = n * nout,
        d1 = d0 + nout,
        d2 = d1 + nout,
        d3 = d2 + nout,
        x0 = n * nin,
        x1 = x0 + nin,
        x2 = x1 + nin,
        x3 = x2 + nin;
      for (let o = 0; o < nout; o++) gb[o] += dy[d0 + o] + dy[d1 + o] + dy[d2 + o] + dy[d3 + o];
      for (let i = 0; i < nin; i++) {
        const a0 = x[x0 + i],
          a1 = x[x1 + i],
          a2 = x[x2 + i],
          a3 = x[x3 + i],
          p = i * nout;
        for (let o = 0; o < nout; o++)
          gw[p + o] += a0 * dy[d0 + o] + a1 * dy[d1 + o] + a2 * dy[d2 + o] + a3 * dy[d3 + o];
      }
    }
    for (; n < rows; n++) {
      const d0 = n * nout,
        x0 = n * nin;
      for (let o = 0; o < nout; o++) gb[o] += dy[d0 + o];
      for (let i = 0; i < nin; i++) {
        const a0 = x[x0 + i],
          p = i * nout;
        for (let o = 0; o < nout; o++) gw[p + o] += a0 * dy[d0 + o];
      }
    }
  }

  backward(dy, dx, rows) {
    const { nin, nout, w } = this;
    for (let n = 0; n < rows; n++) {
      const d0 = n * nout,
        x0 = n * nin;
      let i = 0;
      for (; i + 3 < nin; i += 4) {
        let s0 = 0,
          s1 = 0,
          s2 = 0,
          s3 = 0;
        const p0 = i * nout,
          p1 = p0 + nout,
          p2 = p1 + nout,
          p3 = p2 + nout;
        for (let o = 0; o < nout; o++) {
          const d = dy[d0 + o];
          s0 += d * w[p0 + o];
          s1 += d * w[p1 + o];
          s2 += d * w[p2 + o];
          s3 += d * w[p3 + o];
        }
        dx[x0 + i] = s0;
        dx[x0 + i + 1] = s1;
        dx[x0 + i + 2] = s2;
        dx[x0 + i + 3] = s3;
      }
      for (; i < nin; i++) {
        let s = 0;
        const p = i * nout;
        for (let o = 0; o < nout; o++) s += dy[d0 + o] * w[p + o];
        dx[x0 + i] = s;
      }
    }
  }
}

class Mlp {
  constructor(layers, bend) {
    this.layers = layers.map((layer) => new Dense(layer));
    this.bend = bend;
    this.room = 0;
    /** What each layer says, and its gradient: [rows, nout] of each. */
    this.h = /** @type {Float32Array[]} */ ([]);
    this.d = /** @type {Float32Array[]} */ ([]);
  }

  forward(x, rows) {
    if (rows > this.room) {
      this.room = rows;
      [this.h, this.d] = [0, 1].map(() => this.layers.map((layer) => new Float32Array(rows * layer.nout)));
    }
    this.x = x;
    let now = x;
    for (let k = 0; k < this.layers.length; k++) {
      const layer = this.layers[k],
        y = this.h[k],
        count = rows * layer.nout;
      layer.forward(now, y, rows);
      if (k + 1 < this.layers.length) {
        if (this.bend === "tanh") for (let i = 0; i < count; i++) y[i] = Math.tanh(y[i]);
        else for (let i = 0; i < count; i++) if (y[i] < 0) y[i] = 0;
      }
      now = y;
    }
    return now;
  }

  // The last of d must hold the gradient of the outputs.
  backward(rows) {
    for (let k = this.layers.length - 1; k >= 0; k--) {
      const input = k ? this.h[k - 1] : this.x;
      this.layers[k].gradient(input, this.d[k], rows);
      if (k === 0) return;
      const dx = this.d[k - 1],
        count = rows * this.layers[k].nin;
      this.layers[k].backward(this.d[k], dx, rows);
      if (this.bend === "tanh") for (let i = 0; i < count; i++) dx[i] *= 1 - input[i] * input[i];
      else for (let i = 0; i < count; i++) if (input[i] <= 0) dx[i] = 0;
    }
  }
}

class Adam {
  constructor(mlps, rate) {
    this.pairs = mlps.flatMap((mlp) =>
      mlp.layers.flatMap((layer) => [
        [layer.w, layer.gw],
        [layer.b, layer.gb],
      ]),
    );
    const zeros = () => this.pairs.map(([w]) => new Float32Array(w.length));
    this.m = zeros();
    this.v = zeros();
    this.t = 0;
    this.rate = rate;
  }

  norm() {
    let sum = 0;
    for (const [, g] of this.pairs) for (let i = 0; i < g.length; i++) sum += g[i] * g[i];
    return Math.sqrt(sum);
  }

  step(scale) {
    this.t++;
    const { b1, b2, eps } = PPO,
      c1 = 1 / (1 - b1 ** this.t),
      c2 = 1 / (1 - b2 ** this.t),
      rate = this.rate;
    for (let k = 0; k < this.pairs.length; k++) {
      const [w, g] = this.pairs[k],
        m = this.m[k],
        v = this.v[k];
      for (let i = 0; i < w.length; i++) {
        const gi = g[i] * scale,
          mi = b1 * m[i] + (1 - b1) * gi,
          vi = b2 * v[i] + (1 - b2) * gi * gi;
        m[i] = mi;
        v[i] = vi;
        w[i] -= (rate * (mi * c1)) / (Math.sqrt(vi * c2) + eps);
      }
    }
  }
}

export const open = async () => "plain JavaScript";

export function makePpo({ actor, critic }, rate) {
  const A = new Mlp(actor, "tanh"),
    C = new Mlp(critic, "tanh"),
    adam = new Adam([A, C], rate);
  let loss = 0;
  const step = (m) => {
    const n = m.rows,
      z = A.forward(m.obs, n),
      v = C.forward(m.obs, n),
      dz = A.d[2],
      dv = C.d[2],
      inv = 1 / n;
    let policy = 0,
      value = 0,
      entropy = 0;
    for (let i = 0; i < n; i++) {
      const z0 = z[2 * i],
        z1 = z[2 * i + 1],
        top = Math.max(z0, z1),
        lse = top + Math.log(Math.exp(z0 - top) + Math.exp(z1 - top));
      const l0 = z0 - lse,
        l1 = z1 - lse,
        p0 = Math.exp(l0),
        p1 = Math.exp(l1),
        a = m.act[i];
      const ratio = Math.exp((a ? l1 : l0) - m.logp[i]),
        adv = m.adv[i];
      const free = ratio * adv,
        held = Math.min(Math.max(ratio, 1 - PPO.clip), 1 + PPO.clip) * adv;
      policy -= Math.min(free, held);
      const push = free <= held ? -adv * ratio * inv : 0,
        H = -(p0 * l0 + p1 * l1);
      entropy += H;
      dz[2 * i] = push * ((a ? 0 : 1) - p0) + PPO.ent * inv * p0 * (l0 + H);
      dz[2 * i + 1] = push * ((a ? 1 : 0) - p1) + PPO.ent * inv * p1 * (l1 + H);
      const error = v[i] - m.ret[i];
      value += 0.5 * error * error;
      dv[i] = PPO.vf * error * inv;
    }
    loss = (policy + PPO.vf * value - PPO.ent * entropy) * inv;
    A.backward(n);
    C.backward(n);
    adam.step(Math.min(1, PPO.maxNorm / (adam.norm() + 1e-6)));
  };
  return {
    prepare: (m) => m,
    release() {},
    dispose() {},
    step,
    sync: async () => loss,
    logits: async (obs, n) => A.forward(obs, n),
    value: async (obs, n) => C.forward(obs, n),
    both: async (obs, n) => [A.forward(obs, n), C.forward(obs, n)],
  };
}

export function makeModel(layers, rate) {
  const M = new Mlp(layers, "relu"),
    adam = new Adam([M], rate);
  let loss = 0;
  const step = (m) => {
    const n = m.rows,
      y = M.forward(m.x, n),
      d = M.d[2];
    let state = 0,
      reward = 0,
      end = 0;
    for (let i = 0; i < n; i++) {
      const k = 6 * i;
      for (let j = 0; j < 4; j++) {
        const e = y[k + j] - m.ds[4 * i + j];
        state += e * e;
        d[k + j] = (2 * e) / (n * 4);
      }
      const e = y[k + 4] - m.rew[i],
        z = y[k + 5],
        t = m.done[i],
        ex = Math.exp(-Math.abs(z));
      reward += e * e;
      d[k + 4] = (2 * e) / n;
      end += Math.max(z, 0) - z * t + Math.log1p(ex);
      d[k + 5] = ((z >= 0 ? 1 / (1 + ex) : ex / (1 + ex)) - t) / n;
    }
    loss = state / (n * 4) + reward / n + end / n;
    M.backward(n);
    adam.step(1);
  };
  return { prepare: (m) => m, release() {}, dispose() {}, step, sync: async () => loss };
}

export function makeRollout({ actor, critic }, layers, n, steps) {
  const A = new Mlp(actor, "tanh"),
    C = new Mlp(critic, "tanh"),
    M = new Mlp(layers, "relu"),
    random = mulberry32(7);
  const x = new Float32Array(6 * n),
    s = new Float32Array(4 * n),
    floats = () => new Float32Array(steps * n);
  const out = {
    obs: new Float32Array(4 * steps * n),
    act: new Int32Array(steps * n),
    logp: floats(),
    val: floats(),
    rew: floats(),
    done: floats(),
  };
  const run = async (from) => {
    s.set(from);
    let sum = 0;
    for (let t = 0; t < steps; t++) {
      const z = A.forward(s, n),
        v = C.forward(s, n),
        at = t * n;
      out.obs.set(s, 4 * at);
      for (let i = 0; i < n; i++) {
        const p1 = 1 / (1 + Math.exp(z[2 * i] - z[2 * i + 1])),
          a = random() < p1 ? 1 : 0;
        out.act[at + i] = a;
        out.logp[at + i] = Math.log(a ? p1 : 1 - p1);
        out.val[at + i] = v[i];
        for (let j = 0; j < 4; j++) x[6 * i + j] = s[4 * i + j];
        x[6 * i + 4] = 1 - a;
        x[6 * i + 5] = a;
      }
      const y = M.forward(x, n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < 4; j++) s[4 * i + j] += y[6 * i + j];
        out.rew[at + i] = y[6 * i + 4];
        out.done[at + i] = 1 / (1 + Math.exp(-y[6 * i + 5]));
        sum += y[6 * i + 4] + out.val[at + i];
      }
    }
    return C.forward(s, n)
      .subarray(0, n)
      .reduce((total, v) => total + v, sum);
  };
  return { run, dispose() {} };
}
