// The page without a network after one visit (www/js/offline): it opens and trains, is never of two versions, and an
// update never touches a run that is under way.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DIST, eventually, faultsOf, start, until } from "./support/browser.mjs";

const OFFLINE = fileURLToPath(new URL("../../scripts/offline", import.meta.url));
const RUN = "?seed=1&device=cpu";
const scratch = mkdtempSync(join(tmpdir(), "mbppo-offline-"));
/** @type {any} */ let browser;
/** @type {string} */ let site;
let count = 0;
before(async () => {
  browser = await start();
});
after(async () => {
  await browser?.close();
  rmSync(scratch, { recursive: true, force: true });
});
beforeEach(() => {
  site = join(scratch, String((count += 1)));
  cpSync(DIST, site, { recursive: true });
});

/** Puts a newer version on the host: its title is another. `whole`: with the list of its files. */
function deploy(title, whole = true) {
  const index = join(site, "index.html");
  writeFileSync(index, readFileSync(index, "utf8").replace(/<title>[^<]*/, `<title>${title}`));
  if (whole) execFileSync("bash", [OFFLINE, site]);
}
const allowed = { serviceWorkers: "allow" };
/** Whether a service worker is there that serves the next visit. */
const isKept = (page) =>
  page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state === "activated");
const caches = (page) => page.evaluate(() => globalThis.caches.keys());
const trained = (page) => until(page, (s) => s.real_steps > 0);
const updated = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const settled = await registration.update().catch(() => registration);
    const coming = settled.installing;
    if (coming && coming.state === "installing")
      await new Promise((resolve) => coming.addEventListener("statechange", resolve, { once: true }));
  });

/** A visit to `host` that has trained, and after which the page is kept. */
async function visited(host, options = allowed) {
  const page = await host.open(RUN, options);
  await trained(page);
  await eventually(page, () => isKept(page), "a service worker");
  return page;
}
/** Opens an address of the same visitor in another tab, or the one given. */
async function opens(page, address, tab) {
  const shown = tab ?? (await page.context().newPage());
  await shown.goto(address);
  await shown.waitForFunction(() => globalThis.mbppo?.snapshot);
  return shown;
}

for (const keep of [true, false]) {
  test(`visit, stop the server, reload, train; the host lets browsers keep files: ${keep}`, async () => {
    const host = await browser.host({ dist: site, keep });
    const page = await visited(host);
    await host.close();
    await assert.rejects(page.request.get(host.home), "the server is gone");
    await page.reload();
    await trained(page);
    await opens(page, `${host.home}?task=Pendulum-v1&seed=2&device=cpu`, page);
    assert.equal((await until(page, (s) => s.real_steps > 0)).task, "Pendulum-v1");
    await page.goto(`${host.home}lessons/curious.html`);
    await page.waitForFunction(() => customElements.get("mbppo-lab"));
    await page.locator("#curious").getByRole("button", { name: "Play", exact: true }).click();
    await page.waitForFunction(() => /** @type {any} */ (document.querySelector("#curious")).snapshot?.real_steps > 0);
    assert.deepEqual(await faultsOf(page), []);
    await page.leave();
  });
}

test("until training runs nothing is fetched for later visits", async () => {
  /** @type {string[]} */ const asked = [];
  /** @type {any} */ let page = null;
  let early = null;
  const altered = (name, body) => {
    asked.push(name);
    return body;
  };
  const host = await browser.host({ dist: site, altered });
  page = await host.open(`${RUN}&autoplay=false`, allowed);
  await page.waitForTimeout(1000);
  early = asked.filter((name) => name.includes("offline") || name === "service_worker.js");
  assert.deepEqual(early, []);
  assert.equal(await isKept(page), false);
  await page.evaluate(() => globalThis.mbppo.play());
  await eventually(page, () => isKept(page), "a service worker once it trains");
  assert.ok(asked.includes("service_worker.js"));
  await page.leave();
  await host.close();
});

test("a newer version is announced, leaves the run alone, and begins whole when the only tab asks for it", async () => {
  const host = await browser.host({ dist: site });
  const page = await visited(host);
  const [old] = await caches(page);
  await page.reload(); // from now on what is kept serves it
  await trained(page);
  const title = await page.title();
  await page.evaluate(() => {
    globalThis.same = true;
  });

  deploy("newer");
  await updated(page);
  const note = page.getByText(/A newer version of this page has arrived/);
  await note.waitFor();
  const { real_steps: before } = await page.evaluate(() => globalThis.mbppo.snapshot);
  await until(page, (s) => s.real_steps > before);
  assert.equal(await page.evaluate(() => globalThis.same), true, "nothing was reloaded");

  const other = await opens(page, `${host.home}${RUN}`);
  assert.equal(await other.title(), title, "beside it, another tab shows the same version");
  assert.equal((await caches(page)).length, 2);
  const button = page.getByRole("button", { name: "Reload with it" });
  await button.click();
  await page.getByText(/Close the other tabs/).waitFor();
  assert.equal(await page.evaluate(() => globalThis.same), true, "for the other tab it would be another version");
  await other.close();
  await button.click();
  await page.waitForFunction(() => document.title === "newer" && globalThis.mbppo?.snapshot);
  await trained(page);
  await eventually(page, async () => (await caches(page)).length === 1, "the older version forgotten");
  assert.notEqual((await caches(page))[0], old);
  assert.equal(await page.locator("[data-is=newer]").count(), 0);
  await page.waitForFunction(() => !globalThis.same);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
  await host.close();
});

test("a version that is half on the host is not kept: the last whole one stays", async () => {
  const host = await browser.host({ dist: site });
  const page = await visited(host);
  const whole = await caches(page);
  await page.reload();
  const title = await page.title();
  deploy("newer");
  deploy("half", false);
  await updated(page);
  await eventually(page, async () => (await caches(page)).length === 1, "nothing of the half version");
  assert.deepEqual(await caches(page), whole);
  await host.close();
  await page.reload();
  await trained(page);
  assert.equal(await page.title(), title);
  await page.leave();
});

test("a host that takes the line out of index.html ends it for those who had it", async () => {
  const host = await browser.host({ dist: site });
  const page = await visited(host);
  const index = join(site, "index.html");
  writeFileSync(index, readFileSync(index, "utf8").replace(/<meta name="offline"[^>]*>/, ""));
  execFileSync("bash", [OFFLINE, site]);
  await updated(page);
  await page.reload();
  await page.waitForFunction(() => !document.querySelector("meta[name=offline]"));
  await trained(page);
  await eventually(page, async () => !(await isKept(page)), "no service worker");
  await page.leave();
  await host.close();
});

test("in a frame of another page, and where a page of somebody else's holds labs, there is none", async () => {
  const files = {
    "frame.html": `<!doctype html><title>f</title><link rel="icon" href="data:,"><iframe src="./${RUN}"></iframe>`,
    "embedded.html": `<!doctype html><title>e</title><link rel="icon" href="data:,">
      <iframe src="embed.html#seed=1&device=cpu"></iframe>`,
  };
  const host = await browser.host({ dist: site, files });
  for (const name of Object.keys(files)) {
    const page = await host.open(name, { ...allowed, loaded: false });
    const frame = () => page.frames()[1];
    await eventually(
      page,
      () =>
        frame()
          ?.evaluate(() => globalThis.mbppo?.snapshot?.iteration > 1)
          .catch(() => false),
      "two iterations",
    );
    assert.equal(await isKept(page), false, name);
    await page.leave();
  }
  await host.close();
});
