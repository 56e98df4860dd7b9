// One sentence that says what is going on, to be read, and the same for a screen reader at its own pace.
import { find, say } from "../dom.js";
import { counted } from "../format.js";

const READ_MS = 3000; // a sentence stands at least this long while playing
const SPOKEN_MS = 5000;

export function mountNarration({ store }) {
  const line = find("narration");
  const spoken = find("spoken");
  let lineAt = -Infinity;
  let spokenAt = -Infinity;

  store.on(["snapshot", "playing"], ({ snapshot, playing }) => {
    if (!snapshot) return;
    const now = performance.now();
    const idle = !playing && snapshot.ticks > 0;
    if (idle || now - lineAt >= READ_MS) {
      lineAt = now;
      write(line, snapshot.narration);
    }
    if (now - spokenAt >= SPOKEN_MS) {
      spokenAt = now;
      say(spoken, `${snapshot.narration} ${counted(snapshot.episodes, "episode")} so far.`);
    }
  });
}

/** "imagined", "imagining", "imagination" are always written in their colour. */
function write(node, text) {
  if (node.textContent === text) return;
  const parts = text.split(/(\b[Ii]magin\w*)/);
  node.replaceChildren(...parts.map((part, index) => {
    if (index % 2 === 0) return part;
    const word = document.createElement("span");
    word.className = "imagined";
    word.textContent = part;
    return word;
  }));
}
