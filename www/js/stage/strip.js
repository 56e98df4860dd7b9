// A strip under the task: the pole's angle over time. What happened is ink and moves to the left; what is imagined is light
// to the right of "now", and stays behind the ink where reality has come out otherwise.
import { ANGLE, FALL } from "./cart_pole.js";
import { strength } from "./ghosts.js";

const NOW = 0.7; // where "now" is, as a share of the width
const AHEAD = 22; // steps from now to the right edge
const RANGE = FALL * 1.5; // rad from the middle to the edge

export function drawStrip(context, box, { view, ghosts, past }, theme) {
  const { left, top, width, height } = box;
  const middle = top + height / 2;
  const nowX = left + width * NOW;
  const stepX = (width * (1 - NOW)) / AHEAD;
  const x = (step) => nowX + (step - view.now) * stepX;
  const y = (angle) => middle + Math.max(-1, Math.min(1, angle / RANGE)) * (height / 2);

  context.save();
  context.beginPath();
  context.rect(left, top - 2, width, height + 4);
  context.clip();
  drawFrame(context, { left, right: left + width, top, height, nowX, y }, theme);
  for (const forecast of past) drawFutures(context, { forecast, x, y, from: 0, alpha: 0.35 }, theme);
  for (const { forecast, alpha } of ghosts) {
    drawFutures(context, { forecast, x, y, from: 0, alpha, elapsed: view.now - forecast.from_step }, theme);
  }
  drawReal(context, view, x, y, theme);
  context.restore();
  context.fillStyle = theme.ink;
  context.beginPath();
  context.arc(nowX, y(view.obs[ANGLE]), 4, 0, 7);
  context.fill();
  label(context, box, nowX, y, theme);
}

function drawFrame(context, { left, right, top, height, nowX, y }, theme) {
  context.strokeStyle = theme.hairline;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(nowX) + 0.5, top);
  context.lineTo(Math.round(nowX) + 0.5, top + height);
  context.stroke();
  context.setLineDash([2, 5]);
  context.beginPath();
  for (const angle of [-FALL, FALL]) {
    context.moveTo(left, Math.round(y(angle)) + 0.5);
    context.lineTo(right, Math.round(y(angle)) + 0.5);
  }
  context.stroke();
  context.setLineDash([]);
}

function drawFutures(context, { forecast, x, y, alpha, elapsed = Infinity }, theme) {
  context.strokeStyle = theme.imagined;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  const one = alpha * Math.min(1, 1.7 * strength(forecast.confidence, forecast.futures.length));
  for (const { obs } of forecast.futures) {
    context.globalAlpha = one * (elapsed === Infinity ? 0.6 : 1);
    context.beginPath();
    obs.forEach((state, k) => {
      const px = x(forecast.from_step + k);
      const py = y(state[ANGLE]);
      if (k === 0) context.moveTo(px, py);
      else context.lineTo(px, py);
    });
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawReal(context, view, x, y, theme) {
  context.strokeStyle = theme.ink;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.beginPath();
  let broken = true;
  for (const { step, obs, ended } of view.played) {
    if (broken) context.moveTo(x(step), y(obs[ANGLE]));
    else context.lineTo(x(step), y(obs[ANGLE]));
    broken = ended !== null && ended !== undefined;
  }
  if (!broken) context.lineTo(x(view.now), y(view.obs[ANGLE]));
  context.stroke();
}

function label(context, { left, top, width, height }, nowX, y, theme) {
  context.font = `${theme.font_size}px system-ui, sans-serif`;
  context.textBaseline = "top";
  context.fillStyle = theme.muted;
  context.textAlign = "left";
  context.fillText("pole angle", left, top + 2);
  context.textAlign = "right";
  context.fillText("now", nowX - 6, top + 2);
  context.textBaseline = "bottom";
  context.textAlign = "left";
  context.fillText("falls at 12°", left, y(FALL) - 2);
  context.fillStyle = theme.imagined;
  context.textAlign = "right";
  context.textBaseline = "top";
  context.fillText("imagined", left + width, top + 2);
}
