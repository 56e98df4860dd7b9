// Carts with poles side by side, with the equations and the limit of 500 steps of Gymnasium's CartPole-v1.
import { mulberry32 } from "./numbers.js";

export class Carts {
  constructor(count, seed) {
    this.count = count;
    this.random = mulberry32(seed);
    this.states = new Float64Array(4 * count);
    this.steps = new Int32Array(count);
    this.obs = new Float32Array(4 * count);
    this.done = new Uint8Array(count);
    /** Lengths of the episodes that ended with the latest step. */
    this.finished = [];
    for (let i = 0; i < count; i++) this.reset(i);
    this.obs.set(this.states);
  }

  reset(i) {
    for (let j = 0; j < 4; j++) this.states[4 * i + j] = (this.random() - 0.5) * 0.1;
    this.steps[i] = 0;
  }

  step(actions) {
    const s = this.states;
    this.finished.length = 0;
    for (let i = 0; i < this.count; i++) {
      const k = 4 * i,
        force = actions[i] === 1 ? 10 : -10;
      let x = s[k],
        xDot = s[k + 1],
        theta = s[k + 2],
        thetaDot = s[k + 3];
      const cos = Math.cos(theta),
        sin = Math.sin(theta);
      const pull = (force + 0.05 * thetaDot * thetaDot * sin) / 1.1;
      const turn = (9.8 * sin - cos * pull) / (0.5 * (4 / 3 - (0.1 * cos * cos) / 1.1));
      const push = pull - (0.05 * turn * cos) / 1.1;
      x += 0.02 * xDot;
      xDot += 0.02 * push;
      theta += 0.02 * thetaDot;
      thetaDot += 0.02 * turn;
      s[k] = x;
      s[k + 1] = xDot;
      s[k + 2] = theta;
      s[k + 3] = thetaDot;
      const steps = ++this.steps[i];
      const done = x < -2.4 || x > 2.4 || theta < -0.20943951 || theta > 0.20943951 || steps >= 500;
      this.done[i] = done ? 1 : 0;
      if (done) {
        this.finished.push(steps);
        this.reset(i);
      }
    }
    this.obs.set(s);
  }
}
