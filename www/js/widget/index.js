// A lab in a notebook, as an anywidget: one file that holds the program, its worker, the markup and the styles, so that
// it runs wherever a notebook does, with no folder to fetch from. scripts/package puts the files in.
import { MbppoLab } from "../element/index.js";
import { keepPage } from "../engine/address.js";

/** Traits of the Python class that are attributes of the element. */
const ATTRIBUTES = ["task", "preset", "seed", "device", "speed", "run", "panels", "controls", "theme", "state"];
/** What Python may ask for. */
const CALLS = ["play", "pause", "step", "reset", "configure", "getState", "setState", "exportRun", "openRun"];

/** All widgets of the page, by the index.html of their builds. */
const WIDGETS = Symbol.for("mbppo.widgets");

/**
 * The widget, from the texts of its files (`wasm` in base64). Its default export for anywidget: {initialize, render}.
 * Notebooks evaluate this file again for each Lab: those of one build are shown by the first of them, so that they
 * share its program.
 * @param {{ index: string, style: string, worker: string, script: string, wasm: string }} files
 */
export function widgetOf(files) {
  const known = (globalThis[WIDGETS] ??= new Map());
  if (!known.has(files.index)) known.set(files.index, widgetFrom(files));
  return known.get(files.index);
}

/** State is each render's own: notebooks keep the widget, and show it more than once. */
function widgetFrom(files) {
  /** @type {?string} */ let place = null;
  const home = () => (place ??= opened(files));
  /** @type {?string} */ let name = null;
  return {
    initialize() {},
    render({ model, el }) {
      name ??= elementName();
      const lab = document.createElement(name);
      for (const trait of ATTRIBUTES) put(lab, trait, model.get(trait));
      lab.toggleAttribute("autoplay", Boolean(model.get("autoplay")));
      lab.setAttribute("public-path", home());
      const ending = new AbortController();
      if (isHeard(model)) hear({ lab, model, signal: ending.signal });
      el.append(lab);
      return () => {
        ending.abort();
        lab.remove();
      };
    },
  };
}

/** The name of this build's element: one of its own where the page has that of another build. */
function elementName() {
  if (customElements.get("mbppo-lab") === MbppoLab) return "mbppo-lab";
  let number = 2;
  while (customElements.get(`mbppo-lab-${number}`)) number += 1;
  customElements.define(`mbppo-lab-${number}`, class extends MbppoLab {});
  return `mbppo-lab-${number}`;
}

/** A trait that is empty is an attribute that is not there. */
function put(lab, name, value) {
  const text = value === null || value === undefined ? "" : String(value);
  if (text === "") lab.removeAttribute(name);
  else if (lab.getAttribute(name) !== text) lab.setAttribute(name, text);
}

/** Whether there is somebody behind the model: MyST's pages have one that only holds traits, and throws beyond that. */
function isHeard(model) {
  try {
    model.save_changes();
    return true;
  } catch {
    return false;
  }
}

/** What happens in the lab goes to Python; what changes there, or is asked there, comes here. Ends with `signal`. */
function hear({ lab, model, signal }) {
  const tell = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  const on = (name, heard) => lab.addEventListener(name, ({ detail }) => heard(detail), { signal });
  on("iteration", ({ metrics, iteration, real_steps, imagined_steps }) =>
    tell({ metrics, iteration, real_steps, imagined_steps }),
  );
  on("evaluation", ({ mean_reward, solved_at_real_steps }) => tell({ mean_reward, solved_at_real_steps }));
  on("statechange", ({ playing }) => tell({ playing }));
  on("error", ({ code, message, hint }) => tell({ error: { code, message, hint } }));

  const listen = (event, heard) => {
    model.on(event, heard);
    signal.addEventListener("abort", () => model.off(event, heard));
  };
  for (const name of ATTRIBUTES) listen(`change:${name}`, () => put(lab, name, model.get(name)));
  listen("msg:custom", async ({ id, call, args = [] }) => {
    try {
      if (!CALLS.includes(call)) throw new Error(`call = ${call} is not valid: it must be one of ${CALLS.join(", ")}.`);
      const value = await /** @type {any} */ (lab)[call](...args);
      if (value instanceof Uint8Array) model.send({ id, value: null }, undefined, [value.buffer]);
      else model.send({ id, value: value ?? null });
    } catch (error) {
      model.send({ id, error: error.message });
    }
  });
}

/** Opens the files as if they had been served, and gives the address under which the lab finds them. */
function opened({ index, style, worker, script, wasm }) {
  const bytes = Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0));
  const address = (content, type) => URL.createObjectURL(new Blob([content], { type }));
  const page = new DOMParser().parseFromString(index, "text/html");
  const meta = /** @type {HTMLMetaElement} */ (page.querySelector("meta[data-build=cpu]"));
  Object.assign(meta.dataset, {
    script: address(script, "text/javascript"),
    worker: address(worker, "text/javascript"),
    wasm: address(bytes, "application/wasm"),
    bytes: String(bytes.length),
  });
  const markup = /** @type {HTMLTemplateElement} */ (page.querySelector("template[shadowrootmode]")).content;
  /** @type {HTMLLinkElement} */ (markup.querySelector("link[rel=stylesheet]")).setAttribute(
    "href",
    address(style, "text/css"),
  );
  const home = `${document.baseURI.replace(/[#?].*$/, "").replace(/[^/]*$/, "")}mbppo-widget/`;
  keepPage(home, page);
  return home;
}
