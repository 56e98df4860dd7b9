// Every metric: its value now, what it is, what is healthy, and what to try if it is not.
import { copyOf, find, say } from "../dom.js";
import { value } from "../format.js";

const REST_MS = 500;

export function mountMetrics({ root, store }) {
  const panel = find("metrics", root);
  const cells = new Map();
  find("rows", panel).replaceChildren(
    ...store.get().schema.metrics.map(({ name, unit, meaning, healthy, advice }) => {
      const row = copyOf("metric-row", root);
      const [title, number, what, health] = row.children;
      title.querySelector("code").textContent = name;
      title.querySelector("small").textContent = unit;
      what.textContent = meaning;
      health.querySelector("span").textContent = healthy;
      health.querySelector("small").textContent = advice;
      cells.set(name, number);
      return row;
    }),
  );
  let at = -Infinity;
  const show = () => {
    const { snapshot, playing } = store.get();
    const now = performance.now();
    if (!panel.open || (playing && now - at < REST_MS)) return;
    at = now;
    for (const [name, cell] of cells) say(cell, value(snapshot?.metrics[name]));
  };
  panel.addEventListener("toggle", show);
  store.on(["snapshot", "playing"], show);
}
