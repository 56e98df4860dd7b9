// The same seed is the same run, to the last bit, in browsers of three makers: their WebAssembly may differ in nothing
// that we use.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { DIST } from "../support/browser.mjs";
import { ENGINES, openEngine, versionOf } from "../support/engines.mjs";
import { serve } from "../support/serve.mjs";

/**
 * Different arithmetic: a world model, PPO and curiosity; a Gaussian policy on continuous actions; values from a replay
 * buffer.
 */
const RUNS = [
  { query: "?seed=5&speed=fast&device=cpu", iterations: 6 },
  { query: "?task=Pendulum-v1&seed=5&speed=fast&device=cpu", iterations: 3 },
  { query: "?task=Acrobot-v1&preset=ppo&seed=5&speed=fast&device=cpu", iterations: 3 },
];
const LIMIT_MS = 240_000; // for one run, on a machine that has other things to do

let host;
let told; // resolves with what a browser sends next
let waiting = [];
before(async () => {
  const report = await readFile(new URL("report.js", import.meta.url));
  const files = { "engines/report.js": report };
  host = await serve(DIST, {
    files,
    posted: { "engines/told": hear },
    altered: (name, body) =>
      name === "index.html"
        ? String(body).replace(
            "</head>",
            `<script type="module" src="engines/report.js?iterations=${waiting[0]?.iterations}"></script></head>`,
          )
        : body,
  });
});
after(() => host?.close());

/** A browser has sent its curves: the answer is where it should go next. */
function hear(body) {
  const said = JSON.parse(body);
  waiting.shift();
  told(said);
  return JSON.stringify({ next: waiting.length > 0 ? host.page + waiting[0].query : null });
}

/** All RUNS in one browser: the curves of each, up to the end of its iterations. */
async function played(engine) {
  waiting = [...RUNS];
  const results = [];
  let next = new Promise((resolve) => {
    told = resolve;
  });
  const browser = await openEngine(engine, host.page + waiting[0].query);
  try {
    for (const { query, iterations } of RUNS) {
      let timer;
      const late = new Promise((resolve, reject) => {
        timer = setTimeout(
          () =>
            reject(new Error(`${engine.name} sent nothing for ${query} in ${LIMIT_MS / 1000} s. ${browser.words()}`)),
          LIMIT_MS,
        );
      });
      const gone = browser.ended.then(() => {
        throw new Error(`${engine.name} ended. ${browser.words()}`);
      });
      const said = await Promise.race([next, late, gone]).finally(() => clearTimeout(timer));
      next = new Promise((resolve) => {
        told = resolve;
      });
      assert.equal(said.error, undefined, `${engine.name}: ${said.error}`);
      results.push(beginning(said.curves, iterations));
    }
    return results;
  } finally {
    await browser.close();
  }
}

/** What the first iterations have left behind. */
function beginning({ metrics, ...own }, iterations) {
  const end = metrics["train/n_updates"][iterations - 1].real_steps;
  const early = (curves) =>
    Object.fromEntries(
      Object.entries(curves)
        .sort()
        .map(([name, points]) => [name, points.filter(({ real_steps }) => real_steps <= end)])
        .filter(([, points]) => points.length > 0), // a metric that begins later is none of theirs
    );
  return { ...early(own), ...early(metrics) };
}

const [FIRST, ...OTHERS] = ENGINES;
const hashOf = (run) => createHash("sha256").update(JSON.stringify(run)).digest("hex").slice(0, 16);
let expected = null;

for (const engine of [FIRST, ...OTHERS]) {
  test(`the same seeds in ${engine.name}`, async (t) => {
    if (engine.program === null) {
      assert.notEqual(process.env.CI, "true", `${engine.name} must be there on CI`);
      return t.skip(`${engine.name} is not on this machine; on Debian scripts/setup installs it for root`);
    }
    const runs = await played(engine);
    t.diagnostic(`${versionOf(engine)}: ${runs.map(hashOf).join(", ")}`);
    runs.forEach((run, index) => {
      assert.ok(Object.values(run).flat().length > 40, "there is something to compare");
      assert.ok(
        Object.values(run)
          .flat()
          .every(({ value }) => value === null || Number.isFinite(value)),
      );
      if (expected)
        assert.deepEqual(run, expected[index], `${RUNS[index].query} is another run here than in ${FIRST.name}`);
    });
    expected ??= runs;
  });
}
