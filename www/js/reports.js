// What an engine's answer, or its failure, means for the page's state. Pure.
import { grown } from "./engine/curves.js";
import { counted } from "./format.js";

/**
 * A report, as a patch of the state: a comparison, an error curve or a map stays until there is a newer one.
 * @param {{ snapshot?: any, recording?: any, curves?: any, checkpoint?: any, physics?: any }} report
 */
export function received({ snapshot, recording, curves, checkpoint, physics }, state) {
  const patch = {};
  if (physics) patch.physics = physics;
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

/**
 * @typedef {object} Trouble what the page says of an end
 * @property {"program" | "device" | "silent"} code what has ended, or does not answer
 * @property {string} title
 * @property {string} words
 * @property {string} report
 * @property {?{ iteration: number }} rescue from where the CPU can go on
 * @property {boolean} waits whether it may still be over by itself
 *
 * @typedef {{ playing?: boolean, stopped?: boolean, notes?: string[], trouble?: ?Trouble }} Patch of the page's state
 */

/**
 * The run ended with an error. One of a device, or a fatal one, ends what it ran on; after any other a restart goes on.
 * @returns {Patch}
 */
export function stopped(error, state) {
  if (state.trouble && !state.trouble.waits) return { stopped: true, playing: false };
  if (error.kind === "device") return { stopped: true, ...deviceTrouble(error, state) };
  if (error.fatal) return { stopped: true, ...trouble(error.message, state) };
  const words =
    `${error.message} The plots show the run up to that point. Restart it, try a new seed, or change ` + "a setting.";
  return { playing: false, stopped: true, notes: [...state.notes, words] };
}

/**
 * The program itself has ended, or never began. `final`: only a new page helps.
 * @returns {Patch}
 */
export function trouble(message, state, { final = false } = {}) {
  if (state.trouble && !state.trouble.waits) return { playing: false }; // what follows a panic only repeats it
  const began = state.schema !== null;
  const rescue = began && !final ? rescueOf(state) : null;
  return {
    playing: false,
    trouble: {
      code: "program",
      title: began ? "The learner stopped" : "The learner could not start",
      words: began
        ? "It hit an internal error and cannot go on. Nothing outside this page is affected. " +
          `${kept(rescue)}Restarting reloads it; with the same seed on the CPU the error will recur, so the ` +
          "report below helps to find it."
        : "This page has loaded, but the program that learns has not started. Restarting tries again.",
      report: reportOf(message, state),
      rescue,
      waits: false,
    },
  };
}

/**
 * Something that was asked has not been answered for so many seconds. It may be, if the visitor waits.
 * @returns {Patch}
 */
export function silent(seconds, state) {
  if (state.trouble) return {};
  const rescue = state.schema === null ? null : rescueOf(state);
  return {
    trouble: {
      code: "silent",
      title: "The learner does not answer",
      words:
        `It has not answered for ${seconds} seconds. It may still be busy, or it may never answer. ` +
        `${kept(rescue)}You can wait or give up on it.`,
      report: reportOf("no answer", state),
      rescue,
      waits: true,
    },
  };
}

/** It has answered after all. */
export const answeredAfterAll = (state) => (state.trouble?.waits ? { trouble: null } : {});

/**
 * The graphics device is gone, out of memory, or refuses the program.
 * @returns {Patch}
 */
function deviceTrouble(error, state) {
  const rescue = rescueOf(state);
  const words =
    `${error.message} ` +
    `${kept(rescue)}${rescue.iteration > 0 ? "The CPU can continue from there." : "The CPU can start over."}`;
  return {
    playing: false,
    trouble: {
      code: "device",
      title: "The graphics device stopped",
      words,
      report: reportOf(error.message, state),
      rescue,
      waits: false,
    },
  };
}

/** From where the CPU can go on: the end of an iteration; 0 is the start. */
const rescueOf = ({ checkpoint }) => ({ iteration: checkpoint?.iteration ?? 0 });

const kept = (rescue) =>
  rescue?.iteration > 0 ? `What it had learned after ${counted(rescue.iteration, "iteration")} is kept. ` : "";

function reportOf(message, { settings, snapshot, schema, device }) {
  return [
    message,
    settings && `settings: ${JSON.stringify(settings)}`,
    device && `device: ${device.kind}, ${device.name}`,
    snapshot && `at tick ${snapshot.ticks}, phase ${snapshot.phase}`,
    schema && `version ${schema.version}`,
  ]
    .filter(Boolean)
    .join("\n");
}
