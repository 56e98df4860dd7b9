// Every picture that is unfolded as a file, PNG or SVG, as large as it is shown.
import { find } from "../dom.js";
import { svgOf } from "../svg_recorder.js";
import { createGiving } from "./give.js";

/** `redraw(canvas)` draws a picture anew at once, and says whether there is one. */
export function mountSavePicture({ root, theme, redraw }) {
  const { give, refuse } = createGiving(root);
  const panel = find("files", root);
  const choice = /** @type {any} */ (find("files-picture", root)); // a select
  /** @type {any[]} */ let canvases = [];

  /** What can be saved now; the choice stays what it was. */
  function list() {
    const chosen = canvases[choice.selectedIndex];
    canvases = [...root.querySelectorAll("canvas")].filter((canvas) => canvas.clientWidth > 0 && titleOf(canvas));
    const names = distinct(canvases.map(titleOf));
    choice.replaceChildren(
      ...names.map((name) => Object.assign(document.createElement("option"), { textContent: name })),
    );
    choice.selectedIndex = Math.max(0, canvases.indexOf(chosen));
  }
  const picked = (save) => async () => {
    const canvas = canvases[choice.selectedIndex];
    const name = choice.value;
    const file = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
    try {
      await save(canvas, file);
    } catch (error) {
      refuse(`${name} was not saved: ${error.message}`);
    }
  };
  panel.addEventListener("toggle", list);
  for (const event of ["pointerdown", "focusin"]) panel.addEventListener(event, () => panel.open && list());

  find("files-svg", root).addEventListener(
    "click",
    picked((canvas, file) => {
      const { paper, scale } = theme.get();
      const title = canvas.getAttribute("aria-label") ?? "";
      give(
        `${file}.svg`,
        svgOf(canvas, () => redraw(canvas), { paper, scale, title }),
      );
    }),
  );
  find("files-png", root).addEventListener(
    "click",
    picked(async (canvas, file) => {
      redraw(canvas);
      give(`${file}.png`, await pngOf(canvas, theme.get().paper));
    }),
  );
}

/** What stands above a picture. */
function titleOf(canvas) {
  if (canvas.dataset.is === "stage") return "The stage";
  const figure = canvas.closest("figure");
  const heading = figure ? figure.querySelector("figcaption") : canvas.closest("section")?.querySelector("h2");
  return heading?.textContent ?? "";
}

/** Names with a number where there are several of one. */
function distinct(names) {
  const seen = new Map();
  return names.map((name) => {
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return seen.get(name) === 1 ? name : `${name} (${seen.get(name)})`;
  });
}

/** The picture on paper: what is not drawn on is transparent on the page. */
async function pngOf(canvas, paper) {
  const { width, height } = canvas;
  const sheet = Object.assign(document.createElement("canvas"), { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  context.drawImage(canvas, 0, 0);
  const blob = await new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the browser has no memory for it.");
  return new Uint8Array(await blob.arrayBuffer());
}
