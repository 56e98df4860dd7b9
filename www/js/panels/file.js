// Offers a checkpoint as a file. A sandboxed frame may forbid downloads, and a browser refuses them without a word to
// the page: so there is another way, as text, offered at once where that is known and after a click otherwise.
import { toBase64 } from "../base64.js";
import { find, say } from "../dom.js";

export const FORBIDDEN = "The frame around this page forbids downloads: its sandbox lacks “allow-downloads”.";
export const UNSURE = "If no file has been saved, the host of this page forbids downloads.";

/** `place` holds the nodes file, file-else, file-words, file-copy and file-text. Gives {show(checkpoint or null)}. */
export function mountFile(place, { mayDownload = downloads } = {}) {
  const [link, otherwise, copy, text] = ["file", "file-else", "file-copy", "file-text"].map((name) =>
    find(name, place),
  );
  const words = find("file-words", place);
  /** @type {any} */ let offered = null;

  const offerText = (why) => {
    say(words, `${why} Copy it as text instead and decode that with base64 -d.`);
    otherwise.hidden = false;
  };
  link.addEventListener("click", () => offerText(UNSURE));
  copy.addEventListener("click", async () => {
    text.value = toBase64(offered.bytes);
    try {
      await navigator.clipboard.writeText(text.value);
      say(copy, "Copied");
    } catch {
      text.hidden = false;
      text.focus();
      text.select();
      say(copy, "Selected: copy it with your keyboard");
    }
  });

  return {
    show(checkpoint) {
      if (checkpoint === offered) return;
      if (link.hasAttribute("href")) URL.revokeObjectURL(link.getAttribute("href") ?? "");
      link.removeAttribute("href");
      offered = checkpoint;
      const may = mayDownload();
      link.hidden = !checkpoint || !may;
      otherwise.hidden = true;
      text.hidden = true;
      text.value = "";
      say(copy, "Copy as text");
      if (checkpoint && may)
        link.setAttribute("href", URL.createObjectURL(new Blob([checkpoint.bytes], { type: TYPE })));
      if (checkpoint && !may) offerText(FORBIDDEN);
    },
  };
}

const TYPE = "application/octet-stream";

/** False where the frame around the page is known to forbid downloads; a frame of another origin does not say. */
export function downloads(page = /** @type {any} */ (globalThis)) {
  try {
    const frameElement = /** @type {?HTMLIFrameElement} */ (page.frameElement);
    return !frameElement?.hasAttribute("sandbox") || frameElement.sandbox.contains("allow-downloads");
  } catch {
    return true;
  }
}
