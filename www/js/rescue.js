// After a run has ended by itself: what is kept of it, and how it can continue. A run that failed (it diverged, say)
// still has its last good state; if its engine failed, there is its latest checkpoint.
import { rescued, whereWords } from "./engine/device.js";
import { trouble } from "./reports.js";

/**
 * `run`: {opening, start, moveTo, play} of run.js; {session(), drop()}: its session; {wished()}: what is being opened.
 */
export function createRescue({ engines, store, loop, patience, handOver, settingsChanged, run }) {
  store.watch(["stopped"], ({ stopped }) => stopped, keep);

  /** The latest checkpoint of a run that has just ended is its last good state. */
  async function keep(stopped, { trouble: ended, device }) {
    const of = run.session();
    if (!stopped || ended || !of) return;
    handOver.leave(); // it does not move anywhere any more
    if (device?.kind === "cpu") sayHere();
    try {
      const checkpoint = await patience.watch(of.save());
      if (of === run.session()) store.set({ checkpoint });
    } catch (error) {
      console.warn(error); // the checkpoint before is kept
    }
  }

  const say = (sentence) => store.set({ device: { ...store.get().device, sentence } });
  const sayHere = () => say(`Training on the CPU.${whereWords(engines.where())}`);

  const goOn = (checkpoint, settings, playing) =>
    run.opening(
      settings,
      playing,
      async () => ({
        opened: await (await engines.cpu(settings)).resume(checkpoint.bytes, "cpu", engines.taskOf(settings.task)),
      }),
      ({ opened }, physics) =>
        run.moveTo(opened, physics, "", { settings, stopped: false, resumed: store.get().resumed + 1 }),
    );

  return {
    /** What it ran on has failed: goes on on the CPU from the latest checkpoint, or from the start if there is none. */
    async rescue() {
      const { checkpoint, settings, device } = store.get();
      const onCpu = { ...(settings ?? run.wished()), device: "cpu" };
      patience.forget();
      store.set({ trouble: null });
      handOver.leave();
      loop.detach();
      engines.end(device?.kind ?? "cpu"); // what has failed, or does not answer, does not go on behind the page
      run.drop();
      try {
        if (checkpoint) await goOn(checkpoint, onCpu, false);
        else await run.start(onCpu, { playing: false });
        handOver.leave();
        say(rescued(checkpoint?.iteration ?? 0));
        settingsChanged();
        run.play();
      } catch (error) {
        store.set(trouble(error.message, store.get(), { final: true }));
      }
    },

    /** Continues a run that met an error from what is kept, with the same settings; gives back the error if any. */
    async continueFromKept() {
      const { checkpoint, settings, stopped } = store.get();
      if (!checkpoint || !stopped) return null;
      try {
        await goOn(checkpoint, settings, true);
        sayHere();
        if (settings.device !== "cpu") handOver.follow(settings);
        return null;
      } catch (error) {
        return error;
      }
    },
  };
}
