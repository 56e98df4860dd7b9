// What happens in a lab, as events for whoever holds it: names and details are the same for the element, its frame and
// a page that calls createLab. Reads the store and knows no DOM.

/** Every event that a lab tells of. */
export const EVENTS = [
  "ready",
  "statechange",
  "episode",
  "iteration",
  "imagined",
  "evaluation",
  "checkpoint",
  "devicechange",
  "error",
];

/** Of a run: whether it plays, and what it is. */
const stateOf = ({ playing, stopped, opening, speed, settings }) => ({
  playing,
  stopped,
  opening,
  speed,
  task: settings?.task ?? null,
  preset: settings?.preset ?? null,
  seed: settings?.seed ?? null,
});

/**
 * What is counted in a snapshot, and what an event says when it grows.
 * @type {Record<string, [string, (snapshot: any) => any]>}
 */
const COUNTED = {
  episode: [
    "episodes",
    ({ episodes, real_steps, metrics }) => ({
      episodes,
      real_steps,
      ep_rew_mean: metrics["rollout/ep_rew_mean"] ?? null,
      ep_len_mean: metrics["rollout/ep_len_mean"] ?? null,
    }),
  ],
  iteration: [
    "iteration",
    ({ iteration, real_steps, imagined_steps, metrics }) => ({
      iteration,
      real_steps,
      imagined_steps,
      metrics: { ...metrics },
    }),
  ],
  imagined: [
    "imagined_steps",
    ({ imagined_steps, branches, horizon, confidence }) => ({ imagined_steps, branches, horizon, confidence }),
  ],
  evaluation: [
    "evaluations",
    ({ evaluations, real_steps, latest_evaluation, best_evaluation, solved_at_real_steps }) => ({
      evaluations,
      real_steps,
      mean_reward: latest_evaluation,
      best_mean_reward: best_evaluation,
      solved_at_real_steps,
    }),
  ],
};

/**
 * Calls `told(name, detail)` for each event, until the store ends. `error` has {code, message, hint}: "setting" for
 * what was asked for and cannot be had, "run" for a run that failed, "device", "program" and "silent" for what
 * it runs on.
 * @param {{ store: any, told: (name: string, detail: any) => void }} parts
 */
export function tellEvents({ store, told }) {
  tellCounts({ store, told });
  let state = JSON.stringify(stateOf(store.get()));
  store.on(["playing", "stopped", "opening", "speed", "settings"], (now) => {
    const next = stateOf(now);
    const text = JSON.stringify(next);
    if (text === state) return;
    state = text;
    told("statechange", next);
  });
  store.watch(
    ["checkpoint"],
    ({ checkpoint }) => checkpoint,
    (checkpoint) => {
      if (checkpoint) told("checkpoint", { iteration: checkpoint.iteration, bytes: checkpoint.bytes });
    },
  );
  store.watch(
    ["device"],
    ({ device }) => (device ? JSON.stringify(device) : null),
    (text, { device }) => {
      if (text) told("devicechange", { kind: device.kind, name: device.name, sentence: device.sentence });
    },
  );
  tellErrors({ store, told });
}

/** A run begins with counts of its own: those that it had before are no news. */
function tellCounts({ store, told }) {
  let run = -1;
  /** @type {any} */ let before = {};
  store.on(["snapshot"], ({ snapshot, run: now }) => {
    if (!snapshot) return;
    if (now !== run) [run, before] = [now, {}];
    for (const [name, [field, detail]] of Object.entries(COUNTED)) {
      const known = before[field] ?? 0;
      before[field] = snapshot[field];
      if (snapshot[field] > known) told(name, detail(snapshot));
    }
  });
}

function tellErrors({ store, told }) {
  let said = 0;
  store.on(["notes", "stopped"], ({ notes, stopped }) => {
    const code = stopped ? "run" : "setting";
    for (const message of notes.slice(Math.min(said, notes.length)))
      told("error", { code, message, hint: HINTS[code] });
    said = notes.length;
  });
  store.watch(
    ["trouble"],
    ({ trouble }) => trouble,
    (trouble) => {
      if (!trouble) return;
      const [message] = trouble.report.split("\n");
      told("error", { code: trouble.code, message: `${trouble.title}: ${message}`, hint: trouble.words });
    },
  );
}

const HINTS = {
  setting: "The lab runs with what it can have; configure() takes another value.",
  run: "reset() starts again; another seed or a smaller learning rate may help.",
};
