// The colours of style.css as pictures need them, and the screen's scale. They change when the visitor's system does.

const NAMES = { ink: "--ink", paper: "--paper", muted: "--muted", hairline: "--hairline", imagined: "--imagined", reward: "--plot-reward", error: "--plot-error", novelty: "--plot-novelty" };

export function createTheme() {
  const listeners = new Set();
  const read = () => {
    const style = getComputedStyle(document.documentElement);
    const colours = Object.entries(NAMES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]);
    return { ...Object.fromEntries(colours), scale: Math.min(devicePixelRatio || 1, 3), font_size: 13 };
  };
  let theme = read();
  const change = () => {
    theme = read();
    listeners.forEach((listener) => listener(theme));
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
  addEventListener("resize", () => { if ((devicePixelRatio || 1) !== theme.scale) change(); });
  return { get: () => theme, onChange: (listener) => { listeners.add(listener); } };
}
