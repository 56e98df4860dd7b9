// A task without a picture of its own: the observation, number by number, over time.
import { drawStrip } from "./strip.js";

const MOST = 4;

export const TASKS = [];
export const STILL = [];
export const GHOSTS = { poses: 0, paths: 0 };
export const STRIP = null;

export function camera(box, obs, { dimensions }) {
  return { ...box, dimensions: dimensions.slice(0, MOST) };
}

export function drawWorld() {}

export function drawReal(context, { left, width, top, bottom, dimensions }, scene, theme) {
  const height = (bottom - top) / dimensions.length;
  dimensions.forEach(({ name, unit, low, high }, index) => {
    const strip = {
      label: unit ? `${name}, ${unit}` : name,
      of: (obs) => obs[index] ?? 0,
      top: high,
      bottom: low,
      marks: [],
    };
    drawStrip(
      context,
      { left, top: top + index * height, width: width - 2 * left, height: height - 12 },
      strip,
      scene,
      theme,
    );
  });
}

export function drawImagined() {}

export const pathPoint = () => [0, 0];

export function describe(obs, { episode_step }) {
  return `Step ${episode_step} of an episode.`;
}

export function ending(eye, { episode_step }) {
  return { words: `over after ${episode_step} steps`, good: null, x: eye.width / 2 };
}
