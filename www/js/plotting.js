// Draws the plots that have new data, one at a time, so that training keeps its time: visible ones at most three times
// a second, and less often where drawing takes long; the others now and then, so that a full-page screenshot or a
// printed page has them all. A panel says what to draw; the drawing code is in the wasm.

const REST_MS = 320;
const HIDDEN_MS = 4000;
const RESTS = 20; // no plot is drawn for so many times as long as the latest took

/** Ends with `signal`. */
export function createPlotter({ plots, theme, signal }) {
  const entries = new Map(); // canvas → entry
  const seen = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) entries.get(target).visible = isIntersecting;
  });
  const resized = new ResizeObserver((changes) => {
    for (const { target } of changes) entries.get(target).dirty = true;
  });
  theme.onChange(() => entries.forEach((entry) => (entry.dirty = true)));
  // By then theme.js, which was there first, has taken the colours of paper.
  for (const event of ["beforeprint", "afterprint"])
    addEventListener(event, () => entries.forEach((entry, canvas) => paint(canvas, entry)), { signal });
  for (const observer of [seen, resized]) signal.addEventListener("abort", () => observer.disconnect());

  let next = -Infinity; // when the next may be drawn
  function fit(canvas, scale) {
    const width = Math.round(canvas.clientWidth * scale);
    const height = Math.round(canvas.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    return width > 0 && height > 0;
  }

  function paint(canvas, entry) {
    entry.dirty = false;
    const colours = theme.get();
    if (!fit(canvas, colours.scale)) return;
    if (entry.draw) entry.draw(plots, colours, canvas);
    else canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  }

  return {
    /** `draw(plots, theme, canvas)` is what this canvas shows from now on; null: nothing yet. */
    show(canvas, draw) {
      if (!entries.has(canvas)) {
        entries.set(canvas, { draw, dirty: true, visible: false, at: -Infinity });
        seen.observe(canvas);
        resized.observe(canvas);
      }
      Object.assign(entries.get(canvas), { draw, dirty: true });
    },
    /** Draws this one at once, if it has anything to show. */
    redraw(canvas) {
      const entry = entries.get(canvas);
      if (entry) paint(canvas, entry);
    },
    /** Draws the one plot that has waited longest. */
    paintOne(now) {
      if (now < next) return;
      const waiting = [...entries].filter(
        ([, { dirty, visible, at }]) => dirty && now - at >= (visible ? REST_MS : HIDDEN_MS),
      );
      if (waiting.length === 0) return;
      const [canvas, entry] = waiting.reduce((first, other) => (other[1].at < first[1].at ? other : first));
      entry.at = now;
      const start = performance.now();
      paint(canvas, entry);
      next = now + RESTS * (performance.now() - start);
    },
  };
}
