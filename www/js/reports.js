// What an answer of the engine, or its failure, means for the page's state. Pure.
import { grown } from "./engine/curves.js";

/** A report, as a patch of the state: a comparison, an error curve or a map stays until there is a newer one. */
export function received({ snapshot, recording, curves, checkpoint }, state) {
  const patch = {};
  if (snapshot) patch.snapshot = snapshot;
  if (curves) patch.curves = grown(state.curves, curves);
  if (checkpoint) patch.checkpoint = checkpoint;
  if (recording) {
    patch.recording = recording;
    if (recording.comparison) patch.comparison = recording.comparison;
    if (recording.error_by_horizon) patch.errorByHorizon = recording.error_by_horizon;
    if (recording.calibration) patch.calibration = recording.calibration;
    if (recording.return_gap) patch.returnGap = recording.return_gap;
    if (recording.state_map) patch.stateMap = recording.state_map;
  }
  return patch;
}

/** The run ended with an error. One of a device, or a fatal one, ends what it ran on; after any other a restart goes on. */
export function stopped(error, state) {
  if (state.trouble) return { stopped: true, playing: false };
  if (error.kind === "device") return { stopped: true, ...deviceTrouble(error, state) };
  if (error.fatal) return { stopped: true, ...trouble(error.message, state) };
  const words = `${error.message} The pictures show the run up to there. Restart it, take a new seed, or change a setting.`;
  return { playing: false, stopped: true, notes: [...state.notes, words] };
}

/** The program itself has ended, or never began. `final`: only a new page helps. */
export function trouble(message, state, { final = false } = {}) {
  if (state.trouble) return { playing: false }; // what follows a panic only repeats it
  const began = state.schema !== null;
  return {
    playing: false,
    trouble: {
      title: began ? "The learner stopped" : "The learner could not start",
      words: began
        ? "It met a mistake in its own program and cannot go on. Nothing outside this page is affected. Restarting loads it anew; with the same seed on the CPU it does the same again, so the report below lets somebody find the mistake."
        : "This page has arrived, but the program that learns has not started. Restarting tries again.",
      report: reportOf(message, state),
      rescue: began && !final ? rescueOf(state) : null,
    },
  };
}

/** The graphics device is gone, out of memory, or refuses the program. */
function deviceTrouble(error, state) {
  return {
    playing: false,
    trouble: {
      title: "The graphics device stopped",
      words: `${error.message} What was learned up to the latest checkpoint is kept in this page.`,
      report: reportOf(error.message, state),
      rescue: rescueOf(state),
    },
  };
}

/** From where the CPU can go on: the end of an iteration; 0 is the start. */
const rescueOf = ({ checkpoint }) => ({ iteration: checkpoint?.iteration ?? 0 });

function reportOf(message, { settings, snapshot, schema, device }) {
  return [message, settings && `settings: ${JSON.stringify(settings)}`, device && `device: ${device.kind}, ${device.name}`, snapshot && `at tick ${snapshot.ticks}, phase ${snapshot.phase}`, schema && `version ${schema.version}`].filter(Boolean).join("\n");
}
