// Where the two builds of the program are: scripts/page writes it into index.html, because their names contain a hash
// of their content.

/** @typedef {{ script: string, wasm: string, bytes: number }} Build `bytes` are those of the wasm */

/**
 * Both builds. webgpu is null where the page was built without it, and "coming" where `trunk serve` is still compiling
 * it.
 * @param {ParentNode} page
 * @returns {{ cpu: Build, webgpu: Build | "coming" | null }}
 */
export function addresses(page = document) {
  const cpu = buildOf(page, "cpu");
  if (cpu === null || cpu === "coming")
    throw new Error("index.html does not say where the program is: it was not built by trunk.");
  return { cpu, webgpu: buildOf(page, "webgpu") };
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
  const full = (/** @type {string | undefined} */ address) => new URL(address ?? "", document.baseURI).href;
  return { script: full(data.script), wasm: full(data.wasm), bytes: Number(data.bytes) };
}

const LOOK_EVERY_MS = 3000;

/** The WebGPU build once it has been compiled, null if that failed: looks at this page's own file again and again. */
export async function arrival(every = LOOK_EVERY_MS) {
  for (;;) {
    await new Promise((later) => setTimeout(later, every));
    const build = await lookAgain();
    if (build !== "coming") return build;
  }
}

async function lookAgain() {
  try {
    const answer = await fetch(document.baseURI, { cache: "no-store" });
    if (!answer.ok) return "coming"; // trunk is just putting a new page there, or was ended
    return buildOf(new DOMParser().parseFromString(await answer.text(), "text/html"), "webgpu");
  } catch {
    return "coming";
  }
}
