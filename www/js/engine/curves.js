// Curves only grow at the end, so only the new points are copied from the learner to the page. Pure.

/**
 * @typedef {{real_steps: number, value: number}} Point
 * @typedef {{episode_returns: Point[], evaluations: Point[], metrics: Object<string, Point[]>}} Curves
 * @typedef {{from: number, points: Point[]}} Piece what stands in a curve from place `from` on
 * @typedef {Object<string, Piece>} Growth by the name of the curve; metrics have "metrics/" before theirs
 */

const METRICS = "metrics/";

const flat = ({ metrics, ...own }) => [
  ...Object.entries(own),
  ...Object.entries(metrics).map(([name, points]) => [METRICS + name, points]),
];

/** Gives, call by call, what curves have grown by. A curve that was thinned out meanwhile is given as a whole. */
export function createGrowth() {
  const sent = new Map(); // name → how many points, and the last of them
  return (curves) => {
    const growth = {};
    for (const [name, points] of flat(curves)) {
      const { count, last } = sent.get(name) ?? { count: 0, last: null };
      const same = count <= points.length && (count === 0 || alike(points[count - 1], last));
      const from = same ? count : 0;
      if (from < points.length) growth[name] = { from, points: points.slice(from) };
      sent.set(name, { count: points.length, last: points.at(-1) });
    }
    return growth;
  };
}

const alike = (a, b) => a.real_steps === b.real_steps && Object.is(a.value, b.value);

/** The curves after they have grown: another object; a curve that has not grown is the same array. */
export function grown(curves, growth) {
  const next = { episode_returns: [], evaluations: [], ...curves, metrics: { ...curves?.metrics } };
  for (const [name, { from, points }] of Object.entries(growth)) {
    const [place, key] = name.startsWith(METRICS) ? [next.metrics, name.slice(METRICS.length)] : [next, name];
    place[key] = from === 0 ? points : [...place[key].slice(0, from), ...points];
  }
  return next;
}
