// Receipts that are opened: each is run again beside the run that is watched, and compared; those that agree are taken
// together.
import { copyOf, find, say } from "../dom.js";
import { percent } from "../format.js";
import { verdictWords, verify } from "../verify.js";
import { createReceiptCurves } from "./receipt_curves.js";

/** More than any receipt has: of a larger file the beginning is enough to refuse it. */
const MOST_BYTES = 5 << 20;

/** Gives `open(files)`. What is under way ends with `signal`. */
export function createReceipts({ root, engines, plotter, signal }) {
  const list = find("receipts", root);
  const showCurves = createReceiptCurves({ root, engines, plotter, signal });
  const verdicts = new Map(); // row → {name, verdict, receipt}, of all that are listed
  const found = (row, patch) => {
    if (!verdicts.has(row)) return; // dismissed meanwhile
    Object.assign(verdicts.get(row), patch);
    showCurves([...verdicts.values()]);
  };
  let turn = Promise.resolve(); // one after the other: each takes a processor

  async function checked(file, row, ended) {
    if (ended.aborted) return;
    const words = row.querySelector("span");
    const progress = (share) => say(words, `${file.name}: running it again, ${percent(share)}`);
    try {
      progress(0);
      const text = await file.slice(0, MOST_BYTES).text();
      const result = await verify(text, { engines, progress, signal: ended });
      row.dataset.verdict = result.verdict;
      found(row, { verdict: result.verdict, receipt: JSON.parse(text) });
      say(words, `${file.name}: ${verdictWords(result)}`);
    } catch (error) {
      if (ended.aborted) return;
      row.dataset.verdict = "refused";
      found(row, { verdict: "refused" });
      say(words, `${file.name}: ${error.message}`);
    }
    row.querySelector("button").textContent = "Dismiss";
  }

  return function open(files) {
    for (const file of files) {
      const row = copyOf("receipt-row", root);
      list.append(row);
      verdicts.set(row, { name: file.name, verdict: "waits", receipt: null });
      say(row.querySelector("span"), `${file.name}: waiting`);
      const ending = new AbortController();
      row.querySelector("button").addEventListener("click", () => {
        ending.abort();
        row.remove();
        verdicts.delete(row);
        showCurves([...verdicts.values()]);
      });
      turn = turn.then(() => checked(file, row, AbortSignal.any([ending.signal, signal])));
    }
  };
}
