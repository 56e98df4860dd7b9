// The curves of a run as files that other programs read. Pure.
import { eventFile } from "./event_file.js";

/** Every curve by its name. */
const named = ({ episode_returns: returns, evaluations, metrics }) => ({
  "rollout/ep_rew": returns,
  "eval/mean_reward": evaluations,
  ...metrics,
});

/** A line a point, made by `write(metric, point)`. */
const lines = (curves, write) =>
  Object.entries(named(curves)).flatMap(([metric, points]) => points.map((point) => write(metric, point)));

export function asCsv(curves) {
  const rows = lines(curves, (metric, { real_steps: steps, value }) => `${metric},${steps},${value}`);
  return `${["metric,real_steps,value", ...rows].join("\n")}\n`;
}

export function asJsonLines(curves) {
  return lines(curves, (metric, point) => `${JSON.stringify({ metric, ...point })}\n`).join("");
}

/**
 * The ways to save metrics, by the names of lab.html: {name of the file, its content}. `now`: milliseconds since 1970.
 * @type {Record<string, (curves: any, now: number) => { name: string, content: string | Uint8Array<ArrayBuffer> }>}
 */
export const METRIC_FILES = {
  csv: (curves) => ({ name: "metrics.csv", content: asCsv(curves) }),
  jsonl: (curves) => ({ name: "metrics.jsonl", content: asJsonLines(curves) }),
  tensorboard: (curves, now) => ({
    name: `events.out.tfevents.${Math.floor(now / 1000)}.mbppo`,
    content: eventFile(named(curves), now / 1000),
  }),
};
