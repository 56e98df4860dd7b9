// Whether a lab is to be seen: while all of it is outside the window it rests, as a page does in a hidden tab.

/**
 * Calls `seen(whether)` now and then as `host` comes into sight or leaves it, until `signal`.
 * @param {Element} host
 * @param {{ seen: (whether: boolean) => void, signal: AbortSignal }} hearer
 */
export function watchSight(host, { seen, signal }) {
  const observer = new IntersectionObserver((changes) => seen(changes.at(-1)?.isIntersecting ?? true));
  observer.observe(host);
  signal.addEventListener("abort", () => observer.disconnect());
}
