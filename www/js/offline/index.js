// Whether the page opens without a network after this visit. It does where its index.html names a service worker
// (<meta name="offline">), is not in another page's frame, and the visitor does not ask to save data.

const NEWER =
  "A newer version of this page has arrived. It opens once all tabs of this page are closed; until then nothing " +
  "changes here. ";
const OTHERS = "Close the other tabs of this page first. ";

/** Never throws: a page without this is as good, as long as there is a network. */
export async function keepOffline() {
  try {
    const container = navigator.serviceWorker;
    if (!container || window !== window.top) return;
    const meta = document.querySelector("meta[name=offline]");
    if (!(meta instanceof HTMLMetaElement)) return await forget(container);
    if (/** @type {any} */ (navigator).connection?.saveData) return;
    watch(await container.register(new URL(meta.content, document.baseURI)), container);
  } catch (error) {
    console.warn(error);
  }
}

/** A host that has taken the line out of index.html wants no more of it. */
async function forget(container) {
  const registration = await container.getRegistration(document.baseURI);
  if (registration && new URL("./", document.baseURI).href === registration.scope) await registration.unregister();
}

/**
 * @param {ServiceWorkerRegistration} registration
 * @param {ServiceWorkerContainer} container
 */
function watch(registration, container) {
  // Without a controller this page came from the network, and what is installed is its own version.
  const arrived = () => registration.waiting && container.controller && announce(registration.waiting, container);
  arrived();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", arrived));
}

/**
 * Says it where the page's advice is shown, with a button for whoever does not want to wait.
 * @param {ServiceWorker} newer
 * @param {ServiceWorkerContainer} container
 */
function announce(newer, container) {
  document.querySelector("[data-is=newer]")?.remove(); // of a version before that one
  const place = document.createElement("div"); // looks as the lab's own notes do
  Object.assign(place, { className: "notes", slot: "help", role: "status" });
  place.dataset.is = "newer";
  const note = Object.assign(document.createElement("p"), { className: "note kept" });
  const words = document.createElement("span");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Reload with it" });
  button.addEventListener("click", () => {
    container.addEventListener("controllerchange", () => location.reload(), { once: true });
    newer.postMessage({ mbppo: "take over" });
  });
  container.addEventListener("message", ({ data }) => {
    if (data?.mbppo === "other tabs") words.textContent = OTHERS;
  });
  note.append(words);
  place.append(note);
  document.querySelector("main")?.append(place);
  requestAnimationFrame(() => {
    words.textContent = NEWER; // readers hear what changes in a status that is there
    note.append(button);
  });
}
