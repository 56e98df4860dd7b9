// Four counters: real steps, imagined steps, episodes, iterations.
import { find, say } from "../dom.js";
import { count } from "../format.js";

export function mountCounters({ store }) {
  const cells = {
    real_steps: find("real-steps"),
    imagined_steps: find("imagined-steps"),
    episodes: find("episodes"),
    iteration: find("iterations"),
  };
  store.on(["snapshot"], ({ snapshot }) => {
    for (const [key, cell] of Object.entries(cells)) say(cell, count(snapshot?.[key] ?? 0));
  });
}
