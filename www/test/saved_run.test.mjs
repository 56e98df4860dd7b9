// Saved runs that are opened: which files are meant to be one, and which addresses are fetched.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchRun, isRun } from "../js/saved_run.js";

test("a saved run is known by its name or by its first bytes, a receipt is none", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  assert.equal(isRun("run.safetensors", bytes("{}")), true, "whatever it holds: the program says what is wrong");
  assert.equal(isRun("run.bin", Uint8Array.from([16, 1, 0, 0, 0, 0, 0, 0])), true);
  assert.equal(isRun("receipt.json", bytes('{ "receipt": 1 }')), false);
  assert.equal(isRun("short", bytes("")), false);
});

const base = "https://host.example/course/page.html";
const answer = ({ ok = true, status = 200, length = "3" } = {}) => ({
  ok,
  status,
  headers: { get: () => length },
  arrayBuffer: async () => new Uint8Array([1, 2, 3]).buffer,
});

test("only relative addresses of the same host are fetched", async () => {
  const asked = [];
  const load = /** @type {any} */ (async (href) => asked.push(href) && answer());
  assert.deepEqual([...(await fetchRun("runs/a.safetensors", base, load))], [1, 2, 3]);
  assert.deepEqual(asked, ["https://host.example/course/runs/a.safetensors"]);
  for (const address of ["", "https://host.example/a", "//other.example/a", "\\\\other.example/a", "data:,x", "blob:x"])
    await assert.rejects(fetchRun(address, base, load), {
      field: "run",
      message: `run = ${address} is not valid: it must be the relative address of a saved run on this page's own host.`,
    });
  assert.equal(asked.length, 1, "nothing else was asked for");
});

test("a file that does not come is named with the reason", async () => {
  const failing = (load) => fetchRun("a.safetensors", base, /** @type {any} */ (load));
  await assert.rejects(
    failing(async () => answer({ ok: false, status: 404 })),
    {
      message: "run = a.safetensors could not be loaded: the server answered 404.",
    },
  );
  await assert.rejects(
    failing(async () => answer({ length: String(2 ** 40) })),
    { message: /larger than any run/ },
  );
  await assert.rejects(
    failing(async () => {
      throw new TypeError("Failed to fetch");
    }),
    { message: "run = a.safetensors could not be loaded: Failed to fetch." },
  );
});
