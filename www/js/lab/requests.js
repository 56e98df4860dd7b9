// What whoever holds a lab may ask of it, the same by an element's methods, by messages to its frame and from a page
// that calls createLab. Each waits until the lab is ready, and rejects with what is wrong; then the run goes on as it
// was.
import { settingsWith } from "../changed_settings.js";
import { EngineError } from "../engine/protocol.js";
import { openRun as takeUp, readState, stateText } from "../saved_run.js";
import { shownValue } from "../shown_value.js";
import { pairsOf } from "../url.js";

const STEPS = ["phase", "iteration"];
const MOST_TICKS = 1_000_000;

/**
 * `lab()`: {store, engines, commands, flush, addressOfRun} once `ready`; `shows({panels, controls})` as in shown.js.
 * @param {{ ready: Promise<void>, lab: () => any, shows: (wished: any) => void }} parts
 */
export function createRequests({ ready, lab, shows }) {
  const now = async () => {
    await ready;
    const parts = lab();
    if (!parts) throw new EngineError("The learner has not started, or has been destroyed.");
    return parts;
  };
  /** Throws what a command gives back instead of throwing it; else the new run can be seen by then. */
  const done = async (asked) => {
    const error = await asked;
    if (error) throw error;
    const { commands, flush } = await now();
    await commands.look();
    flush();
  };

  async function play() {
    (await now()).commands.play();
  }
  /** Resolves once nothing is under way any more. */
  async function pause() {
    const { commands, flush } = await now();
    await commands.pause();
    flush();
  }

  /** Works for `what`, a number of ticks, "phase" or "iteration", and pauses; resolves to the snapshot then. */
  async function step(/** @type {number | string} */ what = 1) {
    const { commands, store, flush } = await now();
    const ticks = STEPS.includes(/** @type {any} */ (what)) ? null : what;
    if (ticks !== null && !(typeof ticks === "number" && Number.isInteger(ticks) && ticks >= 1 && ticks <= MOST_TICKS))
      throw wrong("step", what, `a whole number from 1 to ${MOST_TICKS}, "phase" or "iteration"`);
    if (!(await (ticks === null ? commands.step(what) : commands.step("tick", ticks))))
      throw new EngineError("The run ended, or was replaced, before that step was done.");
    flush();
    return store.get().snapshot;
  }

  /** Starts over; with another seed if one is given, and a fresh one for null. */
  async function reset(wished = {}) {
    const { commands, engines } = await now();
    const seed = wished?.seed;
    if (seed === undefined) return done(commands.change({}));
    return configure({ seed: seed ?? engines.freshSeed() });
  }

  /** Changes settings by their names in an address. What does not make another run (speed) takes effect at once. */
  async function configure(changes) {
    const { store, engines, commands } = await now();
    const { settings, speed } = store.get();
    const wanted = settingsWith({ ...settings, speed }, changes, engines.schema, engines.readHyperparameter);
    if (wanted.speed !== speed) commands.setSpeed(wanted.speed);
    if (Object.keys(changes).every((name) => name === "speed")) return;
    await done(commands.change({ ...wanted, speed: settings.speed }));
  }

  /** The run as a text: its settings, and what it had learned at its latest checkpoint (at most ten seconds ago). */
  async function getState() {
    const { store, addressOfRun } = await now();
    return stateText(new URL(addressOfRun()).search.slice(1), store.get().checkpoint);
  }

  /** Takes up what `getState` gave. */
  async function setState(state) {
    const { store } = await now();
    const { run, bytes } = readState(state);
    if (bytes) return done(takeUp(await now(), bytes, likelyOf(run)));
    const { config, physics } = store.get().settings;
    const other = [...Object.keys(config), ...Object.keys(physics).map((name) => `physics.${name}`)];
    const gone = Object.fromEntries(other.map((name) => [name, null]));
    return configure({ ...gone, ...Object.fromEntries(pairsOf(`x:?${run}`)) });
  }

  /** Takes up a run from its file, of the page or of the command line. */
  async function openRun(bytes) {
    await done(takeUp(await now(), bytes));
  }

  /** The run's file, as on the command line; null before the first checkpoint. */
  async function exportRun() {
    return (await now()).store.get().checkpoint?.bytes ?? null;
  }

  /** Shows these panels and controls from now on. */
  async function show(wished) {
    await ready;
    shows(wished);
  }
  return { play, pause, step, reset, configure, getState, setState, openRun, exportRun, show };
}

/** What a saved run is likely to be, from the address of its state. */
function likelyOf(run) {
  const { preset, task } = Object.fromEntries(pairsOf(`x:?${run}`));
  return { preset, task };
}

function wrong(field, given, allowed) {
  const value = shownValue(given);
  return new EngineError(`${field} = ${value} is not valid: it must be ${allowed}.`, { field, value, allowed });
}
