// More curves, those that the run reports, drawn only while the section is open.
import { find } from "../dom.js";
import { value } from "../format.js";

export function mountCurves({ root, store, plotter }) {
  const panel = find("curves", root);
  const figures = [...panel.querySelectorAll("figure")];
  const none = find("no-curves", panel);
  const show = () => {
    const { curves, schema, snapshot } = store.get();
    if (!panel.open || !schema) return;
    for (const figure of figures) {
      const { metric, label, kind } = figure.dataset;
      const canvas = figure.querySelector("canvas");
      const title = figure.querySelector("figcaption").textContent;
      const { meaning = "" } = schema.metrics.find(({ name }) => name === metric) ?? {};
      const points = curves?.metrics[metric] ?? [];
      figure.hidden = points.length === 0;
      plotter.show(canvas, (plots, theme, target) => plots.draw_curve(target, points, label, "", kind, theme));
      canvas.setAttribute("aria-label", `${title}. ${meaning} Now ${value(snapshot?.metrics[metric])}.`);
      figure.title = meaning;
    }
    none.hidden = !curves || figures.some(({ hidden }) => !hidden);
  };
  panel.addEventListener("toggle", show);
  store.on(["curves", "run"], show);
}
