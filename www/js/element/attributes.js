// The attributes of <mbppo-lab>, and what they are in a run's address. Pure.

/** Settings of the run that have an attribute of their own; all others go into `run`, written as in an address. */
const SETTINGS = ["task", "preset", "seed", "device", "speed"];

/** Every attribute that the element looks at; `lang` is the browser's business. */
export const ATTRIBUTES = [...SETTINGS, "run", "autoplay", "panels", "controls", "theme", "public-path", "state"];

/** The property of each attribute: its text, or null where it is not there. */
export const PROPERTIES = {
  ...Object.fromEntries([...SETTINGS, "run", "panels", "controls", "theme", "state"].map((name) => [name, name])),
  publicPath: "public-path",
};

/**
 * What a lab begins with, as in an address. Like a video it plays by itself only with `autoplay`.
 * @param {(name: string) => ?string} attribute
 */
export function runOf(attribute) {
  const pairs = new URLSearchParams(attribute("run") ?? "");
  for (const name of SETTINGS) {
    const text = attribute(name);
    if (text !== null) pairs.set(name, text);
  }
  pairs.set("autoplay", String(isOn(attribute("autoplay"))));
  return pairs.toString();
}

/**
 * Attributes that have changed, as `configure` takes them: one that has been taken away is as usual again.
 * @param {Map<string, ?string>} changed
 */
export function changesOf(changed) {
  const pairs = Object.fromEntries([...new URLSearchParams(changed.get("run") ?? "")]);
  for (const name of SETTINGS) if (changed.has(name)) pairs[name] = /** @type {any} */ (changed.get(name));
  return pairs;
}

/** As HTML has it: being there is enough; "false" is for those who write every attribute out. */
const isOn = (text) => text !== null && text !== "false";

/** Gives the element's class a property for each attribute, so that both say the same. */
export function reflect(prototype) {
  for (const [property, attribute] of Object.entries(PROPERTIES))
    Object.defineProperty(prototype, property, {
      get() {
        return this.getAttribute(attribute);
      },
      set(value) {
        if (value === null || value === undefined) this.removeAttribute(attribute);
        else this.setAttribute(attribute, String(value));
      },
      configurable: true,
      enumerable: true,
    });
  Object.defineProperty(prototype, "autoplay", {
    get() {
      return isOn(this.getAttribute("autoplay"));
    },
    set(value) {
      this.toggleAttribute("autoplay", Boolean(value));
    },
    configurable: true,
    enumerable: true,
  });
}
