// The program in Node.js: read from the folder that was built, and run on this thread. Only what a page has not is
// here.
import { homeAddress } from "../engine/address.js";
import { answersOf } from "../engine/answers.js";
import { instantiate } from "../engine/load.js";
import { localEngine } from "../engine/local.js";
import { EngineError } from "../engine/protocol.js";
import { programOf } from "../params.js";

/** Whether this is Node.js, and not a page or a worker of one. */
export const isNode = () => typeof document === "undefined" && Boolean(globalThis.process?.versions?.node);

/** The folder that was built: where this module lies in it, or the one at `publicPath`. */
export async function homeInNode(publicPath = "") {
  if (!publicPath) return homeAddress();
  const { pathToFileURL } = await import("node:url");
  return `${pathToFileURL(publicPath).href.replace(/\/$/, "")}/`;
}

/** @type {Map<string, Promise<any>>} */ const running = new Map(); // address of a program → its exports

/**
 * As openEngines of engine/index.js, for a trainer without a page.
 * @param {string} home the folder that was built, as a file: address
 */
export async function openInNode(home) {
  const { readFile } = await import("node:fs/promises");
  const { pathToFileURL } = await import("node:url");
  const index = await readFile(new URL("index.html", home), "utf8").catch((cause) => {
    throw new EngineError(`publicPath = ${home} is not valid: it must be a folder that trunk has built.`, { cause });
  });
  const engineOf = async (name) => localEngine(await program(index, home, name));
  const answers = answersOf(await program(index, home, "cpu"), {
    base: () => `${pathToFileURL(process.cwd()).href}/`,
    shared: () => true,
    tensors: () => engineOf("tensors"),
  });
  const engineFor = (settings) => engineOf(programOf(answers.schema, settings));
  return { ...answers, another: engineFor, cpu: engineFor };
}

/** The exports of the build `name`, which index.html says where it is. */
function program(index, home, name) {
  const [tag] = index.match(new RegExp(`<meta data-build="?${name}"?[^>]*>`)) ?? [];
  const address = (part) => new URL(tag?.match(new RegExp(`data-${part}="?([^" >]+)`))?.[1] ?? "", home).href;
  const known = running.get(address("wasm"));
  if (known) return known;
  if (!tag) throw new EngineError(`${home} was built without the program with burn's tensors, which this run needs.`);
  const begun = compiled(address("wasm")).then((module) => instantiate({ script: address("script") }, module));
  running.set(address("wasm"), begun);
  return begun;
}

async function compiled(address) {
  const { readFile } = await import("node:fs/promises");
  return WebAssembly.compile(await readFile(new URL(address)));
}
