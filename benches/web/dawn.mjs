// Pages in Node.js over Dawn, the WebGPU of Chromium (the npm package webgpu): for a GPU that no browser reaches. One
// process a page; what this gives is what browser.mjs gives.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { nameOfAdapter } from "./adapter.mjs";

const PAGE = fileURLToPath(new URL("dawn_page.mjs", import.meta.url));

/** `webgpu` and its version; says what to install where it is missing. */
function dawn() {
  try {
    const path = createRequire(import.meta.url).resolve("webgpu");
    return `webgpu ${JSON.parse(readFileSync(new URL("package.json", `file://${path}`), "utf8")).version}`;
  } catch {
    throw new Error("The npm package webgpu is missing: run `(cd benches/web && npm ci)` first.");
  }
}

/** A process that loads `module` as a page with this query; `evaluate` as a browser's page has it. */
export async function open(query, module = "./page/page.js") {
  const child = fork(PAGE, [module, `?${new URLSearchParams(query)}`], { serialization: "advanced" });
  const waiting = new Map();
  const exited = once(child, "exit").then(([status, signal]) => {
    const error = new Error(`the process ended (${signal ?? `status ${status}`})`);
    for (const { reject } of waiting.values()) reject(error);
  });
  child.on("message", (/** @type {any} */ { id, value, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(value);
  });
  let asked = 0;
  const evaluate = (work, given) =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null) return reject(new Error("the process has ended"));
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.send({ id: asked, work: String(work), given });
    });
  const close = async () => {
    child.kill();
    await exited;
  };
  return { evaluate, close, faults: [] };
}

/** {name, adapterName, open, close} */
export async function launch() {
  const name = `Node.js ${process.versions.node}, ${dawn()}`;
  const pages = [];
  const opened = async (query) => {
    pages.push(await open(query));
    return pages.at(-1);
  };
  const adapterName = async () => (await opened({ who: "ours", on: "cpu" })).evaluate(nameOfAdapter);
  return { name, adapterName, open: opened, close: () => Promise.all(pages.map((page) => page.close())) };
}
