// Keyboard shortcuts, while they are switched on and the focused element does not use the key itself. A page that is
// one lab hears them everywhere; where a page has several, each hears those that are pressed in it.
import { find } from "../dom.js";

/** Where a key would not be meant for the lab. */
const TAKES_KEYS = "input, select, textarea, summary, a, [contenteditable]";
const KEPT = "mbppo.keys"; // "off" in the browser's storage: a screen reader or a voice may need the letters

/** `keys`: where they are heard; null: in the lab, which has the focus once it has been clicked. */
export function mountKeys({ root, commands, keys, signal }) {
  const dialog = find("keys", root);
  const lab = find("lab", root);
  const theatre = find("theatre", root);
  if (!keys) lab.tabIndex = -1;
  const show = () => dialog.showModal();
  const actions = {
    " ": commands.toggle,
    ".": commands.tick,
    n: commands.phase,
    r: commands.restart,
    s: commands.newSeed,
    u: commands.undo,
    "?": show,
  };
  find("show-keys", root).addEventListener("click", show);
  const enabled = mountSwitch(find("keys-on", dialog), root);
  const pressed = (event) => {
    const { key } = event;
    const action = actions[key.length === 1 ? key.toLowerCase() : key];
    if (
      !action ||
      !enabled() ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.repeat ||
      event.defaultPrevented
    )
      return;
    if (root.querySelector("dialog[open]") || !isMeant(event.composedPath()[0], key, { lab, theatre })) return;
    event.preventDefault();
    event.stopPropagation(); // not also what the page around does with it
    action();
  };
  lab.addEventListener("keydown", (event) => {
    if (root.querySelector("dialog[open]") || isUsed(event.composedPath()[0], event.key)) event.stopPropagation();
  });
  (keys ?? lab).addEventListener("keydown", pressed, { signal });
  if (!keys) giveFocusBack({ root, lab });
}

/** Escape gives the focus back to where it was before it came into the lab: the page around hears keys again. */
function giveFocusBack({ root, lab }) {
  /** @type {any} */ let before = null;
  lab.addEventListener("focusin", ({ relatedTarget }) => {
    if (!root.contains(relatedTarget)) before = relatedTarget;
  });
  lab.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || root.querySelector("dialog[open]")) return;
    event.stopPropagation();
    root.activeElement?.blur();
    if (before?.isConnected) before.focus({ preventScroll: true });
  });
}

const MOVES = /^(Arrow|Page|Home$|End$)/;

/** Whether the part that has the focus uses this key itself; a page around that turns slides with it is not meant. */
export function isUsed(target, key) {
  if (target.matches("select, input[type=range], input[type=radio]")) return MOVES.test(key) || key === " ";
  if (target.matches("textarea, input:not([type=checkbox], [type=file])")) return key !== "Escape" && key !== "Tab";
  return key === " " || key === "Enter" ? target.matches("button, summary, a, input") : false;
}

/**
 * Whether a key that is pressed there is meant for the lab: with the focus on nothing, or in the theatre on nothing
 * that takes keys.
 */
export function isMeant(target, key, { lab, theatre }) {
  if (target === lab || /^(body|html)$/i.test(target.tagName)) return true;
  if (!theatre.contains(target) || target.closest(TAKES_KEYS)) return false;
  return key !== " " || !target.closest("button"); // space presses a button
}

/** The switch, as it was left at the last visit; gives back whether it is on. */
function mountSwitch(box, root) {
  const named = [...root.querySelectorAll("[aria-keyshortcuts]")].map((node) => ({
    node,
    keys: node.getAttribute("aria-keyshortcuts") ?? "",
  }));
  const show = () => {
    for (const { node, keys } of named) {
      if (box.checked) node.setAttribute("aria-keyshortcuts", keys);
      else node.removeAttribute("aria-keyshortcuts");
    }
  };
  box.checked = stored() !== "off";
  show();
  box.addEventListener("change", () => {
    show();
    keep(box.checked ? "on" : "off");
  });
  return () => box.checked;
}

/** A browser may forbid its storage. */
function stored() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // Then it holds for this visit.
  }
}
