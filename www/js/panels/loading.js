// Download progress of the learner.
import { find, say } from "../dom.js";
import { megabytes } from "../format.js";

export function mountLoading({ root, store }) {
  const line = find("loading", root);
  const bar = find("loading-bar", root);
  store.on(["loading", "trouble"], ({ loading: { received, total, done }, trouble }) => {
    line.hidden = done || trouble !== null;
    if (done) return;
    if (total) bar.value = received / total;
    const all = total !== null && received >= total;
    const words =
      received === 0
        ? "Loading the learner"
        : all
          ? "Preparing the learner"
          : `Loading the learner: ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""}`;
    say(find("loading-words", root), words);
  });
}
