// Restart and New seed taken back: the run that was left last comes back, with its session or from its checkpoint.
import { whereWords } from "./engine/device.js";
import { EngineError } from "./engine/protocol.js";
import { described } from "./left.js";

/** `left`: as in left.js; `run`: {opening, adopt, session(), wished()} of run.js. */
export function createUndo({ engines, store, left, handOver, settingsChanged, run }) {
  /** The run that was left last comes back, in exchange for this one; gives back the error if there is one. */
  async function undo() {
    const back = left.last();
    if (!back || run.wished()) return null;
    const { settings, device } = back.view;
    const take = ({ opened, kept }, physics) => {
      left.exchange(run.session(), store.get());
      const sentence = kept ? device.sentence : `Training on the CPU.${whereWords(engines.where())}`;
      run.adopt(opened, physics, sentence, {
        ...back.view,
        playing: false,
        stopped: kept && back.view.stopped,
        run: store.get().run + 1,
        left: described(left.last()),
      });
      if (opened.device.kind === "cpu" && settings.device !== "cpu") handOver.follow(settings);
      else handOver.leave();
    };
    try {
      await run.opening(settings, store.get().playing, () => hadBack(back), take);
      settingsChanged();
      return null;
    } catch (error) {
      left.drop(back);
      store.set({ left: described(left.last()) });
      return error;
    }
  }

  /** A run that was left: its session, if that still answers, else what its latest checkpoint holds. */
  async function hadBack({ session: kept, view: { checkpoint, settings } }) {
    if (await answers(kept)) return { opened: kept, kept: true };
    if (!checkpoint) throw new EngineError("The previous run cannot be restored: none of it had been saved.");
    const engine = await engines.cpu(settings);
    return { opened: await engine.resume(checkpoint.bytes, "cpu", engines.taskOf(settings.task)), kept: false };
  }

  return undo;
}

async function answers(session) {
  try {
    await session?.physics();
    return Boolean(session);
  } catch {
    return false;
  }
}
