// Where the two builds of the program are: scripts/page writes it into index.html, because their names say their content.

/**
 * {cpu, webgpu}, each {script, wasm, bytes}: `bytes` are those of the wasm. webgpu is null where the page was built without it,
 * and "coming" where `trunk serve` is still compiling it.
 */
export function addresses(page = document) {
  return { cpu: buildOf(page, "cpu"), webgpu: buildOf(page, "webgpu") };
}

function buildOf(page, name) {
  const data = page.querySelector(`meta[data-build="${name}"]`)?.dataset;
  if (!data) return null;
  if (data.coming) return "coming";
  const full = (address) => new URL(address, document.baseURI).href;
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
