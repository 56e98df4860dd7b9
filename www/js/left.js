// Runs that were replaced, so that a Restart or a new seed can be undone. Pure, apart from closing sessions.

/** So many are kept. Those in which the least has happened go first. */
const MOST = 4;

/** What the page shows of a run, to be shown again when it comes back. */
const VIEW = [
  "settings",
  "stopped",
  "snapshot",
  "curves",
  "recording",
  "comparison",
  "errorByHorizon",
  "calibration",
  "returnGap",
  "stateMap",
  "checkpoint",
  "physics",
  "device",
];

/**
 * Kept runs, the one that was left last at the end: {session, view}. Only that one keeps its session, which stands
 * exactly where it was left; the others have their latest checkpoint, so that a browser's memory is not filled by runs
 * that nobody sees.
 */
export function createLeft() {
  let runs = [];

  const onlyCheckpoint = (run) => {
    run.session?.close();
    run.session = null;
  };
  const settle = () => {
    for (const run of runs.slice(0, -1)) onlyCheckpoint(run);
    runs = runs.filter(({ session, view }) => session || view.checkpoint);
    while (runs.length > MOST) {
      const least = runs.slice(0, -1).reduce((a, b) => (stepsOf(b) < stepsOf(a) ? b : a));
      runs = runs.filter((run) => run !== least);
    }
  };
  const runOf = (session, state) => ({ session, view: Object.fromEntries(VIEW.map((key) => [key, state[key]])) });

  return {
    /** Keeps a run in which something has happened; closes any other. */
    push(session, state) {
      if (!((state.snapshot?.ticks ?? 0) > 0)) return session.close();
      runs.push(runOf(session, state));
      settle();
    },
    /** Takes the last one out, and keeps this one as the one that comes back last. */
    exchange(session, state) {
      runs.pop();
      if (session && (state.snapshot?.ticks ?? 0) > 0) runs.unshift(runOf(session, state));
      else session?.close();
      settle();
    },
    drop: (run) => {
      runs = runs.filter((other) => other !== run);
    },
    last: () => runs.at(-1) ?? null,
  };
}

const stepsOf = ({ view }) => view.snapshot?.real_steps ?? 0;

/** What the page says of a run that can be had back. */
export const described = (run) =>
  run
    ? { seed: run.view.settings.seed, iteration: run.view.snapshot?.iteration ?? 0, task: run.view.settings.task }
    : null;
