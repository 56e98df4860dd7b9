// What an answer of the engine, or its failure, means for the page's state. Pure.

/** A report, as a patch of the state: a comparison, an error curve or a map stays until there is a newer one. */
export function received({ snapshot, recording, curves }) {
  const patch = {};
  if (snapshot) patch.snapshot = snapshot;
  if (curves) patch.curves = curves;
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

/** The run ended with an error; unless that is fatal, the program lives on. */
export function stopped(error, state) {
  if (error.fatal || state.trouble) return { stopped: true, ...trouble(error.message, state) };
  const words = `${error.message} The pictures show the run up to there. Restart it, take a new seed, or change a setting.`;
  return { playing: false, stopped: true, notes: [...state.notes, words] };
}

/** The program itself has ended, or never began. */
export function trouble(message, { settings, snapshot, schema, trouble: already }) {
  if (already) return { playing: false }; // what follows a panic only repeats it
  const began = schema !== null;
  return {
    playing: false,
    trouble: {
      title: began ? "The learner stopped" : "The learner could not start",
      words: began
        ? "It met a mistake in its own program and cannot go on. Nothing outside this page is affected. Restarting loads it anew; with the same seed on the CPU it does the same again, so the report below lets somebody find the mistake."
        : "This page has arrived, but the program that learns has not started. Restarting tries again.",
      report: [message, settings && `settings: ${JSON.stringify(settings)}`, snapshot && `at tick ${snapshot.ticks}, phase ${snapshot.phase}`, schema && `version ${schema.version}`].filter(Boolean).join("\n"),
    },
  };
}
