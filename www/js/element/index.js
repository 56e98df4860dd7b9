// <mbppo-lab>: a lab as an element of any page. Its attributes are settings, its methods what one may ask of a lab, and
// what happens in it are events of the element. Importing this module defines it.
import { createLab } from "../lab/index.js";
import { ATTRIBUTES, changesOf, PROPERTIES, reflect, runOf } from "./attributes.js";

export class MbppoLab extends HTMLElement {
  static observedAttributes = ATTRIBUTES;
  /** @type {?ReturnType<typeof createLab>} */ #lab = null;
  /** @type {Map<string, ?string>} */ #changed = new Map(); // attributes that have changed in this moment

  constructor() {
    super();
    for (const name of Object.keys(PROPERTIES)) this.#takeBack(name);
  }

  connectedCallback() {
    // What moves an element takes it out and puts it in again: the run goes on.
    queueMicrotask(() => {
      if (this.isConnected && !this.#lab) this.#begin();
    });
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (!this.isConnected) this.destroy();
    });
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#lab || before === now) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#apply());
    this.#changed.set(name, now);
  }

  /** Resolves once the first run is open, or `trouble` says why there is none. */
  get ready() {
    return this.#lab?.ready ?? Promise.reject(new Error("<mbppo-lab> is not in a document."));
  }

  /** Ends the run, its worker and all listeners; an element that is put into a document again begins anew. */
  destroy() {
    this.#lab?.destroy();
    this.#lab = null;
    this.#changed.clear();
  }

  #begin() {
    const lab = createLab(this, {
      run: runOf((name) => this.getAttribute(name)),
      panels: this.getAttribute("panels"),
      controls: this.getAttribute("controls"),
      theme: this.getAttribute("theme"),
      publicPath: this.getAttribute("public-path"),
      told: (name, detail) => this.#tell(name, detail),
    });
    this.#lab = lab;
    lab.ready
      .then(() => this.#open(this.getAttribute("state")))
      .catch((error) => {
        if (lab === this.#lab) this.#fail("start", error);
      });
  }

  /** Takes up what the attribute `state` holds: what getState() gave, or the address of a saved run. */
  async #open(state) {
    if (!state) return;
    try {
      if (state.trimStart().startsWith("{")) return await this.setState(state);
      const answer = await fetch(new URL(state, document.baseURI));
      if (!answer.ok) throw new Error(`state = ${state} could not be loaded: the server answered ${answer.status}.`);
      await this.openRun(new Uint8Array(await answer.arrayBuffer()));
    } catch (error) {
      this.#fail("setting", error);
    }
  }

  /** Attributes that changed together make one new run. */
  async #apply() {
    const changed = this.#changed;
    this.#changed = new Map();
    const lab = this.#lab;
    if (!lab) return;
    if (changed.has("public-path")) {
      this.destroy();
      return this.#begin();
    }
    try {
      const look = /** @type {const} */ (["panels", "controls", "theme"]);
      if (look.some((name) => changed.has(name)))
        await lab.show(Object.fromEntries(look.map((name) => [name, this.getAttribute(name)])));
      const changes = changesOf(changed);
      if (Object.keys(changes).length > 0) await lab.configure(changes);
      if (changed.has("state")) await this.#open(changed.get("state"));
    } catch (error) {
      if (lab === this.#lab) this.#fail("setting", error);
    }
  }

  #tell(name, detail) {
    // An error is none of the page's: it does not reach what listens for those at the window.
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: name !== "error", composed: true }));
  }

  #fail(code, error) {
    this.#tell("error", { code, message: error.message, hint: "The run goes on as it was." });
  }

  /** A property that was set before the element was defined is one of the object; as an attribute it counts. */
  #takeBack(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = Reflect.get(this, name);
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, value);
  }

  // What one may ask of it, as in lab/requests.js: each waits until the lab is ready, and rejects with what is wrong.
  play() {
    return this.#asked().play();
  }
  pause() {
    return this.#asked().pause();
  }
  /** A number of ticks, "phase" or "iteration"; resolves to the snapshot then. */
  step(what = /** @type {number | string} */ (1)) {
    return this.#asked().step(what);
  }
  reset(wished = {}) {
    return this.#asked().reset(wished);
  }
  configure(changes) {
    return this.#asked().configure(changes);
  }
  getState() {
    return this.#asked().getState();
  }
  setState(state) {
    return this.#asked().setState(state);
  }
  openRun(bytes) {
    return this.#asked().openRun(bytes);
  }
  exportRun() {
    return this.#asked().exportRun();
  }

  // What the lab knows now; null before there is anything.
  get snapshot() {
    return this.#lab?.snapshot ?? null;
  }
  get curves() {
    return this.#lab?.curves ?? null;
  }
  get settings() {
    return this.#lab?.settings ?? null;
  }
  get playing() {
    return this.#lab?.playing ?? false;
  }
  get trouble() {
    return this.#lab?.trouble ?? null;
  }
  /** The address that opens this run on the page that was built with the lab. */
  get address() {
    return this.#lab?.address ?? null;
  }

  #asked() {
    if (!this.#lab) throw new Error("<mbppo-lab> is not in a document, or has been destroyed.");
    return this.#lab;
  }
}

reflect(MbppoLab.prototype);
if (!customElements.get("mbppo-lab")) customElements.define("mbppo-lab", MbppoLab);
