// embed.html in a frame of somebody else's page: messages there and back, sandboxes, isolated hosts.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { eventually, faultsOf, start } from "./support/browser.mjs";

const RUN = "task=CartPole-v1&seed=1&device=cpu";
const CORS = { headers: () => ({ "access-control-allow-origin": "*" }) };

let browser;
const open = [];
before(async () => {
  browser = await start();
});
after(async () => {
  await browser?.close();
  await Promise.all(open.map(({ close }) => close()));
});

/** The browser on a host of this kind that has the built page. */
async function host(serving = {}) {
  const each = await browser.host(serving);
  open.push(each);
  return each;
}

/** A page of another host that holds `frame` and writes down what the frame tells it. */
async function around(frame, headers = {}) {
  const body = `<!doctype html><title>A course</title><link rel="icon" href="data:,"><button id="theirs">Theirs</button>
    <div>${frame}</div><script>window.heard = [];
    addEventListener("message", ({ data, origin }) => heard.push({ data, origin }));
    let calls = 0;
    window.ask = (call, ...args) => new Promise((resolve) => {
      const id = ++calls;
      addEventListener("message", ({ data }) => { if (data?.mbppo && data.id === id) resolve(data); });
      document.querySelector("iframe").contentWindow.postMessage({ mbppo: 1, id, call, args }, "*");
    });</script>`;
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "text/html", ...headers }).end(body),
  );
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve(null));
    });
  open.push({ close });
  return `http://localhost:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`;
}
const frameOf = (address, attributes = "") =>
  `<iframe ${attributes} width="640" height="420" title="lab" src="${address}"></iframe>`;

/** A page on `address` whose frame has said that it is ready. */
async function opened(ours, address) {
  const page = await ours.open("embed.html#autoplay=false", { loaded: false });
  await page.goto(address);
  await eventually(page, async () => (await eventsOf(page, "ready")).length > 0, "ready");
  return page;
}
const eventsOf = (page, name) =>
  page.evaluate(
    (wanted) => globalThis.heard.filter(({ data }) => data?.event === wanted).map(({ data }) => data.detail),
    name,
  );
const ask = (page, ...request) => page.evaluate((words) => globalThis.ask(...words), request);

test("a page and its frame talk: calls are answered, events told, hostile messages refused", async () => {
  const ours = await host();
  const address = await around(frameOf(`${ours.home}embed.html#${RUN}&autoplay=false&panels=stage horizon-error`));
  const page = await opened(ours, address);
  const inside = page.frameLocator("iframe");
  assert.equal((await ask(page, "step", 50)).value.ticks, 50);
  assert.equal((await ask(page, "step", "iteration")).value.iteration, 1);
  assert.ok((await eventsOf(page, "iteration")).length > 0);
  const file = (await ask(page, "exportRun")).value;
  assert.ok(Object.keys(file).length > 1000);
  const { value: state } = await ask(page, "getState");
  assert.equal((await ask(page, "configure", { horizon: 7 })).error, undefined);
  assert.deepEqual((await ask(page, "get", "settings")).value.config, { horizon: "7" });
  await ask(page, "setState", state);
  assert.deepEqual((await ask(page, "get", "settings")).value.config, {});
  await ask(page, "show", { panels: "stage", controls: "none", theme: "dark" });
  assert.equal(await inside.locator("[data-is=trust]").isVisible(), false);

  const before = (await ask(page, "get", "snapshot")).value.ticks;
  for (const [request, words] of /** @type {[any[], RegExp][]} */ ([
    [["fly"], /call = fly is not valid: it must be one of play, pause/],
    [["constructor"], /call = constructor is not valid/],
    [["get", "ready"], /args\[0\] = ready is not valid/],
    [["get"], /args\[0\] = undefined/],
    [["configure", { seed: "x" }], /seed = x is not valid/],
    [["configure", null], /changes = null is not valid/],
    [["step", -3], /step = -3 is not valid/],
    [["step", {}], /step = \[object Object\] is not valid/],
    [["setState", "x".repeat(100_000)], /state = .* is not valid/],
    [["openRun", "file"], /./],
    [["openRun", { length: 9 }], /./],
    [["show", { panels: "telescope" }], /panels = telescope/],
    [["show", null], /./],
    [["reset", { seed: 1.5 }], /seed = 1.5/],
  ])) {
    const { error } = await ask(page, ...request);
    assert.match(error?.message ?? "answered", words, JSON.stringify(request).slice(0, 100));
  }
  await page.evaluate(() => {
    const to = document.querySelector("iframe")?.contentWindow;
    const strange = [null, 7, "", "[iFrameSizer]", "[iFrameSizer]x", [], {}, { mbppo: {} }, { mbppo: 2, call: "play" }];
    for (const message of [...strange, { mbppo: 1 }, { mbppo: 1, call: "play", args: { 0: 1 } }, new Uint8Array(4)])
      to?.postMessage(message, "*");
  });
  assert.equal((await ask(page, "get", "snapshot")).value.ticks, before, "the run is as it was");
  assert.deepEqual(await faultsOf(page).then((faults) => faults.filter((fault) => !/foreign request/.test(fault))), []);
  await page.leave();
});

