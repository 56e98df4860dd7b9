// Pendulum as a picture. obs = [cos θ, sin θ, angular velocity], θ from upright; here it grows clockwise.
import { value } from "../format.js";
import { dashed, disc, label, rod, turn } from "./shapes.js";

const BOUND = 2; // the action that asks for the motor's full torque
// A path grows away from the circle by this share of the rod in every step, or all would be one line.
const UNWOUND = 0.014;

export const TASKS = ["Pendulum-v1"];
export const STILL = [-1, 0.03, 0];
export const GHOSTS = { poses: 5, paths: 1.8 };
export const STRIP = {
  label: "angle from upright",
  of: angleOf,
  top: -Math.PI,
  bottom: Math.PI,
  wraps: true,
  marks: [{ value: 0, label: "upright" }],
};

export function camera({ width, top, bottom }, obs, { physics }) {
  const length = physics.length ?? 1;
  const room = Math.min((bottom - top) / 2, width / 2) / 1.3;
  return { hub: [width / 2, (top + bottom) / 2], rod: room * Math.min(1, length) };
}

const place = ({ hub: [x, y], rod: length }, [cosine, sine], share = 1) => {
  const size = Math.hypot(cosine, sine) || 1; // the model may imagine a cosine and a sine that are not of one angle
  return [x + (share * length * sine) / size, y - (share * length * cosine) / size];
};

export function drawWorld(context, eye, view, theme) {
  const [x, y] = eye.hub;
  context.strokeStyle = theme.hairline;
  context.lineWidth = 1;
  context.beginPath();
  context.arc(x, y, eye.rod, 0, 7);
  context.stroke();
  const tip = y - eye.rod;
  dashed(
    context,
    [
      [x, y],
      [x, tip - 14],
    ],
    theme.muted,
  );
  label(context, "upright", [x + 8, tip - 10], theme);
}

export function drawReal(context, eye, { obs, frame }, theme) {
  const width = Math.max(5, eye.rod * 0.09);
  const tip = place(eye, obs);
  rod(context, [eye.hub, tip], width, theme.ink);
  disc(context, eye.hub, width * 0.22, theme.paper);
  const torque = Math.max(-1, Math.min(1, (frame.action[0] ?? 0) / BOUND));
  const along = Math.atan2(obs[1], obs[0]) - Math.PI / 2;
  turn(context, eye.hub, eye.rod * 0.34, along + Math.sign(torque) * 0.3, torque * 1.9, theme.ink);
}

export function drawImagined(context, eye, obs, theme, alpha) {
  rod(context, [place(eye, obs, 0.5), place(eye, obs)], Math.max(2, eye.rod * 0.03), theme.imagined, alpha);
}

export const pathPoint = (eye, obs, { ahead }) => place(eye, obs, 1 + UNWOUND * ahead);

export function angleOf([cosine, sine]) {
  return Math.atan2(sine, cosine);
}

export function describe(obs, { episode_step, ended, episode_return }) {
  const degrees = Math.round((Math.abs(angleOf(obs)) * 180) / Math.PI);
  if (ended)
    return `The episode is over after ${episode_step} steps, with a return of ${value(Math.round(episode_return))}.`;
  const where =
    degrees <= 10
      ? "stands upright"
      : degrees >= 170
        ? "hangs down"
        : `is ${degrees} degrees ${obs[1] > 0 ? "right" : "left"} of upright`;
  return `The pendulum ${where} at step ${episode_step} of an episode.`;
}

export function ending(eye, { episode_step, episode_return }) {
  return {
    words: `over after ${episode_step} steps: return ${value(Math.round(episode_return))}`,
    good: null,
    x: eye.hub[0],
  };
}
