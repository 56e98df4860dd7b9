// The program in Node.js: read from the folder that was built, and run on this thread. Only what a page has not is
// here.
import { homeAddress } from "../engine/address.js";
import { answersOf } from "../engine/answers.js";
import { instantiate } from "../engine/load.js";
import { localEngine } from "../engine/local.js";
import { EngineError } from "../engine/protocol.js";

/** Whether this is Node.js, and not a page or a worker of one. */
export const isNode = () => typeof document === "undefined" && Boolean(globalThis.process?.versions?.node);

/** The folder that was built: where this module lies in it, or the one at `publicPath`. */
export async function homeInNode(publicPath = "") {
  if (!publicPath) return homeAddress();
  const { pathToFileURL } = await import("node:url");
  return `${pathToFileURL(publicPath).href.replace(/\/$/, "")}/`;
}

/** @type {Map<string, Promise<any>>} */ const running = new Map(); // home → the program's exports

/**
 * As openEngines of engine/index.js, for a trainer without a page.
 * @param {string} home the folder that was built, as a file: address
 */
export async function openInNode(home) {
  const known = running.get(home) ?? begun(home);
  running.set(home, known);
  const bindings = await known;
  const { pathToFileURL } = await import("node:url");
  const another = async () => localEngine(bindings);
  return {
    ...answersOf(bindings, { base: () => `${pathToFileURL(process.cwd()).href}/`, shared: () => true }),
    another,
    cpu: another,
  };
}

async function begun(home) {
  const { readFile } = await import("node:fs/promises");
  const index = await readFile(new URL("index.html", home), "utf8").catch((cause) => {
    throw new EngineError(`publicPath = ${home} is not valid: it must be a folder that trunk has built.`, { cause });
  });
  const [tag] = index.match(/<meta data-build="?cpu"?[^>]*>/) ?? [""];
  const address = (name) => new URL(tag.match(new RegExp(`data-${name}="?([^" >]+)`))?.[1] ?? "", home).href;
  const module = await WebAssembly.compile(await readFile(new URL(address("wasm"))));
  return instantiate({ script: address("script") }, module);
}
