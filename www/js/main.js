// The page: a lab that is all it shows, with its run in the address bar and its keys heard everywhere.
import { createLab } from "./lab/index.js";

document.querySelector("[data-is=help]")?.remove(); // every module has arrived
const address = {
  read: () => location.href,
  write: (href) => history.replaceState(null, "", href),
  reload: () => location.reload(),
  open: (href) => location.assign(href),
};
const storage = { factory: () => indexedDB, tab: () => sessionStorage };
const place = /** @type {HTMLElement} */ (document.querySelector("main"));
Object.defineProperty(window, "mbppo", { value: createLab(place, { address, keys: document, storage }) });
