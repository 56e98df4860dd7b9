// Finds nodes. All markup is in index.html; nothing here creates any.

/**
 * An element as index.html has it: whoever finds it by name knows which kind it is, so the members of form controls and
 * dialogs are among its own.
 * @typedef {{ querySelector(selectors: string): any, querySelectorAll(selectors: string): any, children: any } &
 * HTMLElement & Pick<HTMLInputElement, "checked" | "disabled" | "select" | "name">
 *   & Pick<HTMLDialogElement, "open" | "showModal" | "close"> & { value: any, elements: any }} Part
 */

/**
 * The node that index.html marks data-is="name". A missing one is a mistake in the markup: say so at once.
 * @param {string} name
 * @param {ParentNode} [root]
 * @returns {Part}
 */
export function find(name, root = document) {
  const node = root.querySelector(`[data-is="${name}"]`);
  if (!node) throw new Error(`index.html has no node with data-is="${name}"`);
  return /** @type {any} */ (node);
}

/**
 * @param {string} name
 * @param {ParentNode} [root]
 * @returns {Part[]}
 */
export function findAll(name, root = document) {
  return /** @type {any} */ ([...root.querySelectorAll(`[data-is="${name}"]`)]);
}

/**
 * A fresh copy of the only element inside <template id="id">.
 * @param {string} id
 * @returns {Part}
 */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {any} */ (template.content.firstElementChild?.cloneNode(true));
}

/** Writes only what changed: layout and screen readers are left alone otherwise. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
