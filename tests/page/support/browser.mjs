// A browser with the built page in it, and ears for everything that must not happen there.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const FLAGS = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];
/** Which graphics device, as Chromium names it: swiftshader is software, default the machine's own. */
const ADAPTER = process.env.MBPPO_ADAPTER ?? "swiftshader";
const GPU_FLAGS = ["--enable-unsafe-webgpu", ...(ADAPTER === "default" ? [] : [`--use-webgpu-adapter=${ADAPTER}`])];
/**
 * How long a test waits for what must come: machines have other things to do, and a test that waits too long loses
 * nothing.
 */
export const PATIENCE_MS = 240_000;
/** The built page. */
export const DIST = process.env.MBPPO_DIST ?? fileURLToPath(new URL("../../../dist", import.meta.url));

/**
 * {open, home, trace, traced, close}. `gpu`: with a WebGPU adapter, a software one unless MBPPO_ADAPTER says which;
 * without it the browser has WebGPU but finds no adapter. All other options are those of serve.mjs. `home`: the page's
 * address. `dist`: another built page.
 * @param {{ gpu?: boolean, dist?: string } & NonNullable<Parameters<typeof serve>[1]>} [options]
 */
export async function launch({ gpu = false, ...serving } = {}) {
  mustBeBuilt(serving.dist);
  const browser = await start(gpu);
  const { open, home, close } = await browser.host(serving);
  return {
    open,
    home,
    trace: (page, options) => browser.program.startTracing(page, options),
    traced: () => browser.program.stopTracing(),
    close: async () => {
      await browser.close();
      await close();
    },
  };
}

/**
 * A browser on no host yet: {host, visit, program, close}; `host(options)` is one of serve.mjs, {open, home, close}.
 * @param {boolean} [gpu]
 */
export async function start(gpu = false) {
  const program = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless=new", ...FLAGS, ...(gpu ? GPU_FLAGS : [])],
  });
  /** @param {{ dist?: string } & NonNullable<Parameters<typeof serve>[1]>} [options] */
  const host = async ({ dist = DIST, ...serving } = {}) => {
    mustBeBuilt(dist);
    const served = await serve(dist, serving);
    return { open: (query, options) => open(program, served, query, options), home: served.page, close: served.close };
  };
  /** A page that is to be on `address`, which no host of ours serves, and is not there yet. */
  const visit = (/** @type {string} */ address) => open(program, { page: address }, "", { goes: false, loaded: false });
  return { host, visit, program, close: () => program.close() };
}

function mustBeBuilt(dist = DIST) {
  if (!existsSync(`${dist}/index.html`))
    throw new Error("There is no built page in dist/. Build it first: trunk build.");
}

/**
 * A page on `query`; `page.faults` collects errors, foreign requests and violations of the content policy.
 * @param {any} browser
 * @param {{ page: string }} host
 * @param {string} query
 * @param {Record<string, any>} [options]
 * @returns {Promise<any>}
 */
async function open(browser, host, query = "", { before, goes = true, loaded = true, altered, as, ...context } = {}) {
  // Without the service worker, unless a test is about it: what it answers, `altered` does not see.
  const usual = { viewport: { width: 1280, height: 800 }, serviceWorkers: "block" };
  const visit = await browser.newContext({ ...usual, ...context });
  const page = await visit.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.faults = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(new URL(host.page).origin) && !url.startsWith("data:"))
      page.faults.push(`foreign request: ${url}`);
  });
  await page.addInitScript(() => {
    // The tree in which the page's lab is: document.querySelector does not look into it.
    Object.defineProperty(globalThis, "lab", { get: () => document.querySelector("main")?.shadowRoot ?? document });
    globalThis.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  if (before) await page.addInitScript(before);
  if (altered)
    await page.route(altered, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()}\n${as}` });
    });
  if (goes) await page.goto(host.page + query);
  if (loaded) await page.waitForFunction(() => globalThis.mbppo?.snapshot);
  page.leave = () => visit.close();
  return page;
}

/** From now on the page's thread works as on a processor so many times as slow. */
export async function slowed(page, times) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: times });
}

/** Everything that went wrong on a page so far. */
export async function faultsOf(page) {
  return [...page.faults, ...(await page.evaluate(() => globalThis.violations))];
}

/** The worker in which a device trains: "cpu" or "webgpu". */
export async function workerOf(page, name) {
  for (const worker of page.workers()) if ((await worker.evaluate(() => self.name)) === name) return worker;
  throw new Error(`There is no worker ${name} among ${page.workers().length}.`);
}

/** What the page says about its device. */
export const sentenceOf = (page) => page.locator("[data-is=device-sentence]").textContent();

/** Waits until the page says something about its device that matches. */
export async function untilSaid(page, words, timeout = PATIENCE_MS) {
  for (const end = Date.now() + timeout; Date.now() < end; await page.waitForTimeout(40)) {
    const sentence = await sentenceOf(page);
    if (words.test(sentence)) return sentence;
  }
  throw new Error(`${words} was not said in ${timeout / 1000} s, but: ${await sentenceOf(page)}`);
}

/** The page's snapshot, or one part of it. */
export const snapshotOf = (page) => page.evaluate(() => globalThis.mbppo.snapshot);

/** Waits until nothing has been worked for a second, however long the last orders take to arrive; the snapshot then. */
export async function standsStill(page, timeout = PATIENCE_MS) {
  let before = await snapshotOf(page);
  for (const end = Date.now() + timeout; Date.now() < end; ) {
    await page.waitForTimeout(1000);
    const now = await snapshotOf(page);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
  throw new Error(`It still works after ${timeout / 1000} s.`);
}

/** Waits until `condition(snapshot)` holds. It is asked here: the page's own policy forbids code from strings. */
export async function until(page, condition, timeout = PATIENCE_MS) {
  const end = Date.now() + timeout;
  for (let snapshot; Date.now() < end; await page.waitForTimeout(40)) {
    snapshot = await snapshotOf(page);
    if (snapshot && condition(snapshot)) return snapshot;
  }
  throw new Error(`${condition} does not hold after ${timeout / 1000} s: ${JSON.stringify(await snapshotOf(page))}`);
}

/** Waits until `look()` gives something that is true. */
export async function eventually(page, look, words, timeout = PATIENCE_MS) {
  for (const end = Date.now() + timeout; Date.now() < end; await page.waitForTimeout(100)) if (await look()) return;
  throw new Error(`${words} did not come in ${timeout / 1000} s`);
}
