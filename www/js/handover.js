// Moves a run that plays on the CPU to WebGPU, where that is wished for or worth it: the WebGPU build is fetched behind the
// run, which goes on meanwhile; at the end of an iteration its checkpoint is resumed there. What happens is said all along.
import { arriving, fallbackSentence, planFor, probeWebGpu, takenOver, verdict, whereWords } from "./engine/device.js";
import { millisecondsPerIteration } from "./engine/measure.js";

/**
 * `adopt(session, physics, sentence)` makes the run go on in another session. `probe` and `saveData`: what the browser says of itself.
 */
export function createHandOver({ engines, loop, store, adopt, probe = probeWebGpu, saveData = () => /** @type {any} */ (navigator).connection?.saveData === true }) {
  let latest = 0; // a run that has been replaced is not followed any further

  async function follow({ device: wish }, mine) {
    const current = () => mine === latest;
    const say = (sentence) => { if (current()) store.set({ device: { ...store.get().device, sentence } }); };
    const stay = (sentence) => say(sentence + whereWords(engines.where()));
    /** @type {any} */ const asked = wish === "cpu" ? null : await probe();
    const planned = () => planFor(wish, { probe: asked, built: engines.hasWebGpu(), saveData: saveData() });
    let plan = planned();
    if (plan.move === "wait") {
      say(plan.sentence);
      await engines.webGpuArrives();
      if (!current()) return;
      plan = planned();
    }
    if (plan.move === "no") return stay(plan.sentence);
    try {
      const engine = await fetched(plan, say, current);
      const checkpoint = await firstCheckpoint();
      if (!current()) return;
      let sentence = (since) => takenOver(asked.name, since);
      if (plan.move === "measure") {
        const found = verdict({ ...(await compared(engine, checkpoint)), name: asked.name });
        if (!found.move) return stay(found.sentence());
        sentence = found.sentence;
      } else {
        (await engine.resume(checkpoint.bytes, "webgpu")).close(); // what cannot open there is found out while the run goes on
      }
      if (current()) await move(engine, current, sentence);
    } catch (error) {
      stay(fallbackSentence(error));
    }
  }

  /** The engine with WebGPU; the run goes on while it is fetched. */
  async function fetched(plan, say, current) {
    const show = (coming) => { if (current()) store.set({ coming }); };
    try {
      const engine = await engines.webgpu((progress) => {
        show(progress);
        say(arriving(plan, progress));
      });
      say(arriving(plan, null));
      return engine;
    } finally {
      show(null);
    }
  }

  const compared = async (engine, checkpoint) => ({
    webgpuMs: await millisecondsPerIteration(engine, checkpoint, "webgpu"),
    cpuMs: await millisecondsPerIteration(await engines.cpu(), checkpoint, "cpu"),
  });

  /** Holds the run where its iteration ends and lets it go on there. If that fails it goes on where it was. */
  async function move(engine, current, sentence) {
    const checkpoint = await loop.hold();
    try {
      const session = await engine.resume(checkpoint.bytes, "webgpu");
      const physics = await session.physics();
      if (current()) adopt(session, physics, sentence(checkpoint.iteration));
      else session.close();
    } finally {
      if (current()) loop.release();
    }
  }

  /** The first checkpoint of this run that there is. */
  const firstCheckpoint = () => new Promise((resolve) => {
    const stop = store.on(["checkpoint"], ({ checkpoint }) => {
      if (!checkpoint) return;
      resolve(checkpoint);
      queueMicrotask(() => stop());
    });
  });

  return {
    /** Looks after the run that has just been opened from `settings`. */
    follow: (settings) => follow(settings, (latest += 1)),
    /** The run is another's business now. */
    leave: () => { latest += 1; },
  };
}
