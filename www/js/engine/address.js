// Where the two builds of the program are: scripts/page writes it into index.html, because their names say their content.

/** {cpu, webgpu}, each {script, wasm, bytes}: `bytes` are those of the wasm. webgpu is null where the page was built without it. */
export function addresses(page = document) {
  const build = (name) => {
    const data = page.querySelector(`meta[data-build="${name}"]`)?.dataset;
    const full = (address) => new URL(address, page.baseURI).href;
    return data ? { script: full(data.script), wasm: full(data.wasm), bytes: Number(data.bytes) } : null;
  };
  return { cpu: build("cpu"), webgpu: build("webgpu") };
}
