// Opens an engine. Everything above this folder sees the interface of protocol.js and plots that draw on a canvas.
import { addresses } from "./address.js";
import { load } from "./load.js";
import { localEngine } from "./local.js";

/** {engine, plots}. `onPanic(message)`: the program has ended for good and only a new page helps. */
export async function openEngine({ onProgress, onPanic }) {
  const bindings = await load(addresses(), onProgress);
  bindings.on_panic((message, where) => onPanic(where ? `${message}\nat ${where}` : message));
  const { draw_returns, draw_real_vs_imagined, draw_error_by_horizon, draw_state_map, draw_calibration, draw_curve } = bindings;
  return { engine: localEngine(bindings), plots: { draw_returns, draw_real_vs_imagined, draw_error_by_horizon, draw_state_map, draw_calibration, draw_curve } };
}
