// A task that draws itself: its module exports draw(context, box, obs, {colour, alpha, imagined}). The first number of
// what it observes is the strip below.
import { ending, describe } from "./numbers.js";

/**
 * `draw` as above; box = {left, top, width, height} in CSS pixels. `failed(error)`: its code has thrown.
 * @param {Function} draw
 * @param {{ name: string, unit: string, low: number, high: number }} first the first number that it observes
 * @param {(error: any) => void} failed
 */
export function ownPicture(draw, first, failed) {
  const drawn = (context, eye, obs, look) => {
    if (obs.length === 0) return; // nothing has happened yet
    context.save();
    try {
      draw(context, { ...eye.box }, [...obs], look);
    } catch (error) {
      failed(error);
    }
    context.restore();
  };
  return {
    STILL: [],
    GHOSTS: { poses: 8, paths: 0 },
    STRIP: {
      label: first.unit ? `${first.name}, ${first.unit}` : first.name,
      of: (obs) => obs[0] ?? 0,
      top: first.high,
      bottom: first.low,
      marks: [],
    },
    camera: ({ left, width, top, bottom }) => ({
      width,
      box: { left, top, width: width - 2 * left, height: bottom - top },
    }),
    drawWorld() {},
    drawReal: (context, eye, { obs }, theme) =>
      drawn(context, eye, obs, { colour: theme.ink, alpha: 1, imagined: false }),
    drawImagined: (context, eye, obs, theme, alpha) =>
      drawn(context, eye, obs, { colour: theme.imagined, alpha: Math.min(1, alpha), imagined: true }),
    pathPoint: () => [0, 0],
    describe,
    ending,
  };
}
