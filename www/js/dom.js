// Finds nodes of one lab. All markup is in lab.html; nothing here creates any.

/**
 * An element as lab.html has it: whoever finds it by name knows which kind it is, so the members of form controls and
 * dialogs are among its own.
 * @typedef {{ querySelector(selectors: string): any, querySelectorAll(selectors: string): any, children: any } &
 * HTMLElement & Pick<HTMLInputElement, "checked" | "disabled" | "select" | "name">
 *   & Pick<HTMLDialogElement, "open" | "showModal" | "close"> & { value: any, elements: any }} Part
 */

/**
 * The node below `root` that lab.html marks data-is="name". A missing one is a mistake in the markup: say so at once.
 * @param {string} name
 * @param {ParentNode} root
 * @returns {Part}
 */
export function find(name, root) {
  const node = root.querySelector(`[data-is="${name}"]`);
  if (!node) throw new Error(`lab.html has no node with data-is="${name}"`);
  return /** @type {any} */ (node);
}

/**
 * A fresh copy of the only element inside the lab's <template id="id">.
 * @param {string} id
 * @param {DocumentFragment} root
 * @returns {Part}
 */
export function copyOf(id, root) {
  const template = /** @type {HTMLTemplateElement} */ (root.getElementById(id));
  return /** @type {any} */ (template.content.firstElementChild?.cloneNode(true));
}

/** Writes only what changed: layout and screen readers are left alone otherwise. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
