// Hosts that send less than they should (docs/hosting.md): the page works, or says in a sentence what is missing.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { DIST, faultsOf, start, until } from "./support/browser.mjs";

const open = [];
let browser;
before(async () => {
  browser = await start();
});
after(async () => {
  await browser?.close();
  await Promise.all(open.map((each) => each.close()));
});

/** The browser on a host of this kind. */
async function host(serving = {}) {
  const each = await browser.host(serving);
  open.push(each);
  return each;
}
const QUERY = "?seed=1&device=cpu";
const policy = (changes) => ({
  "content-security-policy": Object.entries({
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    ...changes,
  })
    .map((pair) => pair.join(" "))
    .join("; "),
});

/** What the page says where no module of it runs. */
async function helpOf(page) {
  await page.locator("[data-is=help].known").waitFor();
  assert.ok(await page.locator("[data-is=loading]").isHidden(), "nothing is being loaded any more");
  return page.locator("[data-is=help-words]").textContent();
}

/** What it says where its modules run and the program does not. */
async function troubleOf(page) {
  await page.locator("[data-is=trouble]").waitFor();
  assert.equal(await page.locator("[data-is=help]").count(), 0);
  return page.locator("[data-is=trouble-report]").textContent();
}

/** @type {any[][]} */
const WITHOUT_MODULES = [
  [
    "scripts as text/plain",
    { headers: (name) => (name.endsWith(".js") ? { "content-type": "text/plain" } : {}) },
    /sends \S+\.js as “text\/plain”.*“text\/javascript”/,
  ],
  [
    "scripts without a type",
    { headers: (name) => (name.endsWith(".js") ? { "content-type": "" } : {}) },
    /sends \S+\.js as “no type”/,
  ],
  [
    "the page itself in place of a script",
    {
      altered: (name, body) => body,
      headers: (name) => (name.endsWith("/main.js") ? { "content-type": "text/html" } : {}),
    },
    /sends main\.js as “text\/html”/,
  ],
];
for (const [kind, serving, words] of WITHOUT_MODULES) {
  test(`a host that sends ${kind} is told so`, async () => {
    const page = await (await host(serving)).open(QUERY, { loaded: false });
    assert.match(await helpOf(page), words);
    await page.leave();
  });
}

test("one module that does not arrive is named", async () => {
  const ours = await host();
  /** @type {[string, (route: any) => any][]} */
  const cases = [
    ["main", (route) => route.fulfill({ status: 404, body: "" })],
    ["main", (route) => route.abort("blockedbyclient")],
    ["lab/index", (route) => route.fulfill({ status: 404, body: "" })],
  ];
  for (const [module, refuse] of cases) {
    const page = await ours.open("about:blank".slice(0, 0), { loaded: false, before: null });
    await page.route(new RegExp(`/js-[^/]*/${module}\\.js$`), refuse);
    await page.goto(ours.home + QUERY);
    assert.match(await helpOf(page), new RegExp(`^${module.split("/").at(-1)}\\.js could not be loaded`));
    await page.leave();
  }
});

test("opened as a file it says that it wants a server", async () => {
  const page = await (await host()).open(QUERY, { loaded: false });
  await page.goto(pathToFileURL(`${DIST}/index.html`).href);
  assert.match(await helpOf(page), /opened as a file.*http\.server/);
  await page.leave();
});

test("where not even a plain script runs, advice appears by itself", async () => {
  const page = await (await host({ headers: () => policy({ "script-src": "'none'" }) })).open(QUERY, { loaded: false });
  assert.ok(await page.locator("[data-is=help]").isHidden(), "not at once: the scripts may only be slow");
  await page.locator("[data-is=help]").waitFor({ state: "visible" });
  assert.ok(await page.locator("[data-is=loading]").isHidden());
  assert.match(
    await page.locator("[data-is=help-words]").textContent(),
    /not as a file.*“text\/javascript”.*'wasm-unsafe-eval'.*“allow-same-origin”/s,
  );
  await page.leave();
});

/** @type {any[][]} */
const POLICIES = [
  ["WebAssembly", { "script-src": "'self'" }, /content security policy .* forbids WebAssembly.*'wasm-unsafe-eval'/],
  ["to fetch", { "connect-src": "'none'" }, /content security policy .* connect-src must hold 'self'/],
];
for (const [what, changes, words] of POLICIES) {
  test(`a host's policy that forbids ${what} is named`, async () => {
    const page = await (await host({ headers: () => policy(changes) })).open(QUERY, { loaded: false });
    assert.match(await troubleOf(page), words);
    await page.leave();
  });
}

test("no worker, by policy or because it never arrives: the page trains on its own thread and says why", async () => {
  for (const serving of [
    { headers: () => policy({ "worker-src": "'none'" }) },
    { headers: (name) => (/worker\/index\.js$/.test(name) ? { "content-type": "text/plain" } : {}) },
  ]) {
    const page = await (await host(serving)).open(QUERY);
    await until(page, (s) => s.real_steps > 0);
    assert.match(
      await page.locator("[data-is=device-sentence]").textContent(),
      /shares the page's thread, because no worker could be started/,
    );
    await page.leave();
  }
});

