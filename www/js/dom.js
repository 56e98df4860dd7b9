// Finding nodes. All markup stands in index.html; nothing here builds any.

/** The node that index.html marks data-is="name". A missing one is a mistake in the markup: say so at once. */
export function find(name, root = document) {
  const node = root.querySelector(`[data-is="${name}"]`);
  if (!node) throw new Error(`index.html has no node with data-is="${name}"`);
  return node;
}

export function findAll(name, root = document) {
  return [...root.querySelectorAll(`[data-is="${name}"]`)];
}

/** A fresh copy of the only element inside <template id="id">. */
export function copyOf(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** Writes only what changed: layout and screen readers are left alone otherwise. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
