// When the program has ended for good: what happened, in words and as a report to copy, and a way to go on.
import { find, say } from "../dom.js";

export function mountTrouble({ store }) {
  const dialog = find("trouble");
  const report = find("trouble-report");
  const copy = find("trouble-copy");
  // A program that panicked stays dead: only a new page starts a new one.
  find("trouble-restart").addEventListener("click", () => location.reload());
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(report.textContent);
      say(copy, "Copied");
    } catch {
      getSelection().selectAllChildren(report);
      say(copy, "Selected: copy it with your keyboard");
    }
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  store.on(["trouble"], ({ trouble }) => {
    if (!trouble) return;
    say(find("trouble-title"), trouble.title);
    say(find("trouble-words"), trouble.words);
    say(report, trouble.report);
    if (!dialog.open) dialog.showModal();
  });
}
