// What the stage shows: the task's picture, with imagined futures over it, above a strip of one of its numbers over
// time.
import { drawStrip } from "./strip.js";

const STRIP_SHARE = 0.27; // of the stage's height
const BELOW = 32; // pixels under the picture, for what is said when an episode ends

/** The view before there is anything to play. */
export const still = (obs) => ({
  frame: { step: 0, episode_step: 0, ended: null, action: [] },
  obs,
  now: 0,
  played: [],
  reached: [],
  waiting: 0,
});

/** Draws one picture; `size` in CSS pixels, `scene` = {view, ghosts, shown, past, imagines}. */
export function drawScene(context, size, picture, world, scene, theme) {
  const { width, height, inset } = size;
  const { view } = scene;
  const strip = picture.STRIP ? Math.max(64, Math.min(120, height * STRIP_SHARE)) : 0;
  // The counters are above it.
  const box = { left: inset, width, top: inset > 0 ? 48 : 60, bottom: height - strip - BELOW };
  const eye = picture.camera(box, view.obs, world);
  picture.drawWorld(context, eye, view, theme);
  scene.ghosts.draw(context, picture, eye, view.now, theme);
  picture.drawReal(context, eye, { ...scene, ...view }, theme);
  if (view.frame.ended) drawEnd(context, box, picture.ending(eye, view.frame), theme);
  if (strip === 0) return;
  const line = { ...picture.STRIP, marks: picture.marks?.(eye) ?? picture.STRIP.marks };
  drawStrip(
    context,
    { left: inset, top: height - strip - 6, width: width - 2 * inset, height: strip },
    line,
    scene,
    theme,
  );
}

function drawEnd(context, { width, bottom }, { words, good, x }, theme) {
  context.font = "600 16px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = good === null ? theme.ink : good ? theme.reward : theme.error;
  const half = context.measureText(words).width / 2 + 8;
  context.fillText(words, Math.max(half, Math.min(width - half, x)), bottom + 8);
}
