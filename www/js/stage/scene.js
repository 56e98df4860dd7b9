// What the stage shows of a task: CartPole as itself over a strip of its pole's angle; any other task, which has no picture
// yet, as strips of what the agent sees.
import { ANGLE, camera, drawLimits, drawReal, drawTrack, FALL, TASK } from "./cart_pole.js";
import { drawStrip } from "./strip.js";

const ANGLE_LINE = { index: ANGLE, label: "pole angle", range: FALL * 1.5, limit: FALL, limitLabel: "falls at 12°" };
const MOST_STRIPS = 4;

/** Draws one picture; `size` in CSS pixels, `scene` = {view, ghosts, shown, past}, `task` from the schema. */
export function drawScene(context, size, task, scene, theme) {
  const { inset } = size;
  const top = inset > 0 ? 48 : 60; // the counters are there
  const strip = (from, height, line) => drawStrip(context, { left: inset, top: from, width: size.width - 2 * inset, height }, line, scene, theme);
  if (!task || task.id === TASK) {
    const height = Math.max(64, Math.min(120, size.height * 0.27));
    const ground = size.height - height - 32;
    drawCartPole(context, { ...size, top, ground }, scene, theme);
    strip(size.height - height - 6, height, ANGLE_LINE);
  } else {
    const rows = task.obs.slice(0, MOST_STRIPS);
    const height = (size.height - top - 8) / rows.length;
    rows.forEach(({ name, unit }, index) => {
      const seen = scene.view.played.map(({ obs }) => Math.abs(obs[index]));
      strip(top + index * height, height - 12, { index, label: unit ? `${name}, ${unit}` : name, range: 1.3 * Math.max(1e-3, ...seen) });
    });
  }
}

/** What is seen of the real task, as a sentence. */
export function describeTask(task, { ended, episode_step }, obs) {
  if (task && task !== TASK) return `${task} at step ${episode_step} of an episode.`;
  const degrees = Math.round((Math.abs(obs[ANGLE]) * 180) / Math.PI);
  const side = degrees === 0 ? "stands upright" : `leans ${degrees} degrees to the ${obs[ANGLE] > 0 ? "right" : "left"}`;
  return ended === "terminated" ? `The pole fell after ${episode_step} steps.` : `The pole ${side} at step ${episode_step} of an episode.`;
}

function drawCartPole(context, box, { view, ghosts }, theme) {
  const eye = camera(box, view.obs[0]);
  drawTrack(context, eye, theme);
  drawLimits(context, eye, view.obs, theme);
  ghosts.draw(context, eye, view.now, theme);
  drawReal(context, eye, view.obs, theme);
  if (view.frame.ended) drawEnd(context, box.width, eye, view.frame, theme);
}

function drawEnd(context, width, eye, { ended, episode_step, obs }, theme) {
  context.font = "600 16px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = ended === "terminated" ? theme.error : theme.reward;
  const words = ended === "terminated" ? `fell after ${episode_step} steps` : `stood all ${episode_step} steps`;
  const half = context.measureText(words).width / 2 + 8;
  context.fillText(words, Math.max(half, Math.min(width - half, eye.x(obs[0]))), eye.ground + 8);
}
