// scripts/release: the same page gives the same bytes, its zip trains on a host, and all of it has one version.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { faultsOf, launch, until } from "../page/support/browser.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RELEASE = join(ROOT, "release");
const read = (path) => readFile(join(ROOT, path), "utf8");
const digest = async (file, algorithm, encoding) =>
  createHash(algorithm)
    .update(await readFile(join(RELEASE, file)))
    .digest(encoding);

/** The page in dist/ released once more: SHA256SUMS. */
async function released() {
  execFileSync("bash", ["scripts/release", "--built"], { cwd: ROOT });
  return readFile(join(RELEASE, "SHA256SUMS"), "utf8");
}

let scratch, sums, version;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "mbppo-release-"));
  sums = await released();
  version = (await read("Cargo.toml")).match(/^version = "(.*)"$/m)[1];
});
after(() => rm(scratch, { recursive: true, force: true }));
const unpacked = (archive, to) =>
  execFileSync("python3", ["-m", "zipfile", "-e", join(RELEASE, archive), join(scratch, to)]);

test("two releases of one page have the same hashes, whenever its files were made", async () => {
  for (const name of await readdir(join(ROOT, "dist"))) await utimes(join(ROOT, "dist", name), 1e9, 1e9);
  assert.equal(await released(), sums);
});

test("the checksums and integrities are those of the files, and every file has one", async () => {
  const entries = await readdir(RELEASE, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== "SHA256SUMS").map(({ name }) => name);
  assert.deepEqual(
    await Promise.all(files.sort().map(async (name) => `${await digest(name, "sha256", "hex")}  ${name}`)),
    sums.trim().split("\n"),
  );
  const sri = JSON.parse(await readFile(join(RELEASE, "sri.json"), "utf8"));
  const site = await readdir(join(RELEASE, "site"), { recursive: true, withFileTypes: true });
  assert.equal(Object.keys(sri).length, site.filter((entry) => entry.isFile()).length + 1, "the site and the widget");
  for (const [file, told] of Object.entries(sri))
    assert.equal(told, `sha384-${await digest(file, "sha384", "base64")}`);
});

test("the zip is the site below mbppo/, with the licences; on a host it trains and says its version", async (t) => {
  unpacked(`mbppo-site-${version}.zip`, "host");
  const mine = join(scratch, "host/mbppo");
  const names = (folder) => readdir(folder, { recursive: true }).then((all) => all.sort());
  assert.deepEqual(await names(mine), await names(join(RELEASE, "site")));
  assert.ok((await readdir(mine)).includes("LICENSE-MIT"));
  const browser = await launch({ dist: mine, under: "/course/mbppo/" });
  t.after(() => browser.close());
  const page = await browser.open("?seed=1&device=cpu");
  await until(page, (s) => s.real_steps > 0);
  assert.equal(await page.locator("[data-is=version]").textContent(), `mbppo ${version}`);
  const script = await page.evaluate(() => /** @type {any} */ (document.querySelector("script[type=module]")).src);
  assert.ok(new URL(script).pathname.startsWith(`/course/mbppo/js-${version}-`), script);
  assert.deepEqual(await faultsOf(page), []);
});

test("the version of Cargo.toml is that of everything else", async () => {
  const crates = ["mbppo", "mbppo-kernels"];
  for (const name of crates)
    assert.match(await read("Cargo.lock"), new RegExp(`name = "${name}"\nversion = "${version}"`), name);
  unpacked(`mbppo_widget-${version}-py3-none-any.whl`, "wheel");
  const told = {
    "src/kernels/Cargo.toml": /^version = "(.*)"$/m,
    "CITATION.cff": /^version: (.*)$/m,
    "CHANGELOG.md": /^## \[(\d.*?)\]/m,
    "packed/npm/package.json": /^ {2}"version": "(.*)",$/m,
    "packed/npm/index.js": /version = "(.*)"/,
    [`${join(scratch, "wheel")}/mbppo_widget-${version}.dist-info/METADATA`]: /^Version: (.*)$/m,
    [`${join(scratch, "wheel")}/mbppo_widget/__init__.py`]: /^__version__ = "(.*)"$/m,
  };
  for (const [file, pattern] of Object.entries(told)) {
    const text = await readFile(file.startsWith("/") ? file : join(ROOT, file), "utf8");
    assert.equal(text.match(pattern)?.[1], version, file);
  }
});

test("CITATION.cff is valid, as cffconvert judges it", async (t) => {
  const { status, stdout, stderr, error } = spawnSync("cffconvert", ["--validate"], { cwd: ROOT, encoding: "utf8" });
  if (error) return t.skip("cffconvert is not installed");
  assert.equal(status, 0, stdout + stderr);
});

test("an unknown option is refused", () => {
  const { status, stderr } = spawnSync("bash", ["scripts/release", "--fast"], { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /knows no option but --built/);
});
