import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, toBase64 } from "../js/base64.js";
import { downloads } from "../js/panels/file.js";

const framed = (words) => ({
  frameElement: {
    hasAttribute: () => words !== null,
    sandbox: { contains: (word) => words.split(" ").includes(word) },
  },
});

test("downloads are forbidden where the frame is known to forbid them, and nowhere else", () => {
  assert.equal(downloads(framed("allow-scripts allow-same-origin")), false);
  assert.equal(downloads(framed("allow-scripts allow-downloads")), true);
  assert.equal(downloads(framed(null)), true, "a frame without a sandbox");
  assert.equal(downloads({ frameElement: null }), true, "no frame, or one of another origin");
  const refuses = Object.defineProperty({}, "frameElement", {
    get() {
      throw new Error("SecurityError");
    },
  });
  assert.equal(downloads(refuses), true);
});

test("a file as text is the file, whatever its length", () => {
  for (const length of [0, 1, 2, 3, 0x8000, 0x8001, 200_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
    assert.deepEqual(Buffer.from(toBase64(bytes), "base64"), Buffer.from(bytes));
  }
});
