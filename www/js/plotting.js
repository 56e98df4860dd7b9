// Draws the plots that have something new, one in a frame and each at most three times a second, so that training keeps
// its time. A panel says what to draw; the drawing itself is in the wasm.

const REST_MS = 320;

export function createPlotter({ plots, theme }) {
  const entries = new Map(); // canvas → entry
  const seen = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) entries.get(target).visible = isIntersecting;
  });
  const resized = new ResizeObserver((changes) => {
    for (const { target } of changes) entries.get(target).dirty = true;
  });
  theme.onChange(() => entries.forEach((entry) => (entry.dirty = true)));

  function fit(canvas, scale) {
    const width = Math.round(canvas.clientWidth * scale);
    const height = Math.round(canvas.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    return width > 0 && height > 0;
  }

  return {
    /** `draw(plots, theme, canvas)` is what this canvas shows from now on; null: nothing yet. */
    show(canvas, draw) {
      if (!entries.has(canvas)) {
        entries.set(canvas, { draw, dirty: true, visible: false, at: 0 });
        seen.observe(canvas);
        resized.observe(canvas);
      }
      Object.assign(entries.get(canvas), { draw, dirty: true });
    },
    /** Draws the one plot that has waited longest. */
    paintOne(now) {
      const waiting = [...entries].filter(([, entry]) => entry.dirty && entry.visible && now - entry.at >= REST_MS);
      if (waiting.length === 0) return;
      const [canvas, entry] = waiting.reduce((first, other) => (other[1].at < first[1].at ? other : first));
      Object.assign(entry, { dirty: false, at: now });
      const colours = theme.get();
      if (!fit(canvas, colours.scale)) return;
      if (entry.draw) entry.draw(plots, colours, canvas);
      else canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    },
  };
}
