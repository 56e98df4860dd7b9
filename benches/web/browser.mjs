// The browser in which everything is measured, and the server of its pages.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { nameOfAdapter } from "./adapter.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--enable-unsafe-webgpu",
];
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
// A page with these has a clock of 5 µs instead of 100.
const ISOLATION = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Serves this folder. */
function serve() {
  const server = createServer(({ url }, response) => {
    const path = HERE + normalize(decodeURIComponent(new URL(url, "http://localhost").pathname)).slice(1);
    if (!existsSync(path) || statSync(path).isDirectory()) return response.writeHead(404).end("There is no such file.");
    response.writeHead(200, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "cache-control": "no-store",
      ...ISOLATION,
    });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/**
 * {name, adapterName, open, close}. `adapter` as Chromium names it: swiftshader is software, default the machine's
 * own.
 */
export async function launch(adapter = "swiftshader") {
  // The page tests' package has the driver: there is one place for its version.
  const { chromium } = createRequire(new URL("../../tests/page/package.json", import.meta.url))("playwright-core");
  const server = await serve();
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = adapter === "default" ? FLAGS : [...FLAGS, `--use-webgpu-adapter=${adapter}`];
  const browser = await chromium.launch({ executablePath, args });
  const open = async (query) => {
    const page = await browser.newPage();
    page.faults = [];
    page.on("console", (message) => {
      if (message.type() === "error") page.faults.push(message.text().slice(0, 300));
    });
    page.on("pageerror", (error) => page.faults.push(String(error).slice(0, 300)));
    await page.goto(`http://localhost:${server.address().port}/page/index.html?${new URLSearchParams(query)}`);
    await page.waitForFunction(() => globalThis.bench);
    return page;
  };
  const close = async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  };
  const adapterName = async () => {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${server.address().port}/page/clock.js`); // any file of this host will do
    const name = await page.evaluate(nameOfAdapter);
    await page.close();
    return name;
  };
  return { name: `Chromium ${browser.version()}`, adapterName, open, close };
}
