// Gives a visitor a file; where a frame forbids downloads, or may, also as text.
import { toBase64 } from "../base64.js";
import { find, say } from "../dom.js";
import { downloads, FORBIDDEN, UNSURE } from "./file.js";

/** Gives {give(name, content), refuse(words)}: `content` is a text or bytes; `words` say why there is no file. */
export function createGiving(root) {
  const [said, text] = ["files-said", "files-text"].map((name) => find(name, root));
  return {
    give(name, content) {
      const may = downloads();
      if (may) download(name, content);
      const isSure = may && globalThis.top === globalThis.self; // a frame may forbid it without a word
      const isText = typeof content === "string";
      text.hidden = isSure;
      text.value = isSure ? "" : isText ? content : toBase64(content);
      text.setAttribute("aria-label", name);
      const why = may ? `Saving ${name}. ${UNSURE}` : FORBIDDEN;
      say(said, isSure ? `Saving ${name}.` : `${why} It is below as text${isText ? "" : ", for base64 -d"}.`);
    },
    refuse: (words) => say(said, words),
  };
}

function download(name, content) {
  const href = URL.createObjectURL(new Blob([content]));
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may still be reading it
}
