// A strip of time: one number of the observation. The past is ink and moves to the left; imagination is light to the
// right of "now", and stays behind the ink where reality turned out differently.
import { emphasis, strength } from "./ghosts.js";
import { label as words } from "./shapes.js";

const NOW = 0.7; // where "now" is, as a share of the width
const AHEAD = 22; // steps from now to the right edge
const OVERTAKEN = 0.35; // how light an old forecast is

/**
 * `line`: {label, of(obs), top, bottom, marks: [{value, label?}], wraps?}: the number of an observation, its values at
 * the upper and the lower edge, and where dashed lines are drawn; an angle `wraps` from one edge to the other.
 */
export function drawStrip(context, box, line, { view, shown, past, imagines }, theme) {
  const { left, top, width, height } = box;
  const nowX = left + width * NOW;
  const stepX = (width * (1 - NOW)) / AHEAD;
  const x = (step) => nowX + (step - view.now) * stepX;
  const inside = (share) => Math.max(0, Math.min(1, share));
  const share = (value) => (value - line.top) / (line.bottom - line.top);
  const y = (value) => top + height * inside(share(value));
  // Lines may leave the strip.
  const at = { x, y: (value) => top + height * (3 * inside((share(value) + 1) / 3) - 1), line };

  context.save();
  context.beginPath();
  context.rect(left, top - 2, width, height + 4);
  context.clip();
  drawFrame(context, box, line, nowX, y, theme);
  for (const forecast of past) drawFutures(context, forecast, at, OVERTAKEN, theme);
  for (const { forecast, alpha } of shown) drawFutures(context, forecast, at, alpha, theme);
  drawReal(context, view, at, theme);
  context.restore();
  context.fillStyle = theme.ink;
  context.beginPath();
  context.arc(nowX, y(line.of(view.obs)), 4, 0, 7);
  context.fill();
  drawWords(context, box, line, nowX, y, theme);
  if (imagines) drawImagined(context, box, theme);
}

function drawFrame(context, { left, top, width, height }, { marks }, nowX, y, theme) {
  context.strokeStyle = theme.hairline;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(nowX) + 0.5, top);
  context.lineTo(Math.round(nowX) + 0.5, top + height);
  context.stroke();
  context.setLineDash([2, 5]);
  context.beginPath();
  for (const { value } of marks) {
    context.moveTo(left, Math.round(y(value)) + 0.5);
    context.lineTo(left + width, Math.round(y(value)) + 0.5);
  }
  context.stroke();
  context.setLineDash([]);
}

/**
 * A line through {step, value}; it breaks where an angle goes over the edge, and where `last` says that something
 * ended.
 */
export function trace(context, points, { x, y, line }) {
  const far = Math.abs(line.bottom - line.top) / 2;
  let before = null;
  for (const { step, value, last } of points) {
    const broken = before === null || (line.wraps && Math.abs(value - before) > far);
    if (broken) context.moveTo(x(step), y(value));
    else context.lineTo(x(step), y(value));
    before = last ? null : value;
  }
}

function drawFutures(context, { futures, confidence, from_step }, at, alpha, theme) {
  context.strokeStyle = theme.imagined;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  const each = 1.7 * strength(confidence, futures.length);
  futures.forEach((future, index) => {
    const { obs } = future;
    context.globalAlpha = alpha * Math.min(1, each * emphasis(future, index));
    context.beginPath();
    trace(
      context,
      obs.map((state, k) => ({ step: from_step + k, value: at.line.of(state) })),
      at,
    );
    context.stroke();
  });
  context.globalAlpha = 1;
}

function drawReal(context, view, at, theme) {
  context.strokeStyle = theme.ink;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  const points = view.played.map(({ step, obs, ended }) => ({ step, value: at.line.of(obs), last: Boolean(ended) }));
  if (points.length > 0 && !points.at(-1).last) points.push({ step: view.now, value: at.line.of(view.obs) });
  trace(context, points, at);
  context.stroke();
}

function drawWords(context, { left, top, width }, { label, marks }, nowX, y, theme) {
  words(context, label, [left, top + 2], theme, { base: "top" });
  for (const { value, label: name } of marks)
    if (name) words(context, name, [left, y(value) + 4], theme, { base: "top" });
  words(context, "now", [nowX - 6, top + 2], theme, { base: "top", align: "right" });
}

/** What the light to the right of "now" is, for a learner that imagines. */
function drawImagined(context, { left, top, width }, theme) {
  words(context, "imagined", [left + width, top + 2], theme, { base: "top", align: "right", colour: theme.imagined });
}
