// Sentences that a visitor should read: what in the address was not possible, what stopped the run.
import { copyOf, find } from "../dom.js";

export function mountNotes({ store }) {
  const place = find("notes");
  store.on(["notes"], ({ notes }) => {
    place.replaceChildren(...notes.map((text) => {
      const note = copyOf("note");
      note.querySelector("span").textContent = text;
      note.querySelector("button").addEventListener("click", () => store.set({ notes: store.get().notes.filter((other) => other !== text) }));
      return note;
    }));
  });
}
