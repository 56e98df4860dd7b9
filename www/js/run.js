// The life of a run: opened from settings, played, replaced by another. The only place that hands sessions to the loop.
import { chooseDevice, fallbackSentence } from "./engine/device.js";

export function createRun({ engine, store, loop, settingsChanged }) {
  let opening = 0; // counts openings, so that the last one wins
  let session = null;

  const play = () => {
    if (!session || store.get().stopped) return;
    loop.play(store.get().speed);
    store.set({ playing: true });
  };
  const pause = () => {
    loop.pause();
    store.set({ playing: false });
  };

  async function openSession(settings, seed) {
    const { kind, sentence } = await chooseDevice(settings.device);
    const { task, preset, config } = settings;
    const wish = { task, preset, seed, config };
    try {
      const opened = await engine.open({ ...wish, device: kind });
      return { opened, physics: await opened.physics(), device: { ...opened.device, sentence } };
    } catch (error) {
      if (error.field || kind === "cpu") throw error;
      const opened = await engine.open({ ...wish, device: "cpu" });
      return { opened, physics: await opened.physics(), device: { ...opened.device, sentence: fallbackSentence(error) } };
    }
  }

  /** Opens a run; the former one stays as it is if that fails. Throws an EngineError. */
  async function start(settings, { playing }) {
    const mine = (opening += 1);
    const seed = settings.seed ?? engine.freshSeed();
    store.set({ opening: true });
    const { opened, device, physics } = await openSession(settings, seed).finally(() => store.set({ opening: mine !== opening }));
    if (mine !== opening) return opened.close();
    session?.close();
    session = opened;
    loop.pause();
    loop.attach(session);
    store.set({
      settings: { ...settings, seed }, device, run: store.get().run + 1, playing: false, stopped: false,
      snapshot: null, curves: null, recording: null, comparison: null, errorByHorizon: null,
      calibration: null, returnGap: null, stateMap: null, physics,
    });
    if (playing) play();
  }

  /** As start, for settings that an address gave: what the program refuses is said and left out. */
  async function startForgiving(settings, options) {
    try {
      return await start(settings, options);
    } catch (error) {
      if (!error.field || Object.keys(settings.config).length === 0) throw error;
      const { [error.field]: refused, ...rest } = settings.config;
      store.set({ notes: [...store.get().notes, `${error.message} It runs without ${refused === undefined ? "the hyperparameters of this address" : "it"}.`] });
      return startForgiving({ ...settings, config: refused === undefined ? {} : rest }, options);
    }
  }

  /** Starts over with `changes`; gives back the error if there is one. Whatever is played goes on in that case. */
  async function change(changes, { playing = store.get().playing } = {}) {
    try {
      await start({ ...store.get().settings, ...changes }, { playing });
      if (Object.keys(changes).length > 0) settingsChanged(store.get().settings);
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Changes the world between two advances; gives back the error if there is one, and the world is as it was then. */
  async function setPhysics(name, value) {
    const asked = session;
    if (!asked) return null;
    try {
      const physics = await asked.setPhysics(name, value);
      if (asked === session) store.set({ physics });
      return null;
    } catch (error) {
      return asked === session ? error : null; // of a run that has been replaced meanwhile
    }
  }

  return {
    startForgiving,
    commands: {
      play,
      pause,
      toggle: () => (store.get().playing ? pause() : play()),
      tick() { pause(); loop.errand("tick"); },
      phase() { pause(); loop.errand("phase"); },
      restart: () => change({}),
      newSeed: () => change({ seed: engine.freshSeed() }),
      change,
      setPhysics,
      setSpeed(speed) {
        store.set({ speed });
        if (store.get().playing) loop.play(speed);
      },
    },
  };
}
