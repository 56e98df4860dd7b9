// window.mbppo: what a test or a teacher may read and do from outside the page.

export function publish({ store, commands, addressOfRun }) {
  const api = {
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
    get address() {
      return addressOfRun();
    },
    play: () => commands.play(),
    pause: () => commands.pause(),
    step: () => commands.tick(),
    /**
     * Runs a task of your own: the address of its module, or with thread=main what makes it. Rejects with what is
     * wrong.
     */
    async addTask(task) {
      const error = await commands.addTask(task);
      if (error) throw error;
    },
  };
  Object.defineProperty(window, "mbppo", { value: Object.freeze(api) });
}
