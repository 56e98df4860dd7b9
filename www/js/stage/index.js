// The stage: the real task in ink, the imagined futures in light. Draws what the player gives, frame by frame.
import { createGhosts } from "./ghosts.js";
import { ownPicture } from "./own.js";
import { PICTURES, pictureOf } from "./pictures.js";
import { createPlayer } from "./player.js";
import { drawScene, still } from "./scene.js";

const DESCRIBE_MS = 5000;
const FIRST = PICTURES[0].TASKS[0]; // shown until the address has been read

/** Ends with `signal`. */
export function createStage({ canvas, theme, store, signal }) {
  const context = canvas.getContext("2d");
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const ghosts = createGhosts({ reduced: () => motion.matches });
  let player = createPlayer();
  let size = { width: 0, height: 0, inset: 0 };
  let described = -Infinity;
  let stale = true; // the picture must be drawn anew, though nothing moves

  const resized = new ResizeObserver(() => {
    const inset = parseFloat(getComputedStyle(canvas).getPropertyValue("--inset")) || 0; // where the page's text begins
    size = { width: canvas.clientWidth, height: canvas.clientHeight, inset };
    redraw(); // before anybody sees the old picture stretched
  });
  resized.observe(canvas);
  signal.addEventListener("abort", () => resized.disconnect());
  theme.onChange(() => (stale = true));
  for (const event of ["beforeprint", "afterprint"]) addEventListener(event, () => redraw(), { signal });
  store.on(["run", "resumed"], () => {
    player = createPlayer();
    ghosts.clear();
    stale = true;
  });
  store.on(["physics"], () => (stale = true)); // a longer pole is seen at once
  store.on(["recording"], ({ recording, playing }) => {
    if (!recording) return;
    player.push(recording, performance.now());
    if (!playing) player.catchUp(); // a step by hand is seen at once
    stale = true;
  });

  /** The forecast to be seen now: the last that was reached in this episode and still has something ahead. */
  function forecastNow({ reached, frame, now }) {
    const forecast = reached.at(-1);
    if (!forecast || frame.ended || frame.step - frame.episode_step > forecast.from_step) return null;
    const length = Math.max(0, ...forecast.futures.map(({ obs }) => obs.length));
    return now - forecast.from_step < length ? forecast : null;
  }

  function draw(view) {
    const colours = theme.get();
    const [pixelsX, pixelsY] = [size.width, size.height].map((length) => Math.round(length * colours.scale));
    if (canvas.width !== pixelsX || canvas.height !== pixelsY) [canvas.width, canvas.height] = [pixelsX, pixelsY];
    if (pixelsX === 0 || pixelsY === 0) return;
    context.setTransform(colours.scale, 0, 0, colours.scale, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    const shown = ghosts.shown();
    const past = view.reached.filter((forecast) => shown.every((ghost) => ghost.forecast !== forecast));
    const imagines = !store.get().display?.not_shown.some(({ what }) => what === "error_by_horizon");
    drawScene(context, size, picture(), world(), { view, ghosts, shown, past, imagines }, colours);
  }

  const own = new Map(); // a task's own drawing → the picture made of it; null once it has failed
  const picture = () => {
    const { schema, settings } = store.get();
    const task = schema?.tasks.find(({ id }) => id === settings?.task);
    return (task?.draw && ownOf(task)) ?? pictureOf(settings?.task ?? FIRST);
  };
  const ownOf = ({ draw, obs, id }) => {
    const failed = (error) => {
      if (own.get(draw) === null) return;
      own.set(draw, null);
      const note = `The drawing of ${id} failed (${error?.message ?? error}): it is shown as numbers.`;
      store.set({ notes: [...store.get().notes, note] });
    };
    if (!own.has(draw)) own.set(draw, ownPicture(draw, obs[0], failed));
    return own.get(draw);
  };

  /** What a picture may need to know besides what is seen. */
  function world() {
    const { schema, settings, physics } = store.get();
    const task = settings?.task ?? FIRST;
    return {
      task,
      dimensions: schema?.tasks.find(({ id }) => id === task)?.obs ?? [],
      maze: schema?.mazes[task],
      physics: Object.fromEntries((physics ?? []).map(({ name, value }) => [name, value])),
    };
  }

  /** The picture in words, for those who hear the page. */
  function describe({ frame, obs, reached }) {
    const futures = reached.at(-1)?.futures.length ?? 0;
    canvas.setAttribute(
      "aria-label",
      [picture().describe(obs, frame, world()), futures > 0 ? `${futures} imagined futures are drawn over it.` : ""]
        .join(" ")
        .trim(),
    );
  }

  const redraw = () => draw(player.view() ?? still(picture().STILL));
  return {
    redraw,
    /** Draws the next frame of the film; `dt` milliseconds have passed. */
    paint(now, dt) {
      const { playing } = store.get();
      if (!playing && !stale && ghosts.settled()) return;
      if (playing) player.pass(dt);
      const view = player.view() ?? still(picture().STILL);
      ghosts.pass(forecastNow(view), dt);
      draw(view);
      stale = false;
      if (now - described < DESCRIBE_MS) return;
      described = now;
      describe(view);
    },
  };
}
