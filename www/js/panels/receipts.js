// Receipts that are opened: each is run again beside the run that is watched, and compared.
import { copyOf, find, say } from "../dom.js";
import { percent } from "../format.js";
import { verdictWords, verify } from "../verify.js";

/** More than any receipt has: of a larger file the beginning is enough to refuse it. */
const MOST_BYTES = 5 << 20;

/** Gives `open(files)`. What is under way ends with `signal`. */
export function createReceipts({ root, engines, signal }) {
  const list = find("receipts", root);
  let turn = Promise.resolve(); // one after the other: each takes a processor

  async function checked(file, row, ended) {
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
  }

  return function open(files) {
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
}
