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
/** @type {?Promise<void>} */ let offline = null;
/** Nothing is fetched for later visits before this one trains. */
const told = (/** @type {string} */ name) => {
  if (name !== "iteration") return;
  offline ??= import("./offline/index.js").then(({ keepOffline }) => keepOffline(), console.warn);
};
const place = /** @type {HTMLElement} */ (document.querySelector("main"));
Object.defineProperty(window, "mbppo", { value: createLab(place, { address, keys: document, storage, told }) });