test("only the origins that are listed are heard, and told", async () => {
  const ours = await host();
  const listed = await around("");
  for (const [origins, hears] of /** @type {[string, boolean][]} */ ([
    ["https://school.example", false],
    [`https://school.example ${new URL(listed).origin}`, true],
  ])) {
    const page = await ours.open("lab.js", { loaded: false });
    await page.goto(listed);
    const address = `${ours.home}embed.html#${RUN}&origins=${encodeURIComponent(origins)}`;
    await page.evaluate((markup) => {
      const place = document.querySelector("div");
      if (place) place.innerHTML = markup;
    }, frameOf(address));
    const frame = await (await page.locator("iframe").elementHandle()).contentFrame();
    await frame.waitForFunction(() => globalThis.mbppo?.snapshot?.ticks > 0);
    await page.evaluate(() =>
      document.querySelector("iframe")?.contentWindow?.postMessage({ mbppo: 1, id: 1, call: "pause" }, "*"),
    );
    if (hears) await eventually(page, async () => (await eventsOf(page, "statechange")).length > 0, "an event");
    else await page.waitForTimeout(500);
    assert.equal(await frame.evaluate(() => globalThis.mbppo.playing), !hears);
    assert.equal(await page.evaluate(() => globalThis.heard.length > 0), hears);
    await page.leave();
  }
});

