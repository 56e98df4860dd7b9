// Is it getting better? Return against real steps.
import { find, say } from "../dom.js";
import { count, value } from "../format.js";

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

export function answer({ episode_returns: episodes, evaluations }, { solved_return: bar }, snapshot) {
  const latest = evaluations.at(-1);
  const recent = mean(episodes.slice(-20));
  const first = mean(episodes.slice(0, 20));
  if (snapshot?.solved_at_real_steps) {
    const now = latest ? ` In its latest test it reached ${value(Math.round(latest.value))}.` : "";
    return `Yes: it solved the task after ${count(snapshot.solved_at_real_steps)} real steps.${now}`;
  }
  if (episodes.length < 5) return `${episodes.length} ${episodes.length === 1 ? "episode has" : "episodes have"} ended so far. ${value(bar)} would be solved.`;
  const test = latest ? ` In its latest test it reached ${value(Math.round(latest.value))}; ${value(bar)} is solved.` : ` ${value(bar)} is solved.`;
  const trend = episodes.length >= 40 && recent > 1.3 * first ? "Yes" : episodes.length >= 40 && recent < 0.8 * first ? "No" : "Not yet";
  return `${trend}: its last ${Math.min(20, episodes.length)} episodes returned ${value(Math.round(recent))} on average.${test}`;
}
