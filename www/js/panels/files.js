// What can be kept of a run as a file.
import { toBase64 } from "../base64.js";
import { find, say } from "../dom.js";
import { downloads, FORBIDDEN, UNSURE } from "./file.js";

const TOO_EARLY = "There is nothing to save before the first iteration has ended.";

/** @param {any} parts */
export function mountFiles({ root, store, engines }) {
  const [said, text] = ["files-said", "files-text"].map((name) => find(name, root));
  const give = (name, content) => {
    const may = downloads();
    if (may) download(name, content);
    const isSure = may && globalThis.top === globalThis.self; // a frame may forbid it without a word
    const isText = typeof content === "string";
    text.hidden = isSure;
    text.value = isSure ? "" : isText ? content : toBase64(content);
    text.setAttribute("aria-label", name);
    const why = may ? `Saving ${name}. ${UNSURE}` : FORBIDDEN;
    say(said, isSure ? `Saving ${name}.` : `${why} It is below as text${isText ? "" : ", for base64 -d"}.`);
  };
  /** @param {(checkpoint: any, settings: any) => any} made */
  const fromCheckpoint = (name, made) => async () => {
    const { checkpoint, settings } = store.get();
    if (!checkpoint) return say(said, TOO_EARLY);
    try {
      give(name, await made(checkpoint, settings));
    } catch (error) {
      say(said, error.message);
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
    if (!curves) return say(said, TOO_EARLY);
    give("metrics.csv", asCsv(curves));
  });
}

function download(name, content) {
  const href = URL.createObjectURL(new Blob([content]));
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may still be reading it
}

/** All curves, a point a line. */
export function asCsv({ episode_returns: returns, evaluations, metrics }) {
  const curves = { "rollout/ep_rew": returns, "eval/mean_reward": evaluations, ...metrics };
  const lines = Object.entries(curves).flatMap(([name, points]) =>
    points.map(({ real_steps: steps, value }) => `${name},${steps},${value}`),
  );
  return `metric,real_steps,value\n${lines.join("\n")}\n`;
}
