// Both mountain cars as a picture: hills of height sin 3x. obs = [position m, velocity m/step].
import { arrowhead, disc, rod } from "./shapes.js";

const [WALL, END] = [-1.2, 0.6]; // m
const FLAGS = { "MountainCar-v0": 0.5, "MountainCarContinuous-v0": 0.45 }; // m
// How high the hills are drawn for their width: as the picture has room, at most as Gymnasium's.
const [FLAT, STEEP] = [0.25, 0.45];
const LIFT = 2.2; // pixels that a path rises in every step ahead: all of them lie on the same hill

export const TASKS = Object.keys(FLAGS);
export const STILL = [-0.5, 0];
export const GHOSTS = { poses: 0, paths: 1.6 };
export const STRIP = {
  label: "position",
  of: ([position]) => position,
  top: 0.95,
  bottom: -1.35,
  marks: [{ value: WALL }],
};

export const marks = ({ flag }) => [{ value: flag, label: "the flag" }, ...STRIP.marks];

export function camera({ left, width, top, bottom }, obs, { task, physics }) {
  const car = Math.max(26, Math.min(52, width * 0.065));
  const [wide, high] = [(width - 2 * left - 8) / (END - WALL), (bottom - top - 2.2 * car) / 1.9];
  const metre = Math.min(wide, high / FLAT);
  const steepness = Math.min(STEEP, high / metre);
  const x = (position) => width / 2 + (position - (WALL + END) / 2) * metre;
  const y = (position) => bottom - 10 - (1 + Math.sin(3 * position)) * steepness * metre;
  return { steepness, car, x, y, flag: physics.flag ?? FLAGS[task], bottom, discrete: task === TASKS[0] };
}

const slope = (eye, position) => Math.atan2(-3 * Math.cos(3 * position) * eye.steepness, 1);

export function drawWorld(context, eye, view, theme) {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  for (let position = WALL; position <= END + 1e-9; position += 0.02) context.lineTo(eye.x(position), eye.y(position));
  context.stroke();
  rod(
    context,
    [
      [eye.x(WALL), eye.y(WALL)],
      [eye.x(WALL), eye.y(WALL) - eye.car],
    ],
    1.5,
    theme.muted,
  );
  const [x, y] = [eye.x(eye.flag), eye.y(eye.flag)];
  const pole = eye.car * 1.5;
  rod(
    context,
    [
      [x, y],
      [x, y - pole],
    ],
    2,
    theme.ink,
  );
  context.fillStyle = theme.reward;
  context.beginPath();
  context.moveTo(x + 1, y - pole);
  context.lineTo(x + eye.car * 0.55, y - pole * 0.84);
  context.lineTo(x + 1, y - pole * 0.68);
  context.fill();
}

/** Draws with the origin where the wheels touch the hill at `position`, and the hill level. */
function onHill(context, eye, position, draw) {
  context.save();
  context.translate(eye.x(position), eye.y(position));
  context.rotate(slope(eye, position));
  draw();
  context.restore();
}

export function drawReal(context, eye, { obs: [position], frame }, theme) {
  const size = eye.car;
  const given = frame.action[0] ?? (eye.discrete ? 1 : 0);
  const throttle = eye.discrete ? given - 1 : Math.max(-1, Math.min(1, given));
  onHill(context, eye, position, () => {
    drawCar(context, size, theme.ink);
    for (const wheel of [-0.28, 0.28]) disc(context, [wheel * size, -size * 0.16], size * 0.07, theme.paper);
    if (Math.abs(throttle) < 0.05) return;
    const height = -size * 0.86;
    rod(
      context,
      [
        [0, height],
        [throttle * size * 0.7, height],
      ],
      2,
      theme.ink,
    );
    arrowhead(context, [throttle * size * 0.7, height], throttle < 0 ? Math.PI : 0, 6, theme.ink);
  });
}

function drawCar(context, size, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(-size / 2, -size * 0.46, size, size * 0.28, size * 0.06);
  context.roundRect(-size * 0.26, -size * 0.68, size * 0.5, size * 0.26, size * 0.08);
  context.fill();
  for (const wheel of [-0.28, 0.28]) disc(context, [wheel * size, -size * 0.16], size * 0.16, colour);
}

export function drawImagined(context, eye, [position], theme, alpha, { last = false } = {}) {
  if (!last) return;
  context.globalAlpha = Math.min(1, alpha * 0.8);
  onHill(context, eye, Math.max(WALL, Math.min(END, position)), () => {
    context.fillStyle = theme.imagined;
    context.beginPath();
    context.roundRect(-eye.car / 2, -eye.car * 0.46, eye.car, eye.car * 0.4, eye.car * 0.06);
    context.fill();
  });
  context.globalAlpha = 1;
}

export function pathPoint(eye, [imagined], { ahead }) {
  const position = Math.max(WALL - 0.1, Math.min(END + 0.1, imagined));
  return [eye.x(position), eye.y(position) - eye.car * 0.4 - LIFT * ahead];
}

export function describe([position, velocity], { episode_step, ended }) {
  if (ended === "terminated") return `The car reached the flag after ${episode_step} steps.`;
  if (ended) return `The car did not reach the flag in ${episode_step} steps.`;
  const way = Math.abs(velocity) < 0.001 ? "stands" : velocity > 0 ? "rolls right" : "rolls left";
  const slopes = position < -0.75 ? "on the left hill" : position > -0.3 ? "on the right hill" : "in the valley";
  return `The car ${way} ${slopes} at step ${episode_step} of an episode.`;
}

export function ending(eye, { ended, episode_step, obs }) {
  const good = ended === "terminated";
  return {
    words: good ? `at the flag after ${episode_step} steps` : `not at the flag in ${episode_step} steps`,
    good,
    x: eye.x(obs[0]),
  };
}
