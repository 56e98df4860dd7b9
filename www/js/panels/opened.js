// Files that are opened here, picked or dropped anywhere on the lab: a saved run goes on, a receipt is verified.
import { find, say } from "../dom.js";
import { isRun, MOST_RUN_BYTES, openRun } from "../saved_run.js";
import { createReceipts } from "./receipts.js";

export function mountOpened({ root, store, engines, commands, plotter, signal }) {
  const [lab, panel, picker, said] = ["lab", "files", "files-open", "files-said"].map((name) => find(name, root));
  const openReceipts = createReceipts({ root, engines, plotter, signal });

  async function openAsRun(file, bytes) {
    const { name } = file;
    try {
      await openRun({ store, engines, commands }, bytes);
      say(said, `${name} is open: the run goes on from there. Undo brings back the one before.`);
    } catch (error) {
      say(said, "");
      store.set({ notes: [...store.get().notes, `${name} was not opened: ${error.message} This run goes on.`] });
    }
  }

  async function open(files) {
    const receipts = [];
    const runs = [];
    for (const file of files) {
      const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
      (isRun(file.name, head) ? runs : receipts).push(file);
    }
    if (receipts.length > 0) panel.setAttribute("open", "");
    openReceipts(receipts);
    const file = runs.at(-1); // a lab has one run
    if (!file) return;
    if (file.size > MOST_RUN_BYTES) {
      const why = `it has ${file.size} bytes, and a run at most ${MOST_RUN_BYTES}.`;
      return store.set({ notes: [...store.get().notes, `${file.name} was not opened: ${why}`] });
    }
    say(said, `Opening ${file.name}.`);
    await openAsRun(file, new Uint8Array(await file.arrayBuffer()));
  }
  const unread = (error) => store.set({ notes: [...store.get().notes, `A file could not be read: ${error.message}.`] });

  picker.addEventListener("change", () => {
    open([.../** @type {any} */ (picker).files]).catch(unread);
    picker.value = "";
  });
  const holdsFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  lab.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  lab.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    open([.../** @type {DataTransfer} */ (event.dataTransfer).files]).catch(unread);
  });
}
