// A task as a small picture, standing still: what it looks like in a list.
import { pictureOf } from "./pictures.js";
import { still } from "./scene.js";

const MARGIN = 3; // pixels
/** Pictures are drawn for a stage: at this width their lines are as thick as they should be. */
const DRAWN_WIDTH = 240;

/**
 * Draws the task; false where it has no picture of its own. `world` as in pictures.js.
 * @param {HTMLCanvasElement} canvas laid out already
 * @param {{ task: string, maze: any }} world
 * @param {any} theme
 */
export function drawSmall(canvas, world, theme) {
  /** @type {any} */ const picture = pictureOf(world.task);
  const context = canvas.getContext("2d");
  if (picture.STILL.length === 0 || !context) return false;
  const [width, height] = [DRAWN_WIDTH, (DRAWN_WIDTH * canvas.clientHeight) / Math.max(1, canvas.clientWidth)];
  const scale = (canvas.clientWidth * theme.scale) / width;
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillText = () => {}; // words would be too small to be read
  context.clearRect(0, 0, width, height);
  const view = still(picture.STILL);
  const box = { left: 0, width, top: MARGIN, bottom: height - 2 * MARGIN };
  const eye = picture.camera(box, view.obs, { physics: {}, dimensions: [], ...world });
  picture.drawWorld(context, eye, view, theme);
  picture.drawReal(context, eye, { ...view, view, shown: [], past: [], imagines: false }, theme);
  return true;
}
