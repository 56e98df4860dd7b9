// Which panels and controls of a lab are shown, and in which colours. Their names stand in lab.html (data-panel,
// data-control), nowhere else. A lab with all panels is laid out as the page is; one with some is a widget as high as
// these are.
import { find } from "../dom.js";
import { EngineError } from "../engine/protocol.js";
import { shownValue } from "../shown_value.js";

/** What a widget lets its reader do, where nobody says otherwise. */
const FEW = "play restart";
const NONE = "none";
export const THEMES = ["auto", "light", "dark"];
/** What holds panels and nothing else: without any it would only be a gap. */
const BESIDE = ":is(.questions, .closer) > section:not([data-off])"; // what is laid out beside the stage
const HOLDERS = ".theatre, .questions, .closer, .folded, .top, .controls";

/**
 * Shows these, by their names with spaces between them; null or "": all of them, and of the controls those that go with
 * the panels. "none": none. `theme`: one of THEMES. Throws an EngineError that names what is wrong; then everything
 * stays as it is.
 * @param {ShadowRoot} root
 * @param {{ panels?: ?string, controls?: ?string, theme?: ?string }} wished
 */
export function showOnly(root, wished) {
  const { panels = null, controls = null, theme = null } = texts(wished);
  const colours = (theme ?? "").trim() || THEMES[0];
  if (!THEMES.includes(colours)) throw wrong("theme", colours, `it must be one of ${THEMES.join(", ")}`);
  const shown = chosen(root, "panel", panels);
  const usable = chosen(root, "control", wordsOf(controls).length > 0 ? controls : shown ? FEW : null);
  const lab = find("lab", root);
  lab.classList.toggle("is-partial", shown !== null);
  // A widget is no landmark of the page that it stands in.
  if (shown) find("theatre", root).setAttribute("role", "group");
  else find("theatre", root).removeAttribute("role");
  for (const [kind, names] of /** @type {[string, ?Set<string>][]} */ ([
    ["panel", shown],
    ["control", usable],
  ])) {
    for (const node of named(root, kind))
      node.toggleAttribute("data-off", names !== null && !names.has(nameOf(node, kind)));
  }
  /** @type {HTMLElement} */ (root.host).dataset.theme = colours;
  for (const holder of root.querySelectorAll(HOLDERS)) holder.toggleAttribute("data-empty", isEmpty(holder));
  lab.style.setProperty("--beside", String(Math.max(1, lab.querySelectorAll(BESIDE).length)));
}

/** What is wished, if it is an object of texts. */
function texts(wished) {
  if (typeof wished !== "object" || wished === null)
    throw wrong("show", shownValue(wished), 'it must be an object such as {"panels": "stage"}');
  const odd = ["panels", "controls", "theme"].find(
    (name) => !["string", "undefined"].includes(typeof (wished[name] ?? "")),
  );
  if (odd) throw wrong(odd, shownValue(wished[odd]), "it must be a text");
  return wished;
}

/** All names of a kind, "panel" or "control", in the order of the page. */
export const namesOf = (root, kind) => [...new Set([...named(root, kind)].map((node) => nameOf(node, kind)))];

const named = (root, kind) => root.querySelectorAll(`[data-${kind}]`);
const nameOf = (node, kind) => node.getAttribute(`data-${kind}`);
const wordsOf = (text) => (text ?? "").split(/[\s,]+/).filter(Boolean);

/** The set of names in `text`; null: all. */
function chosen(root, kind, text) {
  const words = wordsOf(text);
  if (words.length === 0 || words.includes("all")) return null;
  if (words.length === 1 && words[0] === NONE) return new Set();
  const known = namesOf(root, kind);
  const odd = words.find((word) => !known.includes(word));
  if (odd !== undefined) throw wrong(`${kind}s`, odd, `each must be one of ${known.join(", ")}; or all, or ${NONE}`);
  return new Set(words);
}

/** Whether everything in it that has a name is off. */
function isEmpty(holder) {
  const all = [...holder.querySelectorAll("[data-panel], [data-control]")];
  return all.length > 0 && all.every((node) => node.closest("[data-off]") !== null);
}

const wrong = (field, value, allowed) =>
  new EngineError(`${field} = ${value} is not valid: ${allowed}.`, { field, value, allowed });
