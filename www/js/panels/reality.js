// Where does reality leave the dream? The same actions, real and imagined, dimension by dimension.
import { copyOf, find, say } from "../dom.js";

export function mountReality({ root, store, plotter }) {
  const panel = find("reality", root);
  const place = find("small-plots", panel);
  // As many pictures as the task with most numbers so far has needed; the others stay hidden.
  const canvases = [];
  const show = () => {
    const { comparison, task } = store.get();
    const dimensions = task?.obs ?? [];
    while (canvases.length < dimensions.length) place.append(canvases[canvases.push(copyOf("small-plot", root)) - 1]);
    place.dataset.count = dimensions.length;
    canvases.forEach((canvas, dimension) => {
      const { name, unit } = dimensions[dimension] ?? {};
      canvas.hidden = !name;
      plotter.show(
        canvas,
        name
          ? (plots, theme, target) =>
              plots.draw_real_vs_imagined(target, comparison ?? NOTHING, dimension, name, unit, theme)
          : null,
      );
      canvas.setAttribute(
        "aria-label",
        comparison && name ? `${name}: ${described(comparison, dimension)}` : "Nothing compared yet.",
      );
    });
    say(find("answer", panel), comparison ? answer(comparison, dimensions) : AWAITED);
  };
  store.on(["comparison", "run", "task"], show);
}

const AWAITED = "Real and imagined outcomes of the same actions will be compared here.";
const NOTHING = { from_step: 0, real: [], imagined_mean: [], imagined_low: [], imagined_high: [] };

/** Steps until reality leaves the band of the ensemble, null if it never does. */
export function leaves({ real, imagined_low: low, imagined_high: high }, dimension) {
  const values = real.map((state) => state[dimension]);
  const slack = 0.05 * (Math.max(...values) - Math.min(...values));
  const step = values.findIndex((value, k) => value < low[k][dimension] - slack || value > high[k][dimension] + slack);
  return step < 0 ? null : step;
}

function described(comparison, dimension) {
  const step = leaves(comparison, dimension);
  return step === null
    ? "reality stays within what was imagined."
    : `reality leaves what was imagined after ${step} steps.`;
}

export function answer(comparison, dimensions) {
  const steps = comparison.real.length - 1;
  const left = dimensions
    .map((dimension, index) => [leaves(comparison, index), dimension.name])
    .filter(([step]) => step !== null);
  if (left.length === 0) return `Nowhere within ${steps} steps: with the same actions, reality followed the dream.`;
  const [step, name] = left.reduce((first, other) => (other[0] < first[0] ? other : first));
  return `After ${step} of ${steps} steps, at the ${name}: with the same actions, it had imagined something else.`;
}
