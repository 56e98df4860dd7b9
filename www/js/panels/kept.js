// What is kept of a run that met an error: as a file, and to continue from.
import { find, say } from "../dom.js";
import { mountFile } from "./file.js";

export function mountKept({ root, store, commands }) {
  const place = find("kept", root);
  const file = mountFile(place);
  const goOn = find("kept-continue", root);
  goOn.addEventListener("click", async () => {
    const error = await commands.continueFromKept();
    if (error) store.set({ notes: [...store.get().notes, error.message] });
    else find("play", root).focus({ preventScroll: true });
  });
  store.watch(["stopped", "trouble", "checkpoint"], keptOf, (checkpoint) => {
    place.hidden = !checkpoint;
    file.show(checkpoint);
    say(find("kept-words", root), checkpoint ? keptWords(checkpoint) : "");
  });
  store.on(["opening"], ({ opening }) => {
    goOn.disabled = opening;
  });
}

/** The checkpoint to offer, or null: a trouble has its own ways to go on. */
const keptOf = ({ stopped, trouble, checkpoint }) => (stopped && !trouble ? checkpoint : null);

const SAME = "Settings of a saved run cannot be changed: with the same ones it may fail again.";

export function keptWords({ iteration }) {
  const what = iteration > 0 ? "The last state from which it can go on" : "What it started with";
  return `${what} is kept, with all its experience. ${SAME}`;
}
