// What stands in the way of the wasm is told apart: the host's policy, the browser, the file.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { addresses, homeAddress } from "../js/engine/address.js";
import { compile } from "../js/engine/load.js";

const { fetch, WebAssembly } = globalThis;
afterEach(() => Object.assign(globalThis, { fetch, WebAssembly }));

const ADDRESS = "http://host.test/below/mbppo_bg.wasm";
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const answers = (body, status = 200) => {
  globalThis.fetch = async () => new Response(body, { status });
};
const refusal = () =>
  compile({ wasm: ADDRESS }, () => {}).then(
    () => assert.fail("compiled"),
    ({ message }) => message,
  );

test("a program is compiled whatever type the host gives it, and its bytes are counted", async () => {
  answers(EMPTY);
  const told = [];
  const module = await compile({ wasm: ADDRESS, bytes: 8 }, (progress) => told.push(progress));
  assert.deepEqual(WebAssembly.Module.exports(module), []);
  assert.deepEqual(told.at(-1), { received: 8, total: 8 });
});

test("a policy that forbids WebAssembly is named, not the browser", async () => {
  answers("no program");
  class Module {
    constructor() {
      throw new WebAssembly.CompileError("Refused: 'wasm-unsafe-eval' is not allowed");
    }
  }
  globalThis.WebAssembly = Object.assign(Object.create(WebAssembly), {
    Module,
    compileStreaming: WebAssembly.compileStreaming,
  });
  assert.match(await refusal(), /content security policy .* forbids WebAssembly.* 'wasm-unsafe-eval'/);
});

test("a browser without SIMD is named", async () => {
  answers("no program");
  globalThis.WebAssembly = Object.assign(Object.create(WebAssembly), {
    validate: () => false,
    compileStreaming: WebAssembly.compileStreaming,
    Module: WebAssembly.Module,
  });
  assert.match(await refusal(), /lacks WebAssembly SIMD/);
});

test("a file that is no program, or none at all, is said", async () => {
  answers("<!doctype html>");
  assert.match(await refusal(), /this browser cannot compile it .*incomplete/);
  answers("", 404);
  assert.match(await refusal(), /server answered 404 for \/below\/mbppo_bg\.wasm/);
  globalThis.fetch = async () => {
    throw new TypeError("Failed to fetch");
  };
  assert.match(await refusal(), /could not be loaded: Failed to fetch/);
});

test("a policy that forbids to fetch is named", async () => {
  const listeners = new EventTarget();
  globalThis.addEventListener = listeners.addEventListener.bind(listeners);
  globalThis.removeEventListener = listeners.removeEventListener.bind(listeners);
  globalThis.fetch = async () => {
    listeners.dispatchEvent(Object.assign(new Event("securitypolicyviolation"), { effectiveDirective: "connect-src" }));
    throw new TypeError("Failed to fetch");
  };
  assert.match(await refusal(), /content security policy .* connect-src must hold 'self'/);
  delete globalThis.addEventListener;
  delete globalThis.removeEventListener;
});

test("WebGPU's build is there, coming, or not in the page", async () => {
  /** @returns {ParentNode} */
  const page = (metas) => {
    const found = (asked) => metas[asked.match(/"(\w+)"/)[1]];
    const querySelector = (asked) => (found(asked) ? { dataset: found(asked) } : null);
    return /** @type {ParentNode} */ ({ querySelector });
  };
  const cpu = { script: "./a.js", wasm: "./a.wasm", bytes: "7", worker: "./w.js" };
  assert.deepEqual(await addresses(homeAddress(), page({ cpu })), {
    cpu: { script: `${homeAddress()}a.js`, wasm: `${homeAddress()}a.wasm`, bytes: 7, worker: `${homeAddress()}w.js` },
    webgpu: null,
    tensors: null,
  });
  assert.equal((await addresses(homeAddress(), page({ cpu, webgpu: { coming: "123" } }))).webgpu, "coming");
  const { webgpu } = await addresses(homeAddress(), page({ cpu, webgpu: { ...cpu, bytes: "9" } }));
  assert.equal(webgpu !== "coming" && webgpu.bytes, 9);
});
