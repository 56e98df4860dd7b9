// When what trains has ended: what happened, in words and as a report to copy, and the ways to go on.
import { find, say } from "../dom.js";

export function mountTrouble({ store, rescue }) {
  const dialog = find("trouble");
  const goOn = find("trouble-rescue");
  const report = find("trouble-report");
  const copy = find("trouble-copy");
  goOn.addEventListener("click", rescue);
  // A new page loads every program anew.
  find("trouble-restart").addEventListener("click", () => location.reload());
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(report.textContent);
      say(copy, "Copied");
    } catch {
      getSelection()?.selectAllChildren(report);
      say(copy, "Selected: copy it with your keyboard");
    }
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  store.on(["trouble"], ({ trouble }) => {
    if (!trouble) return dialog.close();
    goOn.hidden = !trouble.rescue;
    if (trouble.rescue) say(goOn, rescueWords(trouble.rescue));
    find("trouble-restart").classList.toggle("strong", !trouble.rescue);
    say(find("trouble-title"), trouble.title);
    say(find("trouble-words"), trouble.words);
    say(report, trouble.report);
    if (!dialog.open) dialog.showModal();
  });
}

export function rescueWords({ iteration }) {
  return iteration > 0 ? `Go on on the CPU from iteration ${iteration}` : "Begin again on the CPU";
}
