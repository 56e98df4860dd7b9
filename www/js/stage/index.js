// The stage: the real task in ink, the imagined futures in light, and a strip of time below.
import { camera, drawLimits, drawReal, drawTrack, TASK } from "./cart_pole.js";
import { createGhosts } from "./ghosts.js";
import { createPlayer } from "./player.js";
import { drawStrip } from "./strip.js";

const STILL = { frame: { step: 0, episode_step: 0, ended: null, episode_return: 0 }, obs: [0, 0, 0.03, 0], now: 0, played: [], reached: [], waiting: 0 };

export function createStage({ canvas, theme, store }) {
  const context = canvas.getContext("2d");
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const ghosts = createGhosts({ reduced: () => motion.matches });
  let player = createPlayer();
  let size = { width: 0, height: 0 };
  let stale = true; // nothing moved, but the picture must be drawn anew
  let taken = null;

  new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    stale = true;
  }).observe(canvas);
  theme.onChange(() => (stale = true));
  store.on(["run"], () => {
    player = createPlayer();
    ghosts.clear();
    stale = true;
  });
  store.on(["recording", "playing"], ({ recording, playing }) => {
    if (recording && recording !== taken) player.push(recording, performance.now());
    taken = recording;
    if (!playing && recording?.frames.length > 0) player.catchUp();
    stale = true;
  });

  function forecastNow({ reached, frame, now }) {
    const forecast = reached.at(-1);
    if (!forecast || frame.ended) return null;
    const length = Math.max(...forecast.futures.map(({ obs }) => obs.length), 0);
    const sameEpisode = frame.step - frame.episode_step <= forecast.from_step;
    return sameEpisode && now - forecast.from_step < length ? forecast : null;
  }

  function draw(view) {
    const { scale } = theme.get();
    const { width, height } = size;
    const [pixelsX, pixelsY] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width !== pixelsX || canvas.height !== pixelsY) [canvas.width, canvas.height] = [pixelsX, pixelsY];
    if (pixelsX === 0 || pixelsY === 0) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const strip = Math.max(64, Math.min(120, height * 0.27));
    const inset = width < 600 ? 16 : 0;
    const eye = camera({ width, top: width < 600 ? 48 : 60, ground: height - strip - 32 }, view.obs[0]);
    drawTrack(context, eye, theme.get());
    drawLimits(context, eye, view.obs, theme.get());
    ghosts.draw(context, eye, view.now, theme.get());
    drawReal(context, eye, view.obs, theme.get());
    drawEnd(view.frame, eye);
    const past = view.reached.filter((forecast) => ghosts.shown().every((ghost) => ghost.forecast !== forecast));
    drawStrip(context, { left: inset, top: height - strip - 6, width: width - 2 * inset, height: strip }, { view, ghosts: ghosts.shown(), past }, theme.get());
  }

  function drawEnd({ ended, episode_step, obs }, eye) {
    if (!ended) return;
    const colours = theme.get();
    context.font = `600 16px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.fillStyle = ended === "terminated" ? colours.error : colours.reward;
    const words = ended === "terminated" ? `fell after ${episode_step} steps` : `stood all ${episode_step} steps`;
    const half = context.measureText(words).width / 2 + 8;
    const x = Math.max(half, Math.min(size.width - half, eye.x(obs[0])));
    context.fillText(words, x, eye.ground + 8);
  }

  return {
    /** Draws the next frame of the film; `dt` milliseconds have passed. */
    paint(now, dt) {
      const { playing } = store.get();
      if (!playing && !stale && ghosts.shown().every(({ alpha, leaving }) => alpha === 1 && !leaving)) return;
      if (playing) player.pass(dt);
      const view = player.view() ?? STILL;
      ghosts.pass(forecastNow(view), dt);
      draw(view);
      stale = false;
    },
    supports: (task) => task === TASK,
  };
}
