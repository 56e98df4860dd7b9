// Where the wasm is: Trunk names the two files by their content and announces them as preloads in index.html.

export function addresses(page = document) {
  const script = page.querySelector('link[rel="modulepreload"][href*="mbppo"]')?.href;
  const wasm = page.querySelector('link[rel="preload"][type="application/wasm"]')?.href;
  const beside = (name) => new URL(name, page.baseURI).href;
  return { script: script ?? beside("mbppo.js"), wasm: wasm ?? beside("mbppo_bg.wasm") };
}
