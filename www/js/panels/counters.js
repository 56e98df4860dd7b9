// Four counters: real steps, imagined steps, episodes, iterations.
import { find, say } from "../dom.js";
import { count } from "../format.js";

export function mountCounters({ root, store }) {
  const cells = {
    real_steps: find("real-steps", root),
    imagined_steps: find("imagined-steps", root),
    episodes: find("episodes", root),
    iteration: find("iterations", root),
  };
  store.on(["snapshot"], ({ snapshot }) => {
    for (const [key, cell] of Object.entries(cells)) say(cell, count(snapshot?.[key] ?? 0));
  });
}
