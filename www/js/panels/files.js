// What can be kept of a run as a file, and receipts that are opened here: each is run again and compared.
import { toBase64 } from "../base64.js";
import { copyOf, find, say } from "../dom.js";
import { percent } from "../format.js";
import { verdictWords, verify } from "../verify.js";
import { downloads, FORBIDDEN, UNSURE } from "./file.js";

/** More than any receipt has: of a larger file the beginning is enough to refuse it. */
const MOST_BYTES = 5 << 20;
const TOO_EARLY = "There is nothing to save before the first iteration has ended.";

/** @param {any} parts */
export function mountFiles({ root, store, engines, signal }) {
  const [panel, said, text, list, picker] = ["files", "files-said", "files-text", "receipts", "files-open"].map(
    (name) => find(name, root),
  );
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

  let turn = Promise.resolve(); // one after the other: each takes a processor
  const open = (files) => {
    for (const file of files) {
      const row = copyOf("receipt-row", root);
      list.append(row);
      say(row.querySelector("span"), `${file.name}: waiting`);
      const ending = new AbortController();
      row.querySelector("button").addEventListener("click", () => {
        ending.abort();
        row.remove();
      });
      turn = turn.then(() => checked(file, row, AbortSignal.any([ending.signal, signal])));
    }
  };
  const checked = async (file, row, ended) => {
    if (ended.aborted) return;
    const words = row.querySelector("span");
    const progress = (share) => say(words, `${file.name}: running it again, ${percent(share)}`);
    try {
      progress(0);
      const result = await verify(await file.slice(0, MOST_BYTES).text(), { engines, progress, signal: ended });
      row.dataset.verdict = result.verdict;
      say(words, `${file.name}: ${verdictWords(result)}`);
    } catch (error) {
      if (ended.aborted) return;
      row.dataset.verdict = "refused";
      say(words, `${file.name}: ${error.message}`);
    }
    row.querySelector("button").textContent = "Dismiss";
  };
  picker.addEventListener("change", () => {
    open([.../** @type {any} */ (picker).files]);
    picker.value = "";
  });
  panel.addEventListener("dragover", (event) => event.preventDefault());
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    open([.../** @type {DataTransfer} */ (event.dataTransfer).files]);
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
