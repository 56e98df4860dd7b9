// What is drawn on a canvas, as SVG: for a moment the methods of its context also write down what they draw. So there
// is one drawing code for the screen and for the file.

const FULL = 2 * Math.PI;
/** Drawn by tasks of visitors only, and not written down: such a picture is saved as PNG. */
const UNKNOWN = ["drawImage", "putImageData", "ellipse", "arcTo"];
const ANCHORS = { center: "middle", right: "end", end: "end" };

/** Numbers of a picture, to a hundredth of a pixel. */
const place = (value) => String(Math.round(value * 100) / 100);
const escaped = (text) =>
  text.replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter] ?? letter);

/**
 * The SVG, as a text, of what `draw()` draws on `canvas`. `paper`: the colour behind it; `scale`: pixels of the canvas
 * in one of the page; `title`: what it shows. Throws what cannot be written as SVG.
 * @param {any} canvas
 * @param {() => void} draw
 * @param {{ paper: string, scale: number, title: string }} look
 */
export function svgOf(canvas, draw, { paper, scale, title }) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  const recorder = createRecorder(context);
  const names = [...Object.keys(recorder.methods), ...UNKNOWN];
  const unknown = new Set();
  for (const name of names) {
    const draws = context[name];
    context[name] = (...given) => {
      if (name in recorder.methods) recorder.methods[name](...given);
      else unknown.add(name);
      return draws.apply(context, given);
    };
  }
  try {
    draw();
  } finally {
    for (const name of names) delete context[name]; // those of its class are there again
  }
  if (unknown.size > 0)
    throw new Error(`This picture is drawn with ${[...unknown]}, which SVG files do not hold here.`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${place(width / scale)}" height="${place(height / scale)}" ` +
      `viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${paper}"/>`,
    ...recorder.nodes(),
    "</svg>\n",
  ].join("\n");
}

function createRecorder(context) {
  let nodes = [];
  let path = "";
  let clips = 0;
  /** @type {?string} */ let clip = null;
  const saved = [];

  const add = (node) => nodes.push(clip ? `<g clip-path="url(#${clip})">${node}</g>` : node);
  const shape = (paint, points = path) => add(`<path d="${points}"${placed(context)}${paint}/>`);
  const fill = () => ` ${painted("fill", context.fillStyle, context)}`;
  const stroke = () => ` fill="none" ${painted("stroke", context.strokeStyle, context)}${lineOf(context)}`;
  const text = (words, x, y, paint) => {
    const anchor = ANCHORS[context.textAlign] ?? "start";
    const at = `x="${place(x)}" y="${place(baseline(context, words, y))}" text-anchor="${anchor}"`;
    add(`<text ${at} style="font:${escaped(context.font)}"${placed(context)}${paint}>${escaped(words)}</text>`);
  };

  const methods = {
    beginPath: () => (path = ""),
    moveTo: (x, y) => (path += `M${place(x)} ${place(y)}`),
    lineTo: (x, y) => (path += `${path ? "L" : "M"}${place(x)} ${place(y)}`),
    quadraticCurveTo: (...at) => (path += `Q${at.map(place).join(" ")}`),
    bezierCurveTo: (...at) => (path += `C${at.map(place).join(" ")}`),
    closePath: () => (path += path ? "Z" : ""),
    rect: (...at) => (path += box(...at)),
    roundRect: (x, y, width, height, radii) => (path += roundBox(x, y, width, height, radii)),
    arc: (...at) => (path += arc(path, ...at)),
    fill: () => shape(fill()),
    stroke: () => shape(stroke()),
    fillRect: (...at) => shape(fill(), box(...at)),
    strokeRect: (...at) => shape(stroke(), box(...at)),
    clearRect: () => (nodes = []), // all pictures clear the whole canvas, before they draw
    fillText: (words, x, y) => text(words, x, y, fill()),
    strokeText: (words, x, y) => text(words, x, y, stroke()),
    clip() {
      const id = `clip${(clips += 1)}`;
      const within = clip ? ` clip-path="url(#${clip})"` : "";
      nodes.push(`<clipPath id="${id}"${within}><path d="${path}"${placed(context)}/></clipPath>`);
      clip = id;
    },
    save: () => saved.push(clip),
    restore: () => (clip = saved.pop() ?? null),
  };
  return { methods, nodes: () => nodes };
}

