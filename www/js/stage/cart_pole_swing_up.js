// Swing-up of a pole on a cart as a picture. obs = [cart position m, cart velocity, cos θ, sin θ, pole velocity],
// θ from upright, to the right.
import { value } from "../format.js";
import { arrowhead, dashed, disc, label, rod } from "./shapes.js";

const EDGE = 1.2; // m: how far from the middle the picture reaches by itself; the track has no end
const CART = { width: 0.3, height: 0.12 }; // m
const KEPT = 0.8; // the cart stays within this share of the picture's width
const UPRIGHT_DEGREES = 12; // from upright, what counts as standing in a sentence

export const TASKS = ["CartPoleSwingUp-v0"];
export const STILL = [0, 0, -1, 0.03, 0];
export const GHOSTS = { poses: 4, paths: 1.4 };
export const STRIP = {
  label: "angle from upright",
  of: angleOf,
  top: -Math.PI,
  bottom: Math.PI,
  wraps: true,
  marks: [{ value: 0, label: "upright" }],
};

/** How metres become pixels; what runs off to the side is followed. */
export function camera({ left = 0, width, top, bottom }, [position], { physics }) {
  const pole = physics.length ?? 0.5;
  const metre = Math.min((bottom - top) / (2.3 * Math.max(0.4, pole)), width / (2 * EDGE));
  const slack = Math.max(0, Math.abs(position) - (KEPT * width) / 2 / metre);
  const centre = Math.sign(position) * slack;
  return {
    metre,
    pole,
    left,
    width,
    rail: (top + bottom) / 2,
    x: (metres) => left + width / 2 + (metres - centre) * metre,
  };
}

function body(eye, obs) {
  const x = eye.x(obs[0]);
  const size = Math.hypot(obs[2], obs[3]) || 1; // the model may imagine a cosine and a sine that are not of one angle
  const length = (eye.pole * eye.metre) / size;
  return { x, tip: [x + obs[3] * length, eye.rail - obs[2] * length] };
}

export function drawWorld(context, eye, view, theme) {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(eye.left, eye.rail);
  context.lineTo(eye.left + eye.width, eye.rail);
  context.stroke();
  drawMarks(context, eye, theme);
  const goal = [eye.x(0), eye.rail - eye.pole * eye.metre];
  dashed(context, [[eye.x(0), eye.rail], goal], theme.muted);
  context.strokeStyle = theme.muted;
  context.beginPath();
  context.arc(goal[0], goal[1], Math.max(5, eye.metre * 0.06), 0, 7);
  context.stroke();
  label(context, "here", [goal[0] + Math.max(9, eye.metre * 0.09), goal[1]], theme);
}

/** Marks along the track, every half metre, so that motion is seen where the picture follows the cart. */
function drawMarks(context, eye, theme) {
  context.strokeStyle = theme.hairline;
  context.beginPath();
  const first = Math.ceil((2 * (eye.left - eye.x(0))) / eye.metre);
  const last = Math.floor((2 * (eye.left + eye.width - eye.x(0))) / eye.metre);
  for (let half = first; half <= last; half++) {
    context.moveTo(eye.x(half / 2), eye.rail + 1);
    context.lineTo(eye.x(half / 2), eye.rail + 6);
  }
  context.stroke();
}

export function drawReal(context, eye, { obs, frame }, theme) {
  const { x, tip } = body(eye, obs);
  drawCart(context, eye, x);
  context.fillStyle = theme.ink;
  context.fill();
  rod(context, [[x, eye.rail], tip], thickness(eye), theme.ink);
  disc(context, [x, eye.rail], Math.max(1.6, eye.metre * 0.02), theme.paper);
  drawForce(context, eye, x, Math.max(-1, Math.min(1, frame.action[0] ?? 0)), theme);
}

/** An arrow beside the cart, as long as the force is large. */
function drawForce(context, eye, x, share, theme) {
  const length = share * 0.35 * eye.metre;
  if (Math.abs(length) < 2) return;
  const from = x + (Math.sign(share) * CART.width * eye.metre) / 2 + Math.sign(share) * 3;
  context.strokeStyle = theme.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(from, eye.rail);
  context.lineTo(from + length, eye.rail);
  context.stroke();
  arrowhead(context, [from + length, eye.rail], share > 0 ? 0 : Math.PI, 6, theme.ink);
}

export function drawImagined(context, eye, obs, theme, alpha, { last = false } = {}) {
  const { x, tip } = body(eye, obs);
  if (last) {
    context.globalAlpha = alpha * 0.6;
    drawCart(context, eye, x);
    context.fillStyle = theme.imagined;
    context.fill();
  }
  rod(context, [[x, eye.rail], tip], thickness(eye) * 0.45, theme.imagined, alpha);
}

export const pathPoint = (eye, obs) => body(eye, obs).tip;

const thickness = (eye) => Math.max(4, eye.metre * 0.045);

function drawCart(context, eye, x) {
  const [width, height] = [CART.width * eye.metre, CART.height * eye.metre];
  context.beginPath();
  context.roundRect(x - width / 2, eye.rail - height / 2, width, height, 3);
}

export function angleOf([, , cosine, sine]) {
  return Math.atan2(sine, cosine);
}

export function describe(obs, { episode_step, ended, episode_return }) {
  if (ended)
    return `The episode is over after ${episode_step} steps, with a return of ${value(Math.round(episode_return))}.`;
  const degrees = Math.round((Math.abs(angleOf(obs)) * 180) / Math.PI);
  const where =
    degrees <= UPRIGHT_DEGREES
      ? "stands upright"
      : degrees >= 170
        ? "hangs down"
        : `is ${degrees} degrees ${obs[3] > 0 ? "right" : "left"} of upright`;
  return `The pole ${where} at step ${episode_step} of an episode.`;
}

export function ending(eye, { episode_step, episode_return, obs }) {
  return {
    words: `over after ${episode_step} steps: return ${value(Math.round(episode_return))}`,
    good: null,
    x: eye.x(obs[0]),
  };
}
