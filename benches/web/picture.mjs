// Growth curves as one SVG: a chart for each axis, both scales logarithmic.
import { AXES } from "./growth.mjs";

const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [300, 200, 64, 40, 90];
const INKS = { cpu: "#222222", webgpu: "#c2571a" };

/** From numbers between `low` and `high` to `from` … `to`, by their logarithms. */
const scale = (low, high, from, to) => (x) =>
  from + ((Math.log(x) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (to - from);
const text = (x, y, words, more = "") => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`;
const decades = (low, high) => Array.from({ length: Math.log10(high / low) + 1.5 }, (_, i) => low * 10 ** i);
const short = (x) => (x >= 1000 ? `${+(x / 1000).toPrecision(3)}k` : `${+x.toPrecision(3)}`);

function chart({ title, unit }, { sizes, ms, overtakes }, left, top) {
  const all = Object.values(ms).flat(),
    low = 10 ** Math.floor(Math.log10(Math.min(...all))),
    high = 10 ** Math.ceil(Math.log10(Math.max(...all)));
  const x = scale(sizes[0], sizes.at(-1), left, left + WIDTH),
    y = scale(low, high, top + HEIGHT, top);
  const parts = [
    text(left, top - 12, title, 'font-weight="bold"'),
    text(left + WIDTH / 2, top + HEIGHT + 34, unit, 'text-anchor="middle"'),
  ];
  for (const at of decades(low, high)) {
    parts.push(
      `<path d="M${left} ${y(at).toFixed(1)}h${WIDTH}" stroke="#dddddd"/>`,
      text(left - 6, y(at) + 4, `${short(at)} ms`, 'text-anchor="end"'),
    );
  }
  sizes.forEach((size, i) => {
    if (sizes.length < 8 || i % 2 === 0)
      parts.push(text(x(size), top + HEIGHT + 16, short(size), 'text-anchor="middle"'));
  });
  for (const [name, times] of Object.entries(ms)) {
    const points = times.map((time, i) => `${x(sizes[i]).toFixed(1)},${y(time).toFixed(1)}`);
    parts.push(`<polyline points="${points.join(" ")}" fill="none" stroke="${INKS[name]}" stroke-width="2"/>`);
    parts.push(text(left + WIDTH + 4, y(times.at(-1)) + 4, name, `fill="${INKS[name]}"`));
  }
  if (overtakes)
    parts.push(
      `<path d="M${x(overtakes).toFixed(1)} ${top}v${HEIGHT}" stroke="${INKS.webgpu}" stroke-dasharray="4 4"/>`,
    );
  return parts.join("\n");
}

/** The picture of what `grow` gives. */
export function picture(curves) {
  const charts = Object.entries(curves).map(([axis, curve], i) => {
    const [column, row] = [i % 2, Math.floor(i / 2)];
    return chart(AXES[axis], curve, LEFT + column * (WIDTH + LEFT + GAP), TOP + row * (HEIGHT + GAP));
  });
  const [width, height] = [2 * (LEFT + WIDTH + GAP), TOP + 2 * (HEIGHT + GAP)];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" ` +
    `font-size="12" fill="#222222">\n<rect width="100%" height="100%" fill="#ffffff"/>\n${charts.join("\n")}\n` +
    "</svg>\n"
  );
}
