// Messages for the visitor: what in the address was not valid, what stopped the run.
import { copyOf, find } from "../dom.js";

export function mountNotes({ root, store }) {
  const place = find("notes", root);
  store.on(["notes"], ({ notes }) => {
    place.replaceChildren(
      ...notes.map((text) => {
        const note = copyOf("note", root);
        note.querySelector("span").textContent = readable(text);
        note
          .querySelector("button")
          .addEventListener("click", () => store.set({ notes: store.get().notes.filter((other) => other !== text) }));
        return note;
      }),
    );
  });
}

const WORD = 60;
const ALL = 600;

/** A sentence that quotes what somebody else has written, at a length that can be read. */
export function readable(text) {
  const words = text.replace(/\S+/gu, (word) => (word.length > WORD ? `${word.slice(0, WORD)}…` : word));
  return words.length > ALL ? `${words.slice(0, ALL)}…` : words;
}
