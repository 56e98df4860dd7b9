// The imagined futures over the real task. Opacity is confidence, and falls with the steps ahead; what the real future has
// overtaken fades away, and a newer forecast takes the place of an older one.
import { body, drawImagined } from "./cart_pole.js";

const FADE_MS = 200;
const POSES = 4; // a ghost stands at every fourth step ahead

export function createGhosts({ reduced }) {
  let shown = []; // [{forecast, alpha, leaving}], the newest last

  return {
    clear: () => { shown = []; },
    /** Lets `dt` pass; `forecast` is the one to be seen now, or null. */
    pass(forecast, dt) {
      for (const ghost of shown) ghost.leaving ||= ghost.forecast !== forecast;
      if (forecast && shown.at(-1)?.forecast !== forecast) shown.push({ forecast, alpha: 0, leaving: false });
      const step = reduced() ? 1 : dt / FADE_MS;
      for (const ghost of shown) ghost.alpha = ghost.leaving ? ghost.alpha - step : Math.min(1, ghost.alpha + step);
      shown = shown.filter((ghost) => ghost.alpha > 0);
    },
    draw(context, view, now, theme) {
      for (const { forecast, alpha } of shown) {
        drawForecast(context, view, forecast, Math.max(0, now - forecast.from_step), alpha, theme);
      }
    },
    /** The forecasts that are to be seen, with their opacity. */
    shown: () => shown,
    /** Nothing fades any more. */
    settled: () => shown.every(({ alpha, leaving }) => alpha === 1 && !leaving),
  };
}

/** How opaque one of `count` futures is: together they are as strong as the model is trusted. */
export function strength(confidence, count) {
  return (0.5 + 0.5 * Math.min(1, confidence)) * Math.min(0.5, 3 / Math.max(count, 1));
}

/** 1 for what is still ahead, 0 for what has been overtaken by more than a step. */
export function ahead(k, elapsed) {
  return Math.min(1, Math.max(0, 1 - (elapsed - k)));
}

function drawForecast(context, view, { futures, confidence }, elapsed, alpha, theme) {
  const one = alpha * strength(confidence, futures.length);
  context.lineJoin = "round";
  for (const { obs } of futures) {
    const from = Math.floor(elapsed);
    if (from >= obs.length - 1) continue;
    drawTipPath(context, view, obs, from, one * 1.4, theme);
    for (let k = POSES; k < obs.length; k += POSES) {
      const fading = ahead(k, elapsed) * (1 - (0.6 * k) / obs.length);
      if (fading > 0.02) drawImagined(context, view, obs[k], theme, one * fading, { cart: k + POSES >= obs.length });
    }
  }
  drawMoment(context, view, futures, elapsed, one, theme);
}

/** What was imagined for this very moment: where it leaves the ink, the dream was wrong. */
function drawMoment(context, view, futures, elapsed, one, theme) {
  const from = Math.floor(elapsed);
  const share = elapsed - from;
  for (const { obs } of futures) {
    if (from + 1 >= obs.length) continue;
    const between = obs[from].map((value, index) => value + share * (obs[from + 1][index] - value));
    drawImagined(context, view, between, theme, Math.min(1, one * 1.2), { cart: false });
  }
}

function drawTipPath(context, view, obs, from, alpha, theme) {
  context.globalAlpha = Math.min(1, alpha);
  context.strokeStyle = theme.imagined;
  context.lineWidth = 1.25;
  context.beginPath();
  for (let k = from; k < obs.length; k += 1) {
    const { tipX, tipY } = body(view, obs[k]);
    if (k === from) context.moveTo(tipX, tipY);
    else context.lineTo(tipX, tipY);
  }
  context.stroke();
  context.globalAlpha = 1;
}
