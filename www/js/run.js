// The life of a run: opened from settings, played, moved to another device, replaced by another. The only place that hands
// sessions to the loop.
import { fallbackSentence, rescued, takenOver, whereWords } from "./engine/device.js";
import { createHandOver } from "./handover.js";
import { trouble } from "./reports.js";

export function createRun({ engines, store, loop, settingsChanged }) {
  let opening = 0; // counts openings, so that the last one wins
  /** @type {any} */ let session = null;

  const play = () => {
    if (!session || store.get().stopped) return;
    loop.play(store.get().speed);
    store.set({ playing: true });
  };
  const pause = () => {
    loop.pause();
    store.set({ playing: false });
  };

  /** From now on `next` is played; `sentence` says where, `patch` what else the page knows of it. */
  function adopt(next, physics, sentence, patch = {}) {
    session?.close();
    session = next;
    loop.attach(session);
    store.set({ ...patch, physics, device: { ...session.device, sentence } });
  }
  const handOver = createHandOver({ engines, loop, store, adopt });

  /** Where the run begins: on the CPU at once, unless WebGPU is asked for and is there already. */
  async function openSession(wish, device) {
    const here = () => whereWords(engines.where());
    const warm = device === "webgpu" ? engines.warm() : null;
    if (!warm) return { opened: await (await engines.cpu()).open({ ...wish, device: "cpu" }), sentence: `Training on the CPU.${here()}` };
    try {
      return { opened: await warm.open({ ...wish, device }), sentence: takenOver("", 0) };
    } catch (error) {
      if (error.field) throw error;
      return { opened: await (await engines.cpu()).open({ ...wish, device: "cpu" }), sentence: fallbackSentence(error) + here(), failed: true };
    }
  }

  /** Opens a run; the former one stays as it is if that fails. Throws an EngineError. */
  async function start(settings, { playing }) {
    const mine = (opening += 1);
    const seed = settings.seed ?? engines.freshSeed();
    const { task, preset, config } = settings;
    store.set({ opening: true });
    try {
      const { opened, sentence, failed = false } = await openSession({ task, preset, seed, config }, settings.device);
      const physics = await opened.physics();
      if (mine !== opening) return opened.close();
      loop.pause();
      adopt(opened, physics, sentence, { ...NOTHING_YET, settings: { ...settings, seed }, run: store.get().run + 1 });
      if (opened.device.kind === "cpu" && !failed) handOver.follow(settings);
      else handOver.leave();
    } finally {
      if (mine === opening) store.set({ opening: false });
    }
    if (playing && mine === opening) play();
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

  /** After a failure: goes on on the CPU from the latest checkpoint, or from the start if there is none. */
  async function rescue() {
    const { checkpoint, settings } = store.get();
    const onCpu = { ...settings, device: "cpu" };
    store.set({ trouble: null });
    handOver.leave();
    try {
      if (checkpoint) await goOn(checkpoint, onCpu);
      else await start(onCpu, { playing: false });
      handOver.leave();
      store.set({ device: { ...store.get().device, sentence: rescued(checkpoint?.iteration ?? 0) } });
      settingsChanged(store.get().settings);
      play();
    } catch (error) {
      store.set(trouble(error.message, store.get(), { final: true }));
    }
  }

  async function goOn(checkpoint, settings) {
    const mine = (opening += 1);
    const opened = await (await engines.cpu()).resume(checkpoint.bytes, "cpu");
    const physics = await opened.physics();
    if (mine !== opening) return opened.close();
    adopt(opened, physics, "", { settings, stopped: false, resumed: store.get().resumed + 1 });
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
      newSeed: () => change({ seed: engines.freshSeed() }),
      change,
      rescue,
      setPhysics,
      setSpeed(speed) {
        store.set({ speed });
        if (store.get().playing) loop.play(speed);
      },
    },
  };
}

/** What a run that has just been opened has to show. */
const NOTHING_YET = {
  playing: false, stopped: false, snapshot: null, curves: null, recording: null, comparison: null, errorByHorizon: null,
  calibration: null, returnGap: null, stateMap: null, checkpoint: null,
};
