import assert from "node:assert/strict";
import { test } from "node:test";
import { elementCode, frameAddress, frameCode } from "../js/panels/share.js";

const home = "https://example.org/mbppo/";
const run = /** @type {[string, string][]} */ ([
  ["task", "Pendulum-v1"],
  ["seed", "3"],
  ["horizon", "5"],
  ["physics.gravity", "20;9.8@1500"],
]);

test("the code of a frame opens the same run, with the panels that were chosen", () => {
  const address = new URL(frameAddress({ home, run, panels: ["stage", "map"] }));
  assert.equal(address.pathname, "/mbppo/embed.html");
  assert.deepEqual([...new URLSearchParams(address.hash.slice(1))], [...run, ["panels", "stage map"]]);
  const code = frameCode({ home, run, panels: ["stage"] });
  assert.match(code, /^<iframe src="https:\/\/example\.org\/mbppo\/embed\.html#task=Pendulum-v1&amp;seed=3/);
  assert.match(code, /title="[^"]+"/);
});

test("the code of an element has its attributes and the rest as a run; nothing in it breaks out of a text", () => {
  const code = elementCode({ home, run, panels: ["stage"] });
  assert.match(code, /<script type="module" src="https:\/\/example\.org\/mbppo\/element\.js"><\/script>/);
  assert.match(
    code,
    /<mbppo-lab task="Pendulum-v1" seed="3" run="horizon=5&amp;physics\.gravity=[^"]*" panels="stage"/,
  );
  const odd = elementCode({ home, run: [["task", '"><script>alert(1)</script>']], panels: [] });
  assert.doesNotMatch(odd.slice(odd.indexOf("<mbppo-lab")), /<script|"">/);
});
