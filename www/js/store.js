// The page's whole state in one place. Views subscribe to it; whatever has news updates it.

export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  const listeners = new Set();
  return {
    get: () => state,
    /** Merges `patch` and tells those who listen to a key whose value is now another. */
    set(patch) {
      const changed = Object.keys(patch).filter((key) => !Object.is(state[key], patch[key]));
      if (changed.length === 0) return;
      state = Object.freeze({ ...state, ...patch });
      for (const { keys, listener } of [...listeners]) {
        if (changed.some((key) => keys.includes(key))) listener(state);
      }
    },
    /** Calls `listener` with what `read(state)` gives, now and whenever that is another value. */
    watch(keys, read, listener) {
      let known;
      let first = true;
      return this.on(keys, (now) => {
        const value = read(now);
        if (!first && Object.is(value, known)) return;
        [known, first] = [value, false];
        listener(value, now);
      });
    },
    /** Calls `listener` with the state now and whenever one of `keys` changes; gives back how to stop that. */
    on(keys, listener) {
      const entry = { keys, listener };
      listeners.add(entry);
      listener(state);
      return () => listeners.delete(entry);
    },
    /** Nobody listens any more. */
    end: () => listeners.clear(),
  };
}

/** What the page knows before anything is loaded. */
export const INITIAL = {
  loading: { received: 0, total: null, done: false },
  coming: null, // {received, total}: how much of a further program has arrived while it is fetched
  schema: null,
  tasks: 0, // how many tasks the schema has, once a visitor has added one
  task: null, // the facts about the task that runs, in its variant: a row as the schema's
  display: null, // {phases, not_shown}: what such a run goes through and never shows, as the program says it
  settings: null, // what the run was made from: see params.js
  notes: [], // sentences that a visitor should read
  // {title, words, report, rescue: {iteration} | null, waits}: the learner cannot go on as it was, or (waits) has not
  // answered yet.
  trouble: null,
  device: null, // {kind, name, sentence}
  opening: false, // a run is being prepared; on WebGPU that takes a moment
  playing: false,
  stopped: false, // the run met an error and cannot go on
  speed: "normal",
  run: 0, // counts runs since the page was opened
  resumed: 0, // … and how often one was taken up again from a checkpoint
  kept: null, // {runs, current, said, removed}: runs in the browser's storage (keep/keeper.js); null: not kept here
  left: null, // {task, seed, iteration} of the run that Undo brings back
  draft: {}, // {config, seed}: what is typed in the settings and valid, but not applied yet
  checkpoint: null, // {bytes, iteration, ms}: the latest of this run; once it is stopped, its last good state
  snapshot: null,
  curves: null,
  recording: null, // the latest frames and forecast, for the stage
  comparison: null,
  errorByHorizon: null,
  calibration: null, // whether its doubt was honest
  returnGap: null, // what imagination promised and what came
  stateMap: null,
  physics: null, // what can be changed in the task, with its value now
};
