// One sentence that says what is going on; and for a screen reader only what is worth an interruption: a solved task, a
// first result, the outcome of a pause or of a single step.
import { find, say } from "../dom.js";
import { count, counted } from "../format.js";

const READ_MS = 3000; // a sentence stands at least this long while playing

export function mountNarration({ root, store }) {
  const line = find("narration", root);
  const spoken = find("spoken", root);
  let lineAt = -Infinity;

  store.on(["snapshot", "playing"], ({ snapshot, playing }) => {
    if (!snapshot) return;
    const now = performance.now();
    const idle = !playing && snapshot.ticks > 0;
    if (idle || now - lineAt >= READ_MS) {
      lineAt = now;
      write(line, snapshot.narration);
    }
  });
  store.watch(["snapshot", "playing"], news, (words) => {
    if (words) say(spoken, words);
  });
}

/** What is worth being said aloud of this moment; the same words for as long as nothing else is. */
export function news({ snapshot, playing }) {
  if (!snapshot) return "";
  if (!playing) return snapshot.ticks > 0 ? `Paused. ${snapshot.narration} So far: ${soFar(snapshot)}.` : "";
  if (snapshot.solved_at_real_steps)
    return `It solved the task after ${count(snapshot.solved_at_real_steps)} real steps.`;
  if (snapshot.latest_evaluation !== null && snapshot.latest_evaluation !== undefined) return FIRST_TEST;
  return "It is learning.";
}

const soFar = ({ real_steps: steps, episodes }) => `${counted(steps, "real step")}, ${counted(episodes, "episode")}`;

const FIRST_TEST = "It is learning. Its first test is done; the question “Is it getting better?” has the figures.";

/** "imagined", "imagining", "imagination" are always written in their colour. */
function write(node, text) {
  if (node.textContent === text) return;
  const parts = text.split(/(\b[Ii]magin\w*)/);
  node.replaceChildren(
    ...parts.map((part, index) => {
      if (index % 2 === 0) return part;
      const word = document.createElement("span");
      word.className = "imagined";
      word.textContent = part;
      return word;
    }),
  );
}
