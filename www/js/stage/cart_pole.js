// CartPole as a picture. obs = [cart position m, cart velocity, pole angle rad, pole velocity].
import { dashed, disc, rod } from "./shapes.js";

const EDGE = 2.4; // m: the cart may go this far
const FALL = (12 * Math.PI) / 180; // rad: the pole may lean this far
const ANGLE = 2; // index of the pole's angle in an observation
const CART = { width: 0.4, height: 0.15 };
const KEPT = 0.7; // the cart stays within this share of the picture's width
const SEEN = 1.25; // m: a longer pole makes everything smaller; a shorter one is seen as short

export const TASKS = ["CartPole-v1"];
export const STILL = [0, 0, 0.03, 0];
export const GHOSTS = { poses: 4, paths: 1.4 };
export const STRIP = {
  label: "pole angle",
  of: (obs) => obs[ANGLE],
  top: -1.5 * FALL,
  bottom: 1.5 * FALL,
  marks: [{ value: -FALL }, { value: FALL, label: "falls at 12°" }],
};

/** How metres become pixels between `top` and `bottom`; a narrow picture looks closer and goes along with the cart. */
export function camera({ width, top, bottom }, [position], { physics }) {
  const pole = 2 * (physics.half_length ?? 0.5);
  const metre = Math.min((bottom - top) / (Math.max(1, pole / SEEN) + CART.height + 0.12), width / 3.2);
  const slack = Math.max(0, EDGE - (KEPT * width) / 2 / metre);
  const centre = (Math.max(-EDGE, Math.min(EDGE, position)) / EDGE) * slack;
  return {
    metre,
    pole: Math.min(pole, (bottom - top) / metre - CART.height),
    width,
    ground: bottom,
    x: (metres) => width / 2 + (metres - centre) * metre,
  };
}

function body(eye, obs) {
  const x = eye.x(obs[0]);
  const axle = eye.ground - CART.height * eye.metre;
  return {
    x,
    axle,
    tip: [x + Math.sin(obs[ANGLE]) * eye.pole * eye.metre, axle - Math.cos(obs[ANGLE]) * eye.pole * eye.metre],
  };
}

export function drawWorld(context, eye, { obs }, theme) {
  drawTrack(context, eye, theme);
  const { x, axle } = body(eye, obs);
  const length = eye.pole * eye.metre * 1.06;
  // Two faint rays: beyond them the pole counts as fallen.
  for (const angle of [-FALL, FALL])
    dashed(
      context,
      [
        [x, axle],
        [x + Math.sin(angle) * length, axle - Math.cos(angle) * length],
      ],
      theme.hairline,
    );
}

function drawTrack(context, eye, theme) {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(eye.x(-EDGE), eye.ground + 0.5);
  context.lineTo(eye.x(EDGE), eye.ground + 0.5);
  for (const side of [-EDGE, EDGE]) {
    context.moveTo(eye.x(side), eye.ground - 8);
    context.lineTo(eye.x(side), eye.ground + 8.5);
  }
  context.stroke();
  context.strokeStyle = theme.hairline;
  context.beginPath();
  for (let metres = -2; metres <= 2; metres += 0.5) {
    context.moveTo(eye.x(metres), eye.ground + 1);
    context.lineTo(eye.x(metres), eye.ground + 6);
  }
  context.stroke();
}

export function drawReal(context, eye, { obs }, theme) {
  const { x, axle, tip } = body(eye, obs);
  drawCart(context, eye, x);
  context.fillStyle = theme.ink;
  context.fill();
  rod(context, [[x, axle], tip], thickness(eye), theme.ink);
  disc(context, [x, axle], Math.max(1.6, eye.metre * 0.016), theme.paper);
}

export function drawImagined(context, eye, obs, theme, alpha, { last = false } = {}) {
  const { x, axle, tip } = body(eye, obs);
  if (last) {
    context.globalAlpha = alpha * 0.6;
    drawCart(context, eye, x);
    context.fillStyle = theme.imagined;
    context.fill();
  }
  rod(context, [[x, axle], tip], thickness(eye) * 0.45, theme.imagined, alpha);
}

export const pathPoint = (eye, obs) => body(eye, obs).tip;

const thickness = (eye) => Math.max(4, eye.metre * 0.05);

function drawCart(context, eye, x) {
  const [width, height] = [CART.width * eye.metre, CART.height * eye.metre];
  context.beginPath();
  context.roundRect(x - width / 2, eye.ground - height, width, height - 1, 3);
}

export function describe(obs, { ended, episode_step }) {
  if (ended === "truncated") return `The pole stood for all ${episode_step} steps.`;
  const degrees = Math.round((Math.abs(obs[ANGLE]) * 180) / Math.PI);
  const side =
    degrees === 0 ? "stands upright" : `leans ${degrees} degrees to the ${obs[ANGLE] > 0 ? "right" : "left"}`;
  return ended === "terminated"
    ? `The pole fell after ${episode_step} steps.`
    : `The pole ${side} at step ${episode_step} of an episode.`;
}

export function ending(eye, { ended, episode_step, obs }) {
  const fell = ended === "terminated";
  return {
    words: fell ? `fell after ${episode_step} steps` : `stood all ${episode_step} steps`,
    good: !fell,
    x: eye.x(obs[0]),
  };
}
