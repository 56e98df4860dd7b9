// A strip of time: one number of what the agent sees. What happened is ink and moves to the left; what is imagined is light
// to the right of "now", and stays behind the ink where reality has come out otherwise.
import { strength } from "./ghosts.js";

const NOW = 0.7; // where "now" is, as a share of the width
const AHEAD = 22; // steps from now to the right edge
const OVERTAKEN = 0.35; // how light an old forecast is

/** `line`: {index, label, range, limit?, limitLabel?}, in the unit of that number. */
export function drawStrip(context, box, line, { view, shown, past }, theme) {
  const { left, top, width, height } = box;
  const nowX = left + width * NOW;
  const stepX = (width * (1 - NOW)) / AHEAD;
  const x = (step) => nowX + (step - view.now) * stepX;
  const y = (value) => top + (height / 2) * (1 + Math.max(-1, Math.min(1, value / line.range)));
  const at = { x, y, index: line.index };

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
  context.arc(nowX, y(view.obs[line.index] ?? 0), 4, 0, 7);
  context.fill();
  drawWords(context, box, line, nowX, y, theme);
}

function drawFrame(context, { left, top, width, height }, { limit }, nowX, y, theme) {
  context.strokeStyle = theme.hairline;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(nowX) + 0.5, top);
  context.lineTo(Math.round(nowX) + 0.5, top + height);
  context.stroke();
  context.setLineDash([2, 5]);
  context.beginPath();
  for (const value of limit ? [-limit, limit] : [0]) {
    context.moveTo(left, Math.round(y(value)) + 0.5);
    context.lineTo(left + width, Math.round(y(value)) + 0.5);
  }
  context.stroke();
  context.setLineDash([]);
}

function drawFutures(context, { futures, confidence, from_step }, { x, y, index }, alpha, theme) {
  context.strokeStyle = theme.imagined;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.globalAlpha = alpha * Math.min(1, 1.7 * strength(confidence, futures.length));
  for (const { obs } of futures) {
    context.beginPath();
    obs.forEach((state, k) => (k === 0 ? context.moveTo(x(from_step), y(state[index])) : context.lineTo(x(from_step + k), y(state[index]))));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawReal(context, view, { x, y, index }, theme) {
  context.strokeStyle = theme.ink;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  let broken = true; // an episode has ended: no line leads into the next
  for (const { step, obs, ended } of view.played) {
    if (broken) context.moveTo(x(step), y(obs[index]));
    else context.lineTo(x(step), y(obs[index]));
    broken = Boolean(ended);
  }
  if (!broken) context.lineTo(x(view.now), y(view.obs[index]));
  context.stroke();
}

function drawWords(context, { left, top, width }, { label, limit, limitLabel }, nowX, y, theme) {
  context.font = `${theme.font_size}px system-ui, sans-serif`;
  context.fillStyle = theme.muted;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(label, left, top + 2);
  if (limitLabel) {
    context.fillText(limitLabel, left, y(limit) + 4);
  }
  context.textAlign = "right";
  context.fillText("now", nowX - 6, top + 2);
  context.fillStyle = theme.imagined;
  context.fillText("imagined", left + width, top + 2);
}
