// Eyes: what is drawn on a canvas, and how the page looks in numbers.

/**
 * Pixels of ink, of imagined blue and of the error's vermilion on the `index`th canvas of `selector`, and a print that
 * changes with the picture.
 */
export const pixelsOf = (page, selector, index = 0) =>
  page.evaluate(
    ([where, nth]) => {
      const canvas = lab.querySelectorAll(where)[nth];
      if (canvas.width === 0 || canvas.height === 0) return { ink: 0, imagined: 0, error: 0, print: 0 };
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let [ink, imagined, error, print] = [0, 0, 0, 0];
      for (let at = 0; at < data.length; at += 4) {
        const [red, green, blue, alpha] = data.subarray(at, at + 4);
        if (alpha < 24) continue;
        if (red < 90 && green < 90 && blue < 90 && alpha > 120) ink += 1;
        if (blue - red > 35 && blue >= green) imagined += 1;
        if (red - blue > 120 && red > green + 60) error += 1;
        print = (print * 31 + red + 7 * green + 13 * blue + 17 * alpha + at) % 2147483647;
      }
      return { ink, imagined, error, print };
    },
    [selector, index],
  );

/** Median and 95th percentile of the time between animation frames, in milliseconds. */
export const frameTimes = (page, ms = 3000) =>
  page.evaluate(
    (span) =>
      new Promise((resolve) => {
        const times = [];
        const start = performance.now();
        let last = start;
        const frame = (now) => {
          times.push(now - last);
          last = now;
          if (now - start < span) return requestAnimationFrame(frame);
          times.sort((a, b) => a - b);
          resolve({
            median: times[times.length >> 1],
            slow: times[Math.floor(times.length * 0.95)],
            frames: times.length,
          });
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );

/** Every visible text that is too small or too faint: "13 px, 4.5 : 1" is the promise. */
export const faintTexts = (page) =>
  page.evaluate(() => {
    const luminance = (/** @type {number[]} */ [r, g, b]) =>
      [r, g, b]
        .map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const rgba = (text) => text.match(/[\d.]+/g).map(Number);
    const over = (top, bottom, alpha) => top.map((c, i) => c * alpha + bottom[i] * (1 - alpha));
    const paper = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const [r, g, b, a = 1] = rgba(getComputedStyle(at).backgroundColor);
        if (a > 0.9) return [r, g, b];
      }
      return [255, 255, 255];
    };
    const faults = [];
    const walker = document.createTreeWalker(lab, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode.parentElement;
      const { data } = /** @type {Text} */ (walker.currentNode);
      if (
        !data.trim() ||
        !node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
        node.closest(".unseen, template, :disabled")
      )
        continue;
      if (node.getBoundingClientRect().width <= 1) continue;
      const style = getComputedStyle(node);
      let opacity = 1;
      for (let at = node; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
      const back = paper(node);
      const front = over(rgba(style.color).slice(0, 3), back, opacity);
      const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      const size = parseFloat(style.fontSize);
      if (size < 13 || contrast < 4.5)
        faults.push(`"${data.trim().slice(0, 40)}": ${size} px, ${contrast.toFixed(2)} : 1`);
    }
    return faults;
  });

/** Buttons, selects and the like that are smaller than a finger. */
export const smallTargets = (page, least = 40) =>
  page.evaluate(
    (size) =>
      [...lab.querySelectorAll("button, select, summary, .speed span")]
        .filter((node) => node.checkVisibility() && !node.closest("dialog:not([open])"))
        .map(
          (node) =>
            /** @type {[string, DOMRect]} */ ([node.textContent.trim().slice(0, 20), node.getBoundingClientRect()]),
        )
        .filter(([, { width, height }]) => width > 1 && (height < size - 0.5 || width < size - 0.5))
        .map(([text, { width, height }]) => `${text}: ${Math.round(width)} × ${Math.round(height)}`),
    least,
  );