/** @type {any[][]} */
const PROGRAMS = [
  ["cut off", (body) => body.subarray(0, body.length / 2), /this browser cannot compile it/],
  ["another file", () => "<!doctype html><title>Not found</title>", /this browser cannot compile it/],
];
for (const [kind, altered, words] of PROGRAMS) {
  test(`a program that is ${kind} is said`, async () => {
    const page = await (await host({ altered: (name, body) => (name.endsWith(".wasm") ? altered(body) : body) })).open(
      QUERY,
      { loaded: false },
    );
    assert.match(await troubleOf(page), words);
    await page.leave();
  });
}

/** @type {any[][]} */
const ENOUGH = [
  [
    "without a type for .wasm",
    { headers: (name) => (name.endsWith(".wasm") ? { "content-type": "application/octet-stream" } : {}) },
  ],
  [
    "that isolates the page (COOP, COEP) and forbids to guess types",
    {
      headers: () => ({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
      }),
    },
  ],
  ["with a strict policy of its own", { headers: () => policy({}) }],
  [
    "that demands trusted types",
    { headers: () => ({ "content-security-policy": "require-trusted-types-for 'script'" }) },
  ],
];
for (const [kind, serving] of ENOUGH) {
  test(`a host ${kind} is good enough`, async () => {
    const page = await (await host(serving)).open(QUERY);
    await until(page, (s) => s.real_steps > 0);
    if (!kind.includes("trusted")) assert.deepEqual(await faultsOf(page), []);
    await page.leave();
  });
}

/** Another host, whose page holds ours in a frame. */
async function frame(address, attributes, headers = {}) {
  const server = createServer((_, response) =>
    response
      .writeHead(200, { "content-type": "text/html", ...headers })
      .end(`<!doctype html><iframe ${attributes} width="1000" height="700" src="${address}"></iframe>`),
  );
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve(null));
      }),
  });
  return `http://localhost:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`;
}

test("a sandboxed frame without allow-same-origin says which word is missing; with it the page learns", async () => {
  const ours = await host();
  const page = await ours.open(QUERY, { loaded: false });
  await page.goto(await frame(ours.home + QUERY, 'sandbox="allow-scripts"'));
  const inside = page.frameLocator("iframe");
  await inside.locator("[data-is=help].known").waitFor();
  assert.match(
    await inside.locator("[data-is=help-words]").textContent(),
    /sandboxed frame.*allow-same-origin.*access-control-allow-origin/s,
  );
  await page.goto(await frame(ours.home + QUERY, 'sandbox="allow-scripts allow-same-origin"'));
  await inside.locator("[data-is=real-steps]").filter({ hasText: /[1-9]/ }).waitFor();
  await page.leave();
});

test("a sandboxed frame learns where the server lets everybody read (CORS)", async () => {
  const ours = await host({ headers: () => ({ "access-control-allow-origin": "*" }) });
  const page = await ours.open(QUERY, { loaded: false });
  await page.goto(await frame(ours.home + QUERY, 'sandbox="allow-scripts"'));
  const inside = page.frameLocator("iframe");
  await inside.locator("[data-is=real-steps]").filter({ hasText: /[1-9]/ }).waitFor();
  assert.match(await inside.locator("[data-is=device-sentence]").textContent(), /Training on the CPU/);
  await page.leave();
});

/** A run that diverges within seconds, so that its last good state is offered as a file. */
const WILD = "?task=Pendulum-v1&preset=ppo&learning_rate=0.1&ent_coef=1&vf_coef=0&seed=1&device=cpu&speed=fast";
const SANDBOX = 'sandbox="allow-scripts allow-same-origin"';

test("a sandboxed frame without allow-downloads says so and offers the file as text", async () => {
  const ours = await host();
  const page = await ours.open(QUERY, { loaded: false });
  const inside = page.frameLocator("iframe").locator("[data-is=kept]");
  const words = inside.locator("[data-is=file-words]");
  const text = inside.locator("[data-is=file-text]");

  // A page of the same host can be asked what its frame forbids.
  const around = new URL("around.html", ours.home).href;
  await page.route(around, (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe ${SANDBOX} width="1000" height="700" src="./${WILD}">` }),
  );
  await page.goto(around);
  await words.waitFor();
  assert.match(await words.textContent(), /^The frame around this page forbids downloads.*“allow-downloads”.*base64/);
  assert.ok(await inside.locator("[data-is=file]").isHidden());

  // One of another host does not say: what a click did not do is said then.
  await page.goto(await frame(ours.home + WILD, SANDBOX));
  await inside.locator("[data-is=file]").click();
  await words.waitFor();
  assert.match(await words.textContent(), /^If no file has been saved, the host of this page forbids downloads/);
  await inside.locator("[data-is=file-copy]").click();
  await text.waitFor();
  const file = Buffer.from(await text.inputValue(), "base64");
  assert.match(file.subarray(8, 2000).toString("latin1"), /^\{.*Pendulum-v1/s, "a safetensors file begins like this");
  await page.leave();
});

test("the page's programs are compiled with SIMD", async () => {
  const ours = await host();
  const index = await (await fetch(ours.home)).text();
  const programs = [...index.matchAll(/data-build="(\w+)"[^>]*data-wasm="\.\/([^"]+)"/g)];
  assert.ok(programs.some(([, name]) => name === "cpu"));
  for (const [, name, file] of programs) {
    const [section] = WebAssembly.Module.customSections(
      await WebAssembly.compile(new Uint8Array(await readFile(`${DIST}/${file}`))),
      "target_features",
    );
    assert.match(Buffer.from(section ?? new ArrayBuffer(0)).toString("latin1"), /\+.?simd128/, `the build ${name}`);
  }
});
