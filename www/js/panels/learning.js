// Is it getting better? Return against real steps.
import { find, say } from "../dom.js";
import { count, counted, value } from "../format.js";

const FEW = 5; // episodes that say nothing yet
const RECENT = 20; // episodes that an average is taken over
const CLEAR = 0.05; // share of the task's range of returns that counts as a change

export function mountLearning({ store, plotter }) {
  const panel = find("learning");
  const canvas = find("plot", panel);
  store.on(["curves"], ({ curves, settings, schema, snapshot }) => {
    const task = schema?.tasks.find(({ id }) => id === settings?.task);
    const any = curves && curves.episode_returns.length + curves.evaluations.length > 0;
    plotter.show(canvas, any ? (plots, theme, target) => plots.draw_returns(target, { ...curves, solved_return: task.solved_return }, theme) : null);
    const words = any ? answer(curves, task, snapshot) : "It has only just begun.";
    say(find("answer", panel), words);
    canvas.setAttribute("aria-label", `Return of each episode against real steps. ${words}`);
  });
}

const mean = (points) => points.reduce((sum, point) => sum + point.value, 0) / points.length;

export function answer({ episode_returns: episodes, evaluations }, { solved_return: bar, return_range: [worst, best] }, snapshot) {
  const test = evaluations.length > 0 ? ` In its latest test it reached ${whole(evaluations.at(-1).value)}` : "";
  if (snapshot?.solved_at_real_steps) return `Yes: it solved the task after ${count(snapshot.solved_at_real_steps)} real steps.${test && `${test}.`}`;
  const solved = test ? `${test}; ${whole(bar)} is solved.` : ` ${whole(bar)} is solved.`;
  if (episodes.length < FEW) return `Too early to say: ${counted(episodes.length, "episode")} ended so far.${solved}`;
  const recent = mean(episodes.slice(-RECENT));
  const change = (recent - mean(episodes.slice(0, RECENT))) / (best - worst);
  const trend = episodes.length < 2 * RECENT ? "Not yet" : change > CLEAR ? "Yes" : change < -CLEAR ? "No" : "Not yet";
  return `${trend}: its last ${counted(Math.min(RECENT, episodes.length), "episode")} returned ${whole(recent)} on average.${solved}`;
}

const whole = (number) => value(Math.round(number));
