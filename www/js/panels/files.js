// What can be kept of a run as a file.
import { find } from "../dom.js";
import { METRIC_FILES } from "../metric_files.js";
import { createGiving } from "./give.js";

const TOO_EARLY = "There is nothing to save before the first iteration has ended.";

/** @param {any} parts */
export function mountFiles({ root, store, engines }) {
  const { give, refuse } = createGiving(root);
  /** @param {(checkpoint: any, settings: any) => any} made */
  const fromCheckpoint = (name, made) => async () => {
    const { checkpoint, settings } = store.get();
    if (!checkpoint) return refuse(TOO_EARLY);
    try {
      give(name, await made(checkpoint, settings));
    } catch (error) {
      refuse(error.message);
    }
  };
  find("files-run", root).addEventListener(
    "click",
    fromCheckpoint("run.safetensors", ({ bytes }) => bytes),
  );
  find("files-receipt", root).addEventListener(
    "click",
    fromCheckpoint("receipt.json", (checkpoint, { task }) => engines.receiptOf(checkpoint, task)),
  );
  find("files-metrics", root).addEventListener("click", () => {
    const { curves } = store.get();
    if (!curves) return refuse(TOO_EARLY);
    const { name, content } = METRIC_FILES[find("files-format", root).value](curves, Date.now());
    give(name, content);
  });
}
