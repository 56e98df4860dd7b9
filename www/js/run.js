// The life cycle of a run: opened from settings, played, moved to another device, replaced and restored. The only
// module that passes sessions to the loop.
//
// Openings may overlap. Each has a number; one that is ready is taken over unless a younger one has been already. So an
// opening that fails never costs one that works, and what the program would refuse is not begun at all.
import { fallbackSentence, takenOver, whereWords } from "./engine/device.js";
import { createHandOver } from "./handover.js";
import { createLeft, described } from "./left.js";
import { nearestRun } from "./nearest.js";
import { kernelsOf, plansOf } from "./params.js";
import { createRescue } from "./rescue.js";
import { createUndo } from "./undo.js";

/**
 * `patience`: as in patience.js, watches whatever an engine is asked. `settingsChanged()`, and `physicsChanged()`,
 * which may come many times a second: the address is another one now.
 */
export function createRun({
  engines,
  store,
  loop,
  patience,
  settingsChanged,
  physicsChanged,
  handOverTo = createHandOver,
}) {
  let asked = 0; // the number of the youngest opening
  let taken = 0; // … and of the one that is played
  /** @type {any} */ let wish = null; // {settings, playing} of the youngest opening, while it is under way
  /** @type {any} */ let session = null;
  const left = createLeft();

  const play = () => {
    if (!session || store.get().stopped) return;
    loop.play(store.get().speed);
    store.set({ playing: true });
  };
  const pause = () => {
    const rests = loop.pause();
    store.set({ playing: false });
    return rests;
  };

  const watched = (opened) => ({ ...opened, advance: (order) => patience.watch(opened.advance(order)) });

  /** From now on `next` is played; `sentence` says where, `patch` what else the page knows of it. */
  function adopt(next, physics, sentence, patch = {}) {
    session = next;
    loop.attach(watched(session));
    store.set({ ...patch, physics, task: session.task ?? null, device: { ...session.device, sentence } });
  }
  /** The same run goes on in another session. */
  function moveTo(next, physics, sentence, patch) {
    session?.close();
    adopt(next, physics, sentence, patch);
  }
  const handOver = handOverTo({ engines, loop, store, adopt: moveTo });

  /** Where the run begins: on the CPU at once, unless WebGPU is asked for and is there already. */
  async function openSession(settings) {
    const { preset, seed, config, physics } = settings;
    const task = engines.taskOf(settings.task);
    const onCpu = async () =>
      (await engines.cpu(settings)).open({ task, preset, seed, config, physics, device: "cpu" });
    const here = () => whereWords(engines.where());
    const possible = settings.device === "webgpu" && kernelsOf(store.get().schema, settings).devices.includes("webgpu");
    const warm = possible ? engines.warm() : null;
    if (!warm) return { opened: await onCpu(), sentence: `Training on the CPU.${here()}` };
    try {
      return {
        opened: await warm.open({ task, preset, seed, config, physics, device: "webgpu" }),
        sentence: takenOver("", 0),
      };
    } catch (error) {
      return { opened: await onCpu(), sentence: fallbackSentence(error) + here(), failed: true };
    }
  }

  /** Fetches the program that computes such a run, as long as that takes; where it fails, opening says why. */
  async function fetched(settings, current) {
    const show = (coming) => {
      if (current()) store.set({ coming });
    };
    await engines.cpu(settings, show).catch(() => {});
    show(null);
  }

  /**
   * Opens what `open()` gives, {opened, …}, and hands it to `take` with its physics. While that is under way `settings`
   * are what further changes start from. Throws an EngineError, unless somebody has asked for another run meanwhile.
   */
  async function opening(settings, playing, open, take) {
    const mine = (asked += 1);
    wish = { settings, playing };
    store.set({ opening: true });
    try {
      await fetched(settings, () => mine === asked);
      const found = await patience.watch(open());
      const physics = await patience.watch(found.opened.physics());
      if (mine < taken) return found.kept || found.opened.close();
      taken = mine;
      loop.pause();
      take(found, physics);
    } catch (error) {
      if (mine === asked) throw error;
    } finally {
      if (mine === asked) {
        wish = null;
        store.set({ opening: false });
      }
    }
    if (playing && mine === taken) play();
  }

  /** Opens a run; the former one stays as it is if that fails. */
  function start(settings, { playing }) {
    const complete = { ...settings, seed: settings.seed ?? engines.freshSeed() };
    return opening(
      complete,
      playing,
      () => openSession(complete),
      ({ opened, sentence, failed }, physics) => {
        if (session) left.push(session, store.get());
        adopt(opened, physics, sentence, {
          ...NOTHING_YET,
          settings: complete,
          run: store.get().run + 1,
          left: described(left.last()),
        });
        if (opened.device.kind === "cpu" && !failed) handOver.follow(complete);
        else handOver.leave();
      },
    );
  }

  /** As start, for settings that an address gave: what the program refuses is said and left out. */
  function startForgiving(wished, options) {
    const { settings, notes } = nearestRun(wished, engines.check);
    if (notes.length > 0) store.set({ notes: [...store.get().notes, ...notes] });
    return start(settings, options);
  }

  /** Starts over with `changes`; gives back the error if there is one. Whatever is played goes on in that case. */
  async function change(changes) {
    const now = wish ?? { settings: store.get().settings, playing: store.get().playing };
    if (!now.settings) return null; // there is nothing to change yet
    const wanted = { ...now.settings, ...changes };
    if (wanted.task !== now.settings.task) wanted.physics = {}; // another task has other levers
    const refused = engines.check(wanted);
    if (refused) return refused;
    try {
      await start(wanted, { playing: now.playing });
      settingsChanged();
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Starts over with what is typed in the settings, if it is valid, and `changes`. */
  function startOver(changes) {
    if (store.get().run === 0) return null; // the first run is still being opened
    return change({ ...store.get().draft, ...changes });
  }

  /** Changes the world between two advances; gives back the error if there is one, and the world is as it was then. */
  async function setPhysics(name, value) {
    const of = session;
    if (!of) return null;
    try {
      const physics = await patience.watch(of.setPhysics(name, value));
      if (of === session) {
        store.set({ physics });
        physicsChanged();
      }
      return null;
    } catch (error) {
      return of === session ? error : null; // of a run that has been replaced meanwhile
    }
  }

  const undo = createUndo({
    engines,
    store,
    left,
    handOver,
    settingsChanged,
    run: { opening, adopt, session: () => session, wished: () => wish },
  });

  const { rescue, continueFromKept } = createRescue({
    engines,
    store,
    loop,
    patience,
    handOver,
    settingsChanged,
    run: {
      opening,
      start,
      moveTo,
      play,
      session: () => session,
      wished: () => wish?.settings,
      drop: () => {
        session = null;
      },
    },
  });

  /** A task of the visitor's own (engine/task.js) runs from now on; gives back the error if there is one. */
  async function addTask(wanted) {
    try {
      const task = await engines.addTask(wanted);
      store.set({ tasks: engines.schema.tasks.length });
      return await change({ task, config: {} });
    } catch (error) {
      return error;
    }
  }

  /** Pauses, and works until the next one of these has ended, or `count` ticks; resolves to whether it has. */
  async function step(name, count = 1) {
    if (!session || store.get().stopped) return false;
    pause();
    return loop.errand(name, count);
  }

  /**
   * Goes on with a run that was saved: the bytes of its checkpoint. `settings` is what it was made from, with where it
   * is to compute from now on. Throws an EngineError; whatever is played goes on in that case.
   */
  async function openSaved(settings, bytes, { playing }) {
    const open = async () => ({
      opened: await (await engines.cpu(settings)).resume(bytes, "cpu", engines.taskOf(settings.task)),
    });
    await opening(settings, playing, open, ({ opened }, physics) => {
      if (session) left.push(session, store.get());
      adopt(opened, physics, `Training on the CPU.${whereWords(engines.where())}`, {
        ...NOTHING_YET,
        settings,
        run: store.get().run + 1,
        left: described(left.last()),
      });
      if (settings.device === "cpu") handOver.leave();
      else handOver.follow(settings);
    });
    settingsChanged();
  }

  return {
    startForgiving,
    /** What an address has to hold so that it opens this run. */
    shared() {
      const { settings, speed, physics } = store.get();
      return { ...settings, speed, physics: plansOf(physics) };
    },
    commands: {
      play,
      pause,
      toggle: () => (store.get().playing ? pause() : play()),
      step,
      /** Resolves once all that there is to see of the run has arrived. */
      look: () => loop.errand("look"),
      tick: () => step("tick"),
      phase: () => step("phase"),
      restart: () => startOver({}),
      newSeed: () => startOver({ seed: engines.freshSeed() }),
      addTask,
      changeDevice: (device) => change({ ...store.get().draft, device }),
      change,
      openSaved,
      undo,
      rescue,
      continueFromKept,
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
  playing: false,
  stopped: false,
  snapshot: null,
  curves: null,
  recording: null,
  comparison: null,
  errorByHorizon: null,
  calibration: null,
  returnGap: null,
  stateMap: null,
  checkpoint: null,
};
