// The README opens with a picture of the page, in light and in dark, that does not keep a reader waiting.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const MOST_BYTES = 250_000;
const at = (path) => new URL(`../../${path}`, import.meta.url);

test("the README's picture comes before its first paragraph, light for light pages and dark for dark ones", () => {
  const readme = readFileSync(at("README.md"), "utf8");
  const [, picture] = readme.match(/^# mbppo\n\n<picture>([^]*?)<\/picture>\n/) ?? [];
  assert.ok(picture, "node scripts/picture.mjs makes it");
  assert.match(picture, /<source media="\(prefers-color-scheme: dark\)" srcset="[^"]*dark\.webp">/);
  assert.match(picture, /<img src="[^"]*light\.webp" width="\d+" alt="[^"]{80,}">/);
  for (const [, path] of picture.matchAll(/(?:src|srcset)="([^"]*)"/g)) {
    const bytes = readFileSync(at(path));
    assert.equal(bytes.toString("latin1", 8, 12), "WEBP", path);
    assert.ok(bytes.length <= MOST_BYTES, `${path} has ${bytes.length} bytes`);
  }
});
