// Keys, for as long as the page has the focus and nobody is typing.
import { find } from "../dom.js";

const TYPES = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";
const PRESSES = "button, summary, a, input, label"; // space already means something on these

export function mountKeys({ commands }) {
  const dialog = find("keys");
  const show = () => dialog.showModal();
  const actions = { " ": commands.toggle, ".": commands.tick, n: commands.phase, r: commands.restart, s: commands.newSeed, "?": show };
  find("show-keys").addEventListener("click", show);
  document.addEventListener("keydown", (event) => {
    const { key } = event;
    const target = /** @type {Element} */ (event.target);
    const action = actions[key.length === 1 ? key.toLowerCase() : key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (target.closest(TYPES) || document.querySelector("dialog[open]")) return;
    if (key === " " && target.closest(PRESSES)) return;
    event.preventDefault();
    action();
  });
}
