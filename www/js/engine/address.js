// Where the two builds of the program are: scripts/page writes it into index.html, because their names contain a hash
// of their content. A page that is another, and only holds labs, fetches that index.html.

/** The folder that was built, and its page: these modules lie one folder deep in a folder of it. */
const FOLDER = new URL("../../", import.meta.url).href;
const INDEX = new URL("index.html", FOLDER).href;

/** @typedef {{ script: string, wasm: string, bytes: number }} Build `bytes` are those of the wasm */

/** The address of the page that shows nothing but a lab. */
export const homeAddress = () => FOLDER;

/** @type {?Promise<Document>} */ let fetched = null;

/** index.html as it is served, parsed but not run; fetched once. Its addresses are relative to `homeAddress()`. */
export function home() {
  fetched ??= homeNow().catch((error) => {
    fetched = null; // whoever asks next tries again
    throw error;
  });
  return fetched;
}

async function homeNow() {
  const answer = await fetch(INDEX, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`The lab could not be loaded: the server answered ${answer.status} for ${INDEX}.`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/**
 * Both builds. webgpu is null where the page was built without it, and "coming" where `trunk serve` is still compiling
 * it. `page`: the one that is open, which says it itself if it is the one that was built.
 * @param {ParentNode} page
 * @returns {Promise<{ cpu: Build, webgpu: Build | "coming" | null }>}
 */
export async function addresses(page = document) {
  const source = buildOf(page, "cpu") ? page : await home();
  const cpu = buildOf(source, "cpu");
  if (cpu === null || cpu === "coming")
    throw new Error("index.html does not say where the program is: it was not built by trunk.");
  return { cpu, webgpu: buildOf(source, "webgpu") };
}

/**
 * @param {ParentNode} page
 * @param {string} name
 * @returns {Build | "coming" | null}
 */
function buildOf(page, name) {
  const meta = /** @type {?HTMLMetaElement} */ (page.querySelector(`meta[data-build="${name}"]`));
  if (!meta) return null;
  const { dataset: data } = meta;
  if (data.coming) return "coming";
  const full = (/** @type {string | undefined} */ address) => new URL(address ?? "", FOLDER).href;
  return { script: full(data.script), wasm: full(data.wasm), bytes: Number(data.bytes) };
}

const LOOK_EVERY_MS = 3000;
/** @type {?Promise<Build | null>} */ let arriving = null;

/** The WebGPU build once it has been compiled, null if that failed: looks at index.html again and again. */
export function arrival(every = LOOK_EVERY_MS) {
  arriving ??= (async () => {
    for (;;) {
      await new Promise((later) => setTimeout(later, every));
      const build = await lookAgain();
      if (build !== "coming") return build;
    }
  })();
  return arriving;
}

async function lookAgain() {
  try {
    return buildOf(await homeNow(), "webgpu");
  } catch {
    return "coming"; // trunk is just putting a new page there, or was ended
  }
}