function placed(context) {
  const { a, b, c, d, e, f } = context.getTransform();
  const isPlain = a === 1 && b === 0 && c === 0 && d === 1 && e === 0 && f === 0;
  return isPlain ? "" : ` transform="matrix(${[a, b, c, d, e, f].map((part) => Math.round(part * 1e4) / 1e4)})"`;
}

/** A colour, and apart from it how much of it: not every program reads both as one. */
function painted(kind, style, { globalAlpha }) {
  const parts = /^rgba\((\d+), (\d+), (\d+), ([\d.e-]+)\)$/.exec(style);
  const [colour, alpha] = parts ? [`rgb(${parts.slice(1, 4)})`, Number(parts[4])] : [style, 1];
  const opacity = alpha * globalAlpha;
  return `${kind}="${colour}"${opacity < 1 ? ` ${kind}-opacity="${place(opacity)}"` : ""}`;
}

function lineOf(context) {
  const dash = context.getLineDash();
  return [
    ` stroke-width="${place(context.lineWidth)}"`,
    context.lineCap === "butt" ? "" : ` stroke-linecap="${context.lineCap}"`,
    context.lineJoin === "miter" ? "" : ` stroke-linejoin="${context.lineJoin}"`,
    dash.length > 0 ? ` stroke-dasharray="${dash.map(place).join(" ")}"` : "",
  ].join("");
}

/** Where the letters stand, from where their top, middle or bottom is. */
function baseline(context, words, y) {
  const before = context.textBaseline;
  const above = context.measureText(words).fontBoundingBoxAscent;
  context.textBaseline = "alphabetic";
  const ascent = context.measureText(words).fontBoundingBoxAscent;
  context.textBaseline = before;
  return y - above + ascent;
}

const box = (x, y, width, height) => `M${place(x)} ${place(y)}h${place(width)}v${place(height)}h${place(-width)}Z`;

function roundBox(x, y, width, height, radii) {
  const wished = Number(Array.isArray(radii) ? radii[0] : radii) || 0;
  const radius = Math.max(0, Math.min(wished, Math.abs(width) / 2, Math.abs(height) / 2));
  const corner = (dx, dy) => `a${place(radius)} ${place(radius)} 0 0 1 ${place(dx)} ${place(dy)}`;
  return (
    `M${place(x + radius)} ${place(y)}h${place(width - 2 * radius)}${corner(radius, radius)}` +
    `v${place(height - 2 * radius)}${corner(-radius, radius)}h${place(2 * radius - width)}${corner(-radius, -radius)}` +
    `v${place(2 * radius - height)}${corner(radius, -radius)}Z`
  );
}

/** As canvases have arcs: a line leads to where it begins, and an arc of SVG is less than the whole circle. */
function arc(path, x, y, radius, from, to, isBack = false) {
  const at = (angle) => `${place(x + radius * Math.cos(angle))} ${place(y + radius * Math.sin(angle))}`;
  const whole = Math.abs(to - from) >= FULL;
  const turned = ((((isBack ? from - to : to - from) % FULL) + FULL) % FULL) * (isBack ? -1 : 1);
  const angle = whole ? (isBack ? -FULL : FULL) : turned;
  const part = (end) => `A${place(radius)} ${place(radius)} 0 0 ${isBack ? 0 : 1} ${at(end)}`;
  return `${path ? "L" : "M"}${at(from)}${part(from + angle / 2)}${part(from + angle)}`;
}
