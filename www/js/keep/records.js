// What a list shows of a kept run, and which ones go where there are many. Pure.
import { titleOf } from "../params.js";

/** So many runs are kept by themselves; those that have been given a name are not counted, and stay. */
export const MOST = 20;
/** Points of the small curve. */
const POINTS = 60;
/** Letters of a name. */
export const LONGEST_NAME = 80;

/**
 * The record of a run. `state`: the lab's; `settings`: what an address of this run would hold.
 * @param {{ id: string, writer: string, state: any, settings: any, at: number }} parts
 */
export function recordOf({ id, writer, state, settings, at }) {
  const { schema, checkpoint, snapshot, curves, device } = state;
  const { task, preset, seed } = settings;
  return {
    id,
    writer,
    name: `${task}, ${titleOf(schema, preset)}, seed ${seed}`,
    isNamed: false,
    settings,
    version: schema.version,
    iteration: checkpoint.iteration,
    device: device?.kind ?? null,
    real_steps: snapshot?.real_steps ?? 0,
    imagined_steps: snapshot?.imagined_steps ?? null,
    solved_at_real_steps: snapshot?.solved_at_real_steps ?? null,
    latest_evaluation: snapshot?.latest_evaluation ?? null,
    best_evaluation: snapshot?.best_evaluation ?? null,
    curve: smallCurve(curves),
    bytes: checkpoint.bytes.byteLength,
    began: at,
    at,
  };
}

/** Evaluations, or the returns of episodes while there are none: [[real steps, value]], as many as can be seen. */
function smallCurve(curves) {
  const evaluations = curves?.evaluations ?? [];
  const all = evaluations.length > 1 ? evaluations : (curves?.episode_returns ?? []);
  const every = Math.max(1, Math.ceil(all.length / POINTS));
  const shown = all.filter((_, index) => index % every === 0 || index === all.length - 1);
  return shown.map(({ real_steps: steps, value }) => [steps, value]);
}

/** The points of a polyline in a picture of this size: "x,y x,y …"; "" where there is no curve yet. */
export function polyline(curve, { width, height }) {
  if (curve.length < 2) return "";
  const [xs, ys] = [curve.map(([x]) => x), curve.map(([, y]) => y)];
  const along = (value, values, size) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return high > low ? ((value - low) / (high - low)) * size : size / 2;
  };
  const place = (number) => Math.round(number * 10) / 10;
  return curve.map(([x, y]) => `${place(along(x, xs, width))},${place(height - along(y, ys, height))}`).join(" ");
}

/** The ids of those that go, the oldest first: more than `MOST` that nobody has named. */
export function tooMany(records, current) {
  const unnamed = records.filter(({ isNamed, id }) => !isNamed && id !== current).sort((a, b) => a.at - b.at);
  return unnamed.slice(0, Math.max(0, unnamed.length - MOST)).map(({ id }) => id);
}

/** A name that is typed: {name} or {problem}. */
export function readName(text) {
  const name = text.trim().replace(/\s+/g, " ");
  if (name === "") return { problem: "A name has at least one letter." };
  if (name.length > LONGEST_NAME)
    return { problem: `A name has at most ${LONGEST_NAME} letters, and this one ${name.length}.` };
  return { name };
}
