// The lab's own tree inside its element: a shadow root with the markup of lab.html and its styles, so that neither ids
// nor styles meet those of the page around it. Where index.html has brought it along nothing is fetched for it.
import { pageOf } from "../engine/address.js";
import { find } from "../dom.js";

const LAB = "[data-is=lab]";

/** Elements that hold a lab now. */
const held = new WeakSet();

/**
 * The shadow root of `host` with the markup in it; not filled any more after `signal`, which empties it.
 * @param {HTMLElement} host
 * @param {{ home: string, signal: AbortSignal }} world `home`: the folder that was built
 * @returns {Promise<ShadowRoot>}
 */
export async function enter(host, { home, signal }) {
  if (held.has(host)) throw new Error("This element holds a lab already: destroy that one first.");
  held.add(host);
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  signal.addEventListener("abort", () => {
    leave(root);
    held.delete(host);
  });
  if (!root.querySelector(LAB)) await fill(root, { home, signal });
  find("lab", root).removeAttribute("data-waits");
  return root;
}

/** Empties the tree. A shadow root of Chromium keeps radio buttons, and all around them, while these have a name. */
function leave(root) {
  for (const radio of root.querySelectorAll("input[type=radio]")) radio.removeAttribute("name");
  root.replaceChildren();
}

/** Puts a copy of the markup there once its styles are, so that it is never seen without them. */
async function fill(root, { home, signal }) {
  const page = await pageOf(home);
  const markup = /** @type {?HTMLTemplateElement} */ (page.querySelector("template[shadowrootmode]"))?.content;
  if (!markup?.querySelector(LAB)) throw new Error("index.html does not hold the lab: it was not built by trunk.");
  const copy = document.importNode(markup, true);
  const styles = /** @type {HTMLLinkElement} */ (copy.querySelector("link[rel=stylesheet]"));
  styles.href = new URL(styles.getAttribute("href") ?? "", home).href;
  signal.throwIfAborted();
  root.replaceChildren(styles);
  await new Promise((resolve, reject) => {
    styles.addEventListener("load", resolve);
    styles.addEventListener("error", () => reject(new Error(`The lab's styles did not load: ${styles.href}.`)));
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  root.append(copy);
}
