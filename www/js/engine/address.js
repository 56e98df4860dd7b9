// Where the two builds of the program are: Trunk and scripts/page name them by their content, and index.html says how.

/** {cpu, webgpu}, each {script, wasm, bytes}; webgpu is null where the page was built without it. */
export function addresses(page = document) {
  const build = (name) => {
    const link = page.querySelector(`link[data-build="${name}"]`);
    return link && { script: link.href, wasm: new URL(link.dataset.wasm, page.baseURI).href, bytes: Number(link.dataset.bytes) };
  };
  return { cpu: build("cpu"), webgpu: build("webgpu") };
}
