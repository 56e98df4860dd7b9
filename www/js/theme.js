// The colours of css/colours.css as pictures need them, and the screen's scale. They change when the visitor's system
// does, when a page's colours are forced, and when the page is about to be printed: paper is light.

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

export function createTheme() {
  const listeners = new Set();
  const read = () => {
    const colours = Object.entries(NAMES).map(([name, variable]) => [name, colourOf(variable)]);
    return { ...Object.fromEntries(colours), scale: Math.min(devicePixelRatio || 1, 3), font_size: 13 };
  };
  let theme = read();
  const change = () => {
    theme = read();
    listeners.forEach((listener) => listener(theme));
  };
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"])
    matchMedia(query).addEventListener("change", change);
  addEventListener("resize", () => {
    if ((devicePixelRatio || 1) !== theme.scale) change();
  });
  for (const event of ["beforeprint", "afterprint"]) {
    addEventListener(event, () => {
      document.documentElement.toggleAttribute("data-on-paper", event === "beforeprint");
      change();
    });
  }
  return {
    get: () => theme,
    onChange: (listener) => {
      listeners.add(listener);
    },
  };
}

/** A variable's colour as #rrggbb; where colours are forced it is a word that only the browser knows. */
function colourOf(variable) {
  const style = getComputedStyle(document.documentElement);
  const text = style.getPropertyValue(variable).trim();
  if (text.startsWith("#")) return text;
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = text;
  probe.style.forcedColorAdjust = "none";
  const [red, green, blue] = getComputedStyle(probe)
    .color.match(/[\d.]+/g)
    ?.map(Number) ?? [0, 0, 0];
  probe.remove();
  return `#${[red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}
