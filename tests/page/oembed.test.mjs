// oEmbed: what scripts/oembed.mjs adds to a built page is as https://oembed.com has it, and its frames open and train.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DIST, eventually, launch } from "./support/browser.mjs";

const SCRIPT = fileURLToPath(new URL("../../scripts/oembed.mjs", import.meta.url));
const site = mkdtempSync(join(tmpdir(), "mbppo-oembed-"));
const files = {};
/** @type {any} */ let browser;
before(async () => {
  cpSync(DIST, site, { recursive: true });
  browser = await launch({ dist: site, files });
});
after(async () => {
  await browser?.close();
  rmSync(site, { recursive: true, force: true });
});

const added = (...args) => spawnSync(process.execPath, [SCRIPT, ...args], { encoding: "utf8" });
const read = (path) => readFileSync(join(site, path), "utf8");
const PAGES = [
  "index.html",
  ...["lessons", "labs"].flatMap((folder) => htmlIn(folder).map((name) => `${folder}/${name}`)),
];
function htmlIn(folder) {
  return readdirSync(join(DIST, folder)).filter((name) => name.endsWith(".html"));
}

test("without a public address there is nothing of oEmbed in the page", () => {
  assert.ok(!readdirSync(DIST).includes("oembed"));
  for (const path of PAGES) assert.doesNotMatch(readFileSync(join(DIST, path), "utf8"), /json\+oembed/);
});

test("each page names an answer, and the answer is as oEmbed 1.0 has it", async () => {
  for (let time = 0; time < 2; time += 1)
    assert.equal(added(site, browser.home).stderr, "", "again is as good as once");
  assert.equal(readdirSync(join(site, "oembed")).length, PAGES.length);
  assert.ok(PAGES.length >= 7, `${PAGES}`);
  const page = await browser.open("oembed/index.json", { loaded: false });
  const kind = (await page.request.get(`${browser.home}oembed/index.json`)).headers()["content-type"];
  assert.equal(kind, "application/json");
  for (const path of PAGES) {
    const links = [...read(path).matchAll(/<link rel="alternate" type="application\/json\+oembed" href="([^"]*)"/g)];
    assert.equal(links.length, 1, path);
    const answer = await (await page.request.get(links[0][1])).json();
    const { version, type, title, html, width, height, provider_name, provider_url, cache_age } = answer;
    assert.deepEqual([version, type, provider_name, provider_url], ["1.0", "rich", "mbppo", browser.home], path);
    assert.ok(title.length > 0 && Number.isInteger(width) && Number.isInteger(height) && cache_age > 0, path);
    const shown = await page.evaluate((text) => {
      const all = new DOMParser().parseFromString(text, "text/html").body.children;
      return {
        count: all.length,
        ...Object.fromEntries([...all[0].attributes].map(({ name, value }) => [name, value])),
      };
    }, html);
    assert.deepEqual(
      [shown.count, shown.title, shown.width, shown.height, shown.sandbox, shown.allow],
      [
        1,
        title,
        `${width}`,
        `${height}`,
        "allow-scripts allow-same-origin allow-downloads",
        "fullscreen; clipboard-write",
      ],
    );
    assert.ok(shown.src.startsWith(`${browser.home}${path.startsWith("lessons/") ? path : "embed.html#"}`), shown.src);
  }
  await page.leave();
});

test("a page that puts an answer's frame into itself has a lab that waits, and trains", async () => {
  assert.equal(added(site, browser.home).status, 0);
  for (const name of ["labs-pendulum", "index", "lessons-trust"]) {
    const { html, title } = JSON.parse(read(`oembed/${name}.json`));
    files["blog.html"] = `<!doctype html><title>A blog</title><link rel="icon" href="data:,">${html}`;
    const page = await browser.open("blog.html", { loaded: false });
    const frame = page.frameLocator(`iframe[title="${title}"]`);
    await frame.getByRole("button", { name: "Play", exact: true }).first().click();
    const steps = () => frame.locator("[data-is=real-steps]").first().textContent();
    await eventually(page, async () => Number((await steps()).replace(/\D/g, "")) > 0, "real steps");
    assert.deepEqual(page.faults, []);
    await page.leave();
  }
});

for (const url of [
  "",
  "example.org/mbppo",
  "ftp://example.org/",
  "https://example.org/?a=1",
  "https://a.org/index.html",
])
  test(`a public address such as “${url}” is refused`, () => {
    const { status, stderr } = added(site, url);
    assert.equal(status, 1);
    assert.match(stderr, /is not valid: it must be that of a folder, such as https:/);
  });
