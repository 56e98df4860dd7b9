// The colours of css/colours.css, or those that a page gives its lab, as pictures need them, and the screen's scale.
// They change when the visitor's system does or a page asks for others, when colours are forced, and when the page is
// about to be printed: paper is light.

const NAMES = {
  ink: "--ink",
  paper: "--paper",
  muted: "--muted",
  hairline: "--hairline",
  imagined: "--imagined",
  reward: "--plot-reward",
  error: "--plot-error",
  novelty: "--plot-novelty",
};

/** `host`: the element that holds the lab; `lab`: the outermost node within. Ends with `signal`. */
export function createTheme({ host, lab, signal }) {
  const listeners = new Set();
  const read = () => {
    const colours = Object.entries(NAMES).map(([name, variable]) => [name, colourOf(variable, host, lab)]);
    return { ...Object.fromEntries(colours), scale: Math.min(devicePixelRatio || 1, 3), font_size: 13 };
  };
  let theme = read();
  const change = () => {
    theme = read();
    listeners.forEach((listener) => listener(theme));
  };
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"])
    matchMedia(query).addEventListener("change", change, { signal });
  const asked = new MutationObserver(change); // lab/shown.js writes there which of them a page asks for
  asked.observe(host, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => asked.disconnect());
  const resized = () => {
    if ((devicePixelRatio || 1) !== theme.scale) change();
  };
  addEventListener("resize", resized, { signal });
  for (const event of ["beforeprint", "afterprint"]) {
    const printed = () => {
      host.toggleAttribute("data-on-paper", event === "beforeprint");
      change();
    };
    addEventListener(event, printed, { signal });
  }
  return {
    get: () => theme,
    onChange: (listener) => {
      listeners.add(listener);
    },
  };
}

/** A variable's colour as #rrggbb; where colours are forced it is a word that only the browser knows. */
function colourOf(variable, host, lab) {
  const text = getComputedStyle(host).getPropertyValue(variable).trim();
  if (text.startsWith("#")) return text;
  const probe = lab.appendChild(document.createElement("i"));
  probe.style.color = text;
  probe.style.forcedColorAdjust = "none";
  const [red, green, blue] = getComputedStyle(probe)
    .color.match(/[\d.]+/g)
    ?.map(Number) ?? [0, 0, 0];
  probe.remove();
  return `#${[red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}
