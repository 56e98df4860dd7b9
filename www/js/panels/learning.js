// Is it getting better? Return against real steps.
import { find, say } from "../dom.js";
import { count, counted, value } from "../format.js";

const FEW = 5; // episodes that show how it began
const MEAN_OF = 10; // episodes in the picture's line of practice
const RECENT = 20; // episodes that an average is taken over
const CLEAR = 0.05; // share of the task's range of returns that counts as progress
const FINE = 10; // a smaller range of returns is told to the hundredth
const FALLEN = 0.3; // … and that counts as a relapse

export function mountLearning({ root, store, plotter }) {
  const panel = find("learning", root);
  const canvas = find("plot", panel);
  store.on(["curves"], ({ curves, task, snapshot }) => {
    const any = curves && curves.episode_returns.length + curves.evaluations.length > 0;
    plotter.show(
      canvas,
      curves
        ? (plots, theme, target) => plots.draw_returns(target, { ...curves, solved_return: task.solved_return }, theme)
        : null,
    );
    const words = any ? answer(curves, task, snapshot) : begun(task);
    say(find("answer", panel), words);
    canvas.setAttribute("aria-label", `Return of each episode against real steps. ${words}`);
  });
}

/** Why the line of practice is still far below the tests, where it is. */
function lagging(episodes, latest, range) {
  if (episodes.length === 0 || latest - mean(episodes.slice(-MEAN_OF)) < FALLEN * range) return "";
  return ` Practice lags: it includes exploration, and most of these episodes began earlier.`;
}

const mean = (points) => points.reduce((sum, point) => sum + point.value, 0) / points.length;

/** Before the first episode has ended, which may be long. */
export function begun(task) {
  return task
    ? `It has only just begun: no episode has ended yet, and one may last ${count(task.time_limit)} steps.`
    : "It has only just begun.";
}

/**
 * Whether it gets better, in words.
 * @param {Pick<import("../engine/curves.js").Curves, "episode_returns" | "evaluations">} curves
 * @param {{ solved_return: number, return_range: number[] }} task
 * @param {?{ solved_at_real_steps?: ?number }} snapshot
 */
export function answer(
  { episode_returns: episodes, evaluations },
  { solved_return: bar, return_range: [worst, best] },
  snapshot,
) {
  const tests = evaluations.map((point) => point.value);
  const latest = tests.at(-1);
  const whole = (number) => value(best - worst > FINE ? Math.round(number) : Number(number.toFixed(2)));
  if (snapshot?.solved_at_real_steps)
    return (
      `Yes: it solved the task after ${count(snapshot.solved_at_real_steps)} real steps. Its latest test reached ` +
      `${whole(latest)}.${lagging(episodes, latest, best - worst)}`
    );
  if (episodes.length < FEW && tests.length === 0)
    return `Too early to say: fewer than ${FEW} episodes have ended. ${whole(bar)} counts as solved.`;
  if (episodes.length === 0)
    return (
      `${(latest ?? worst) >= bar ? "Yes" : "Not yet"}: no episode has ended so far; its latest test returned ` +
      `${whole(latest)}, and ${whole(bar)} counts as solved.`
    );
  const start = mean(episodes.slice(0, FEW));
  const recent = mean(episodes.slice(-RECENT));
  const numbers =
    `its last ${counted(Math.min(RECENT, episodes.length), "episode")} returned ${whole(recent)} on average` +
    (tests.length > 0 ? `, its latest test ${whole(latest)}` : "") +
    `; ${whole(bar)} counts as solved.`;
  const gain = ((latest ?? recent) - start) / (best - worst);
  const loss = (Math.max(...tests, recent) - (latest ?? recent)) / (best - worst);
  return `${loss > FALLEN ? "It was better before" : gain > CLEAR ? "Yes" : "Not yet"}: ${numbers}`;
}
