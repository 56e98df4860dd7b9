// Where the two builds of the program are: scripts/page writes it into index.html, because their names contain a hash
// of their content. A page that is another, and only holds labs, fetches that index.html.

/** The folder that was built: these modules lie one folder deep in a folder of it. A notebook's have no folder: "". */
const OWN = URL.canParse("../../", import.meta.url) ? new URL("../../", import.meta.url).href : "";

/**
 * @typedef {{ script: string, wasm: string, bytes: number }} Program `bytes` are those of the wasm
 * @typedef {Program & { worker: string }} Build with the script of the Worker that runs it
 */

/**
 * The address of the folder that was built, whose page shows nothing but a lab.
 * @param {?string} [path] where that is, as a page that has put these modules elsewhere says
 */
export function homeAddress(path = null) {
  if (path === null || path === "") return OWN;
  return new URL(path.endsWith("/") ? path : `${path}/`, document.baseURI).href;
}

/** @type {Map<string, Promise<Document>>} */ const fetched = new Map();

/** The index.html of `home` as it is served, parsed but not run; fetched once. Its addresses are relative to `home`. */
export function pageOf(home) {
  const known = fetched.get(home);
  if (known) return known;
  const page = pageNow(home);
  fetched.set(home, page);
  page.catch(() => fetched.delete(home)); // whoever asks next tries again
  return page;
}

/** `page` is the index.html of `home`, which nobody serves: a notebook's widget brings its files along. */
export const keepPage = (home, page) => fetched.set(home, Promise.resolve(page));

async function pageNow(home) {
  const index = new URL("index.html", home).href;
  const answer = await fetch(index, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`The lab could not be loaded: the server answered ${answer.status} for ${index}.`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/**
 * Both builds. webgpu is null where the page was built without it, and "coming" where `trunk serve` is still compiling
 * it. `page`: the one that is open, which says it itself if it is the one that was built.
 * @param {string} [home]
 * @param {ParentNode} [page]
 * @returns {Promise<{ cpu: Build, webgpu: Build | "coming" | null }>}
 */
export async function addresses(home = OWN, page = document) {
  const source = home === OWN && buildOf(page, "cpu", home) ? page : await pageOf(home);
  const cpu = buildOf(source, "cpu", home);
  if (cpu === null || cpu === "coming")
    throw new Error("index.html does not say where the program is: it was not built by trunk.");
  return { cpu, webgpu: buildOf(source, "webgpu", home) };
}

/**
 * @param {ParentNode} page
 * @param {string} name
 * @param {string} home
 * @returns {Build | "coming" | null}
 */
function buildOf(page, name, home) {
  const meta = /** @type {?HTMLMetaElement} */ (page.querySelector(`meta[data-build="${name}"]`));
  if (!meta) return null;
  const { dataset: data } = meta;
  if (data.coming) return "coming";
  const full = (/** @type {string | undefined} */ address) => new URL(address ?? "", home).href;
  return { script: full(data.script), wasm: full(data.wasm), bytes: Number(data.bytes), worker: full(data.worker) };
}

const LOOK_EVERY_MS = 3000;
/** @type {Map<string, Promise<Build | null>>} */ const arriving = new Map();

/** The WebGPU build once it has been compiled, null if that failed: looks at index.html again and again. */
export function arrival(home = OWN, every = LOOK_EVERY_MS) {
  const known = arriving.get(home);
  if (known) return known;
  const looking = (async () => {
    for (;;) {
      await new Promise((later) => setTimeout(later, every));
      const build = await lookAgain(home);
      if (build !== "coming") return build;
    }
  })();
  arriving.set(home, looking);
  return looking;
}

/** @returns {Promise<Build | "coming" | null>} */
async function lookAgain(home) {
  try {
    return buildOf(await pageNow(home), "webgpu", home);
  } catch {
    return "coming"; // trunk is just putting a new page there, or was ended
  }
}
