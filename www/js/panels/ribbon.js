// The phases of an iteration, highlighted as they run. At full speed some last a few milliseconds: each stays lit long
// enough to be seen and fades slowly, so that nothing flickers.
import { find } from "../dom.js";

const LEAST_MS = 120;

export function mountRibbon({ root, store }) {
  const lamps = new Map([...find("ribbon", root).children].map((node) => [node.dataset.phase, { node, since: 0 }]));
  /** @type {any} */ let lit = null;

  store.on(["snapshot", "playing"], ({ snapshot, playing }) => {
    const next = snapshot ? lamps.get(snapshot.phase) : null;
    if (next === lit) return;
    const now = performance.now();
    if (lit && playing && now - lit.since < LEAST_MS) return;
    lit?.node.classList.remove("lit");
    lit?.node.removeAttribute("aria-current");
    lit = next;
    if (!lit) return;
    lit.since = now;
    lit.node.classList.add("lit");
    lit.node.setAttribute("aria-current", "step");
  });
}
