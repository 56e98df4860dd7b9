// One page of dawn.mjs: gives Node.js what a module finds in a browser's page, loads it, and evaluates what it is sent.
import { readFileSync } from "node:fs";
import { register } from "node:module";
// @ts-ignore it is installed only by who measures on a GPU without a browser
import { create, globals } from "webgpu";

const [module, search] = process.argv.slice(2);
const HERE = new URL(".", import.meta.url).href;

Object.assign(globalThis, globals, { Window: class {}, location: { search, href: `${HERE}page/index.html${search}` } });
Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true });
globalThis.fetch = async (address) =>
  new Response(readFileSync(new URL(address)), { headers: { "content-type": "application/wasm" } });

// Addresses begin at this folder, as on the server of browser.mjs.
const there = `name.startsWith("/") ? new URL("." + name, "${HERE}").href : name`;
const resolve = `(name, context, next) => next(${there}, context)`;
register(`data:text/javascript,export const resolve = ${encodeURIComponent(resolve)}`);

const loaded = import(module);
process.on("message", async (/** @type {any} */ { id, work, given }) => {
  try {
    await loaded;
    process.send({ id, value: await (0, eval)(`(${work})`)(given) });
  } catch (error) {
    process.send({ id, error: String(error?.message ?? error) });
  }
});
process.on("disconnect", () => process.exit());
