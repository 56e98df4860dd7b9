// The imagined futures over the real task. Opacity is confidence, and falls with the steps ahead; what reality has
// overtaken fades away, and a newer forecast replaces an older one.

const FADE_MS = 200;
const PIECE = 4; // steps of a path that are drawn in one shade

export function createGhosts({ reduced }) {
  let shown = []; // [{forecast, alpha, leaving}], the newest last

  return {
    clear: () => {
      shown = [];
    },
    /** Lets `dt` pass; `forecast` is the one to be seen now, or null. */
    pass(forecast, dt) {
      // A planner weighs new plans at every step: they take the place of the last ones at once.
      if (forecast && weighs(forecast)) shown = shown.filter((ghost) => ghost.forecast === forecast);
      for (const ghost of shown) ghost.leaving ||= ghost.forecast !== forecast;
      if (forecast && shown.at(-1)?.forecast !== forecast)
        shown.push({ forecast, alpha: weighs(forecast) ? 1 : 0, leaving: false });
      const step = reduced() ? 1 : dt / FADE_MS;
      for (const ghost of shown) ghost.alpha = ghost.leaving ? ghost.alpha - step : Math.min(1, ghost.alpha + step);
      shown = shown.filter((ghost) => ghost.alpha > 0);
    },
    draw(context, picture, eye, now, theme) {
      for (const { forecast, alpha } of shown) {
        drawForecast(context, picture, eye, forecast, Math.max(0, now - forecast.from_step), alpha, theme);
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

const weighs = ({ futures }) => futures.some(({ worth }) => worth !== undefined);

/**
 * How strongly one future is drawn beside the others: of plans, the chosen one as strong as can be.
 * @param {{ worth?: number }} future
 * @param {number} index
 */
export function emphasis({ worth }, index) {
  if (worth === undefined) return 1;
  return index === 0 ? 3 : 0.2 + 0.8 * worth;
}

/** 1 for what is still ahead, 0 for what has been overtaken by more than a step. */
export function ahead(k, elapsed) {
  return Math.min(1, Math.max(0, 1 - (elapsed - k)));
}

/** Fainter the further ahead. */
export function farther(k, length) {
  return 1 - (0.6 * k) / length;
}

function drawForecast(context, picture, eye, { futures, confidence }, elapsed, alpha, theme) {
  const each = alpha * strength(confidence, futures.length);
  const { poses, paths, straight = false } = picture.GHOSTS;
  context.lineJoin = "round";
  futures.forEach((future, index) => {
    const { obs } = future;
    const one = Math.min(1, each * emphasis(future, index));
    const from = Math.floor(elapsed);
    const end = obs.length - 1;
    if (from >= end) return;
    drawPath(
      context,
      obs,
      from,
      (state, k) => picture.pathPoint(eye, state, { ahead: k, index, count: futures.length }),
      one * paths,
      straight,
      theme,
    );
    for (let k = poses; poses > 0 && k < end; k += poses) drawPose(obs, k, k + poses > end, one);
    drawPose(obs, end, true, one);
  });
  drawMoment(context, picture, eye, futures, elapsed, each, theme);

  function drawPose(obs, k, last, one) {
    const fading = ahead(k, elapsed) * farther(k, obs.length);
    if (fading > 0.02) picture.drawImagined(context, eye, obs[k], theme, one * fading, { last });
  }
}

/** What was imagined for this very moment: where it leaves the ink, the dream was wrong. */
function drawMoment(context, picture, eye, futures, elapsed, one, theme) {
  const from = Math.floor(elapsed);
  const share = elapsed - from;
  futures.forEach((future, index) => {
    const { obs } = future;
    if (from + 1 >= obs.length) return;
    const between = obs[from].map((value, index) => value + share * (obs[from + 1][index] - value));
    picture.drawImagined(context, eye, between, theme, Math.min(1, one * emphasis(future, index) * 1.2));
  });
}

/** A line that bends at the points instead of breaking. */
function curve(context, points) {
  context.moveTo(...points[0]);
  for (let k = 1; k < points.length - 1; k += 1) {
    const [[x, y], [nextX, nextY]] = [points[k], points[k + 1]];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(...points.at(-1));
}

/** From what has just been overtaken to the end, in pieces that grow fainter. */
function drawPath(context, obs, from, point, alpha, straight, theme) {
  context.strokeStyle = theme.imagined;
  context.lineWidth = 1.25;
  for (let start = from; start < obs.length - 1; start += PIECE) {
    context.globalAlpha = Math.min(1, alpha * farther(start - from, obs.length));
    context.beginPath();
    const end = Math.min(start + PIECE, obs.length - 1);
    const points = Array.from({ length: end - start + 1 }, (_, k) => point(obs[start + k], start + k));
    if (straight) points.forEach((place) => context.lineTo(...place));
    else curve(context, points);
    context.stroke();
  }
  context.globalAlpha = 1;
}
