// What a page may read of a lab and do with it. The page that is one lab has it as window.mbppo.

/**
 * `parts()`: {commands, addressOfRun} once the program has arrived, null before. `requests`: as in requests.js.
 * @param {{ store: any, parts: () => any, requests: any, ready: Promise<void>, destroy: () => void }} lab
 */
export function createApi({ store, parts, requests, ready, destroy }) {
  return Object.freeze({
    ...requests,
    get snapshot() {
      return store.get().snapshot;
    },
    get curves() {
      return store.get().curves;
    },
    get settings() {
      return store.get().settings;
    },
    get device() {
      return store.get().device;
    },
    get physics() {
      return store.get().physics;
    },
    get stateMap() {
      return store.get().stateMap;
    },
    get checkpoint() {
      return store.get().checkpoint;
    },
    get playing() {
      return store.get().playing;
    },
    /** {title, words, report} where the learner cannot go on, else null. */
    get trouble() {
      return store.get().trouble;
    },
    /** The address that opens this run; null until the program has arrived. */
    get address() {
      return parts()?.addressOfRun() ?? null;
    },
    /** Resolves once the first run is open, or `trouble` says why there is none; rejects if the lab has no markup. */
    ready,
    /**
     * Runs a task of your own: the address of its module, or with thread=main what makes it. Rejects with what is
     * wrong.
     */
    async addTask(task) {
      await ready;
      const error = await parts().commands.addTask(task);
      if (error) throw error;
    },
    /** Ends the run, its workers and all listeners, and empties the element, which may hold another lab then. */
    destroy,
  });
}
