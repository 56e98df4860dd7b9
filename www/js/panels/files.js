// What can be kept of a run as a file.
import { find, say } from "../dom.js";
import { METRIC_FILES } from "../metric_files.js";
import { openRun } from "../saved_run.js";
import { createGiving } from "./give.js";

const TOO_EARLY = "There is nothing to save before the first iteration has ended.";

/** @param {any} parts */
export function mountFiles({ root, store, engines, commands }) {
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
  find("files-policy", root).addEventListener(
    "click",
    fromCheckpoint("policy.safetensors", (checkpoint, { task }) => engines.policyOf(checkpoint, task)),
  );
  const learns = find("files-learns", root);
  learns.addEventListener("click", async () => {
    const { checkpoint, snapshot } = store.get();
    if (!checkpoint) return refuse(TOO_EARLY);
    try {
      await openRun({ store, engines, commands }, checkpoint.bytes, { learns: snapshot.only_plays });
      refuse("");
    } catch (error) {
      refuse(`${error.message} This run goes on as it was.`);
    }
  });
  store.watch(
    ["snapshot"],
    ({ snapshot }) => Boolean(snapshot?.only_plays),
    (onlyPlays) => say(learns, onlyPlays ? "Learn on from here" : "Only play from here"),
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
