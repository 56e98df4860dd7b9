// Acrobot as a picture, like an arm that hangs from a shoulder and is driven at the elbow only.
// obs = [cos θ₁, sin θ₁, cos θ₂, sin θ₂, two velocities]; θ₁ from straight down, θ₂ from the upper link.
import { dashed, disc, label, rod, turn } from "./shapes.js";

const LINE = 1; // the free end must come this far above the shoulder, in lengths of a link
const TORQUES = [-1, 0, 1]; // of the three actions

export const TASKS = ["Acrobot-v1"];
export const STILL = [1, 0.02, 1, 0.03, 0, 0];
export const GHOSTS = { poses: 0, paths: 2.2 };
export const STRIP = {
  label: "height of the free end",
  of: heightOf,
  top: 2.2,
  bottom: -2.2,
  marks: [{ value: LINE, label: "the line" }],
};

// Links are drawn as long as the rule counts them, 1 each, also when the upper one has been made longer or shorter.
export function camera({ width, top, bottom }) {
  const link = Math.min((bottom - top) / 4.2, width / 4.2);
  return { shoulder: [width / 2, (top + bottom) / 2], link, width };
}

function body({ shoulder: [x, y], link }, [cosine1, sine1, cosine2, sine2]) {
  const [first, second] = [Math.atan2(sine1, cosine1), Math.atan2(sine1, cosine1) + Math.atan2(sine2, cosine2)];
  /** @type {[number, number]} */
  const elbow = [x + link * Math.sin(first), y + link * Math.cos(first)];
  return { elbow, along: second, tip: [elbow[0] + link * Math.sin(second), elbow[1] + link * Math.cos(second)] };
}

/** Height of the free end over the shoulder, in lengths of a link. */
export function heightOf([cosine1, sine1, cosine2, sine2]) {
  const first = Math.atan2(sine1, cosine1);
  return -Math.cos(first) - Math.cos(first + Math.atan2(sine2, cosine2));
}

export function drawWorld(context, eye, view, theme) {
  const [x, y] = eye.shoulder;
  const line = Math.round(y - LINE * eye.link) + 0.5;
  const half = Math.min(eye.width / 2 - 8, 2.4 * eye.link);
  dashed(
    context,
    [
      [x - half, line],
      [x + half, line],
    ],
    theme.reward,
    [6, 5],
  );
  label(context, "reach this line", [x - half, line + 11], theme);
}

export function drawReal(context, eye, { obs, frame }, theme) {
  const { elbow, tip, along } = body(eye, obs);
  const width = Math.max(5, eye.link * 0.1);
  rod(context, [eye.shoulder, elbow, tip], width, theme.ink);
  for (const joint of [eye.shoulder, elbow]) disc(context, joint, width * 0.25, theme.paper);
  const torque = frame.ended ? 0 : (TORQUES[frame.action[0]] ?? 0);
  // Angles here grow against the clock on the screen, because they are counted from straight down.
  turn(context, elbow, eye.link * 0.3, Math.PI / 2 - along - torque * 0.35, -torque * 1.2, theme.ink);
}

export function drawImagined(context, eye, obs, theme, alpha) {
  const { elbow, tip } = body(eye, obs);
  rod(context, [eye.shoulder, elbow, tip], Math.max(2, eye.link * 0.035), theme.imagined, alpha);
}

export const pathPoint = (eye, obs) => body(eye, obs).tip;

export function describe(obs, { episode_step, ended }) {
  if (ended === "terminated") return `The free end reached the line after ${episode_step} steps.`;
  if (ended) return `The free end did not reach the line in ${episode_step} steps.`;
  const missing = Math.max(0, LINE - heightOf(obs));
  return `The free end is ${missing.toFixed(1)} links below the line at step ${episode_step} of an episode.`;
}

export function ending(eye, { ended, episode_step }) {
  const good = ended === "terminated";
  return {
    words: good ? `over the line after ${episode_step} steps` : `not there in ${episode_step} steps`,
    good,
    x: eye.shoulder[0],
  };
}
