// When the learner has stopped or does not answer: what happened, in words and as a report to copy, and the ways to
// continue.
import { find, say } from "../dom.js";
import { bareAddress } from "../url.js";
import { mountFile } from "./file.js";

/** `address`: the run's, as in lab/address.js. */
export function mountTrouble({ root, store, rescue, address }) {
  const dialog = find("trouble", root);
  const goOn = find("trouble-rescue", root);
  const wait = find("trouble-wait", root);
  const afresh = find("trouble-afresh", root);
  const restart = find("trouble-restart", root);
  const file = mountFile(dialog);
  const report = find("trouble-report", root);
  const copy = find("trouble-copy", root);
  goOn.addEventListener("click", rescue);
  wait.addEventListener("click", () => store.set({ trouble: null }));
  // A new page loads every program anew. What is in its address may be what ended it.
  restart.addEventListener("click", () => address.reload());
  afresh.addEventListener("click", () => address.open?.(bareAddress(address.read())));
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(report.textContent);
      say(copy, "Copied");
    } catch {
      getSelection()?.selectAllChildren(report);
      say(copy, "Selected: copy it with your keyboard");
    }
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (store.get().trouble?.waits) store.set({ trouble: null });
  });
  store.on(["trouble"], ({ trouble, checkpoint }) => {
    file.show(trouble ? checkpoint : null);
    if (!trouble) return dialog.close();
    goOn.hidden = !trouble.rescue;
    if (trouble.rescue) say(goOn, rescueWords(trouble.rescue));
    wait.hidden = !trouble.waits;
    afresh.hidden = !address.open || bareAddress(address.read()) === address.read();
    restart.classList.toggle("strong", !trouble.rescue);
    say(find("trouble-title", root), trouble.title);
    say(find("trouble-words", root), trouble.words);
    say(report, trouble.report);
    if (!dialog.open) dialog.showModal();
  });
}

export function rescueWords({ iteration }) {
  return iteration > 0 ? `Continue on the CPU from iteration ${iteration}` : "Start over on the CPU";
}