test("in a sandbox without an origin it trains in a worker, where its server lets everybody read", async () => {
  const ours = await host(CORS);
  const page = await opened(ours, await around(frameOf(`${ours.home}embed.html#${RUN}`, 'sandbox="allow-scripts"')));
  const frame = await (await page.locator("iframe").elementHandle()).contentFrame();
  await frame.waitForFunction(() => globalThis.mbppo?.snapshot?.real_steps > 0);
  assert.equal(page.workers().length, 1, "a worker of its own");
  assert.equal(await frame.evaluate(() => self.origin), "null");
  assert.match(await page.frameLocator("iframe").locator("[data-is=device-sentence]").textContent(), /CPU/);
  assert.ok((await eventsOf(page, "devicechange")).every(({ sentence }) => !/shares the page's thread/.test(sentence)));
  assert.deepEqual(await eventsOf(page, "error"), []);
  await page.leave();
});

test("in a sandbox whose server lets nobody read, it says what is missing", async () => {
  const ours = await host();
  const page = await ours.open("lab.js", { loaded: false });
  await page.goto(await around(frameOf(`${ours.home}embed.html#${RUN}`, 'sandbox="allow-scripts"')));
  const words = page.frameLocator("iframe").locator("[data-is=help].known [data-is=help-words]");
  await words.waitFor();
  assert.match(await words.textContent(), /allow-same-origin.*access-control-allow-origin/s);
  await page.leave();
});

test("a host that is cross-origin isolated shows it once the server says that it may", async () => {
  const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const sent = { "cross-origin-resource-policy": "cross-origin", "cross-origin-embedder-policy": "require-corp" };
  const ours = await host({ headers: () => sent });
  const page = await opened(ours, await around(frameOf(`${ours.home}embed.html#${RUN}`), isolated));
  assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
  const frame = await (await page.locator("iframe").elementHandle()).contentFrame();
  await frame.waitForFunction(() => globalThis.mbppo?.snapshot?.real_steps > 0);
  await page.leave();
});

test("it tells its height as LTI, iframe-resizer and its own pages want to hear it", async () => {
  const ours = await host();
  const address = await around(frameOf(`${ours.home}embed.html#${RUN}&panels=stage&autoplay=false`, 'id="frame1"'));
  const page = await opened(ours, address);
  await eventually(page, async () => (await eventsOf(page, "resize")).length > 0, "a size");
  const { height } = (await eventsOf(page, "resize")).at(-1);
  assert.ok(height > 300 && height < 480, `${height} pixels for a stage and its buttons`);
  const told = await page.evaluate(() =>
    globalThis.heard.map(({ data }) => data).filter((data) => typeof data === "string"),
  );
  assert.deepEqual(JSON.parse(told.at(-1)), { subject: "lti.frameResize", height });
  await page.evaluate(() =>
    document
      .querySelector("iframe")
      ?.contentWindow?.postMessage(
        "[iFrameSizer]frame1:8:false:false:32:true:true:null:bodyOffset:null:null:0:false",
        "*",
      ),
  );
  const answered = () =>
    page.evaluate(() => globalThis.heard.map(({ data }) => data).find((data) => /^\[iFrameSizer\]/.test(data)));
  await eventually(page, async () => Boolean(await answered()), "an answer");
  assert.equal(await answered(), `[iFrameSizer]frame1:${height}:640:init`);
  await page.leave();
});

test("Escape gives the focus back to the page, and keys that the lab does not use are told", async () => {
  const ours = await host();
  const page = await opened(ours, await around(frameOf(`${ours.home}embed.html#${RUN}&panels=stage&autoplay=false`)));
  await page.frameLocator("iframe").locator("[data-is=play]").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("n");
  await eventually(page, async () => (await eventsOf(page, "key")).length > 0, "a key");
  assert.deepEqual(
    (await eventsOf(page, "key")).map(({ key }) => key),
    ["ArrowRight"],
  );
  await page.keyboard.press("Escape");
  await eventually(
    page,
    () => page.evaluate(() => document.hasFocus() && document.activeElement?.localName !== "iframe"),
    "the focus",
  );
  await page.leave();
});

test("Share gives the code that embeds this run, with a preview that learns and ends with the dialog", async () => {
  const ours = await host();
  const page = await ours.open(`?${RUN}&horizon=7`);
  await page.getByRole("button", { name: "Share" }).click();
  await page.locator("[data-is=embed] summary").click();
  const code = () => page.locator("[data-is=embed-code]").inputValue();
  await page.locator("[data-is=embed-panels]").getByLabel("horizon-error").uncheck();
  await page.locator("[data-is=embed-panels]").getByLabel("map").check();
  assert.match(await code(), /embed\.html#[^"]*horizon=7[^"]*panels=stage\+counters\+map"/);
  const preview = page.frameLocator("[data-is=embed-preview]");
  await preview.locator("[data-is=real-steps]").filter({ hasText: /[1-9]/ }).waitFor();
  assert.ok(await preview.locator("[data-is=where]").isVisible());
  await page.locator("[data-is=embed-kind]").selectOption("element");
  assert.match(await code(), /<mbppo-lab [^>]*seed="1"[^>]*run="horizon=7"[^>]*panels="stage counters map" autoplay>/);
  const markup = await code();
  await page.locator("[data-is=share-dialog]").getByRole("button", { name: "Close" }).click();
  await eventually(page, () => page.workers().length === 1, "the end of the preview");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();

  const other = await ours.open("embed.html#autoplay=false", { loaded: false });
  await other.route("**/theirs.html", (route) => route.fulfill({ contentType: "text/html", body: markup }));
  await other.goto(`${ours.home}theirs.html`);
  await other.waitForFunction(() => document.querySelector("mbppo-lab")?.["snapshot"]?.real_steps > 0);
  assert.equal(await other.evaluate(() => document.querySelector("mbppo-lab")?.["settings"].config.horizon), "7");
  await other.leave();
});
