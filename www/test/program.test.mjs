// The labs of a page share its programs: one download, compiled once, and one instance on the page's thread.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { localEngine } from "../js/engine/local.js";
import { compiledOnce, isCompiled, keepCompiled, runningHere } from "../js/engine/program.js";

const { fetch } = globalThis;
afterEach(() => Object.assign(globalThis, { fetch }));

const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const build = (name, script = "") => ({ wasm: `http://host.test/${name}.wasm`, script, bytes: 8 });
/** Answers with these, one after another; gives back how many have been asked for. */
function answers(...bodies) {
  let asked = 0;
  globalThis.fetch = async () => new Response(bodies[(asked += 1) - 1]);
  return () => asked;
}

test("labs that ask for the same build get the same module, and each hears how much has arrived", async () => {
  const asked = answers(EMPTY);
  const told = [];
  const hear = (name) => (progress) => told.push([name, progress.received]);
  const [one, two] = await Promise.all([
    compiledOnce(build("shared"), hear("one")),
    compiledOnce(build("shared"), hear("two")),
  ]);
  assert.equal(one, two);
  assert.equal(await compiledOnce(build("shared"), hear("three")), one);
  assert.deepEqual(
    [asked(), told],
    [
      1,
      [
        ["one", 8],
        ["two", 8],
      ],
    ],
  );
});

test("a build that did not arrive is fetched again for the next lab", async () => {
  const asked = answers("no program", EMPTY);
  await assert.rejects(
    compiledOnce(build("late"), () => {}),
    /cannot compile/,
  );
  assert.ok((await compiledOnce(build("late"), () => {})) instanceof WebAssembly.Module);
  assert.equal(asked(), 2);
});

test("what a worker has compiled is not fetched again", async () => {
  const asked = answers();
  assert.ok(!isCompiled(build("elsewhere")));
  const module = new WebAssembly.Module(EMPTY);
  keepCompiled(build("elsewhere"), module);
  assert.ok(isCompiled(build("elsewhere")));
  assert.equal(await compiledOnce(build("elsewhere"), () => {}), module);
  assert.equal(asked(), 0);
});

test("the program on the page's thread tells every lab of its end that is still there", async () => {
  const before = globalThis.addEventListener;
  globalThis.addEventListener = () => {};
  const script = `data:text/javascript,${encodeURIComponent(
    "export let starts = 0; export default async () => { starts += 1; }; export let panic; " +
      "export const on_panic = (hear) => { panic = hear; };",
  )}`;
  const said = [];
  const gone = new AbortController();
  const hearer = (name, signal) => ({ ended: (words) => said.push([name, words]), signal });
  const module = new WebAssembly.Module(EMPTY);
  const bindings = await runningHere(build("here", script), module, hearer("gone", gone.signal));
  assert.equal(await runningHere(build("here", script), module, hearer("here", undefined)), bindings);
  assert.equal(bindings.starts, 1);
  gone.abort();
  bindings.panic("index out of bounds", "src/lib.rs:1");
  assert.deepEqual(said, [["here", "index out of bounds\nat src/lib.rs:1"]]);
  globalThis.addEventListener = before;
});

test("an engine on this thread that is closed frees its sessions, also one that was still being opened", async () => {
  const freed = [];
  let open;
  const wasm = (name) => ({ device: () => ({}), task: () => ({}), free: () => freed.push(name) });
  const Session = {
    create: ({ task }) =>
      task === "slow" ? new Promise((resolve) => (open = () => resolve(wasm(task)))) : Promise.resolve(wasm(task)),
  };
  const engine = localEngine({ Session });
  await engine.open({ task: "one" });
  (await engine.open({ task: "two" })).close();
  const late = engine.open({ task: "slow" });
  await new Promise(setImmediate);
  engine.close();
  open();
  await late;
  await new Promise(setImmediate);
  assert.deepEqual(freed.sort(), ["one", "slow", "two"]);
});
