// A maze from above. obs = [row, column], each from −1 (first) to 1 (last). Its walls come from the program.
import { arrowhead, disc, label, rod } from "./shapes.js";

const DIRECTIONS = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
]; // row and column of up, right, down, left
const TRAIL = 40; // steps that stay to be seen
const SPREAD = 0.5; // paths lie beside each other over this share of a cell

export const TASKS = ["DynaMaze-v0"];
export const STILL = [-0.2, -1];
export const GHOSTS = { poses: 0, paths: 4, straight: true };
export const STRIP = null;

export function camera({ left, width, top, bottom }, obs, { maze }) {
  const { rows, columns } = maze;
  const cell = Math.floor(Math.min((width - 2 * left - 2) / columns, (bottom - top) / rows));
  const [x0, y0] = [Math.round((width - columns * cell) / 2), Math.round(top + (bottom - top - rows * cell) / 2)];
  const corner = (row, column) => [x0 + column * cell, y0 + row * cell];
  // Where something seen is: between cells, where the model imagines it there.
  const seen = ([row, column]) => [
    x0 + (((column + 1) / 2) * (columns - 1) + 0.5) * cell,
    y0 + (((row + 1) / 2) * (rows - 1) + 0.5) * cell,
  ];
  return { maze, cell, corner, seen, width };
}

export function drawWorld(context, { maze, cell, corner }, view, theme) {
  const { rows, columns, walls, start, goal } = maze;
  context.fillStyle = theme.reward;
  context.globalAlpha = 0.22;
  context.fillRect(...corner(...goal), cell, cell);
  context.globalAlpha = 1;
  context.strokeStyle = theme.hairline;
  context.lineWidth = 1;
  context.beginPath();
  for (let row = 1; row < rows; row += 1) line(context, corner(row, 0), corner(row, columns));
  for (let column = 1; column < columns; column += 1) line(context, corner(0, column), corner(rows, column));
  context.stroke();
  context.fillStyle = theme.muted;
  for (const wall of walls) context.fillRect(...corner(...wall), cell + 1, cell + 1);
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.5;
  context.strokeRect(...corner(0, 0), columns * cell, rows * cell);
  for (const [place, word] of [
    [start, "start"],
    [goal, "goal"],
  ]) {
    const [x, y] = corner(...place);
    label(context, word, [x + cell / 2, y + cell - 9], theme, {
      align: "center",
      colour: word === "goal" ? theme.ink : theme.muted,
    });
  }
}

function line(context, [x1, y1], [x2, y2]) {
  context.moveTo(x1 + 0.5, y1 + 0.5);
  context.lineTo(x2 + 0.5, y2 + 0.5);
}

export function drawReal(context, eye, { obs, frame, played }, theme) {
  const begin = played.findLastIndex(({ ended }, index) => ended && index < played.length - 1) + 1;
  const trail = played.slice(Math.max(begin, played.length - TRAIL)).map(({ obs: was }) => eye.seen(was));
  rod(context, [...trail, eye.seen(obs)], Math.max(2, eye.cell * 0.05), theme.ink, 0.35);
  const [x, y] = eye.seen(obs);
  const radius = eye.cell * 0.2;
  disc(context, [x, y], radius, theme.ink);
  const direction = DIRECTIONS[frame.action[0]];
  if (!direction || frame.ended) return;
  const angle = Math.atan2(direction[0], direction[1]);
  arrowhead(
    context,
    [x + Math.cos(angle) * radius * 0.12, y + Math.sin(angle) * radius * 0.12],
    angle,
    radius * 0.62,
    theme.paper,
  );
}

export function drawImagined(context, eye, obs, theme, alpha, { last = false } = {}) {
  if (last) disc(context, eye.seen(obs), eye.cell * 0.1, theme.imagined, Math.min(1, 2 * alpha));
}

export function pathPoint(eye, obs, { index, count }) {
  const [x, y] = eye.seen(obs);
  const beside = ((index + 0.5) / count - 0.5) * SPREAD * eye.cell;
  return [x + beside, y + beside];
}

export function describe([row, column], { episode_step, ended }, { maze }) {
  if (ended === "terminated") return `The walker reached the goal after ${episode_step} steps.`;
  if (ended) return `The walker did not find the goal in ${episode_step} steps.`;
  const number = (seen, cells) => 1 + Math.round(((seen + 1) / 2) * (cells - 1));
  return (
    `The walker is in row ${number(row, maze.rows)} and column ${number(column, maze.columns)} of the maze at ` +
    `step ${episode_step} of an episode; the goal is in row ${maze.goal[0] + 1} and column ${maze.goal[1] + 1}.`
  );
}

export function ending(eye, { ended, episode_step }) {
  const good = ended === "terminated";
  return {
    words: good ? `at the goal after ${episode_step} steps` : `not at the goal in ${episode_step} steps`,
    good,
    x: eye.width / 2,
  };
}
