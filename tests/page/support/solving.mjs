// How long until a task is solved in the page, and how fast it trains? From opening the address to the first test at
// the bar.
//
//   node support/solving.mjs                        CartPole-v1, seeds 0 to 4, on the CPU, at "normal" and at "fast"
//     --tasks A,B  --seeds 0,1  --speeds fast       which runs
//     --devices cpu,webgpu,auto                     where; WebGPU and automatic wait for what the page decides
//     --query "model_hidden_size=512"               more of the address
//     --limit 120                                   seconds after which a run is given up
//     --restarted                                   begins again on the device that was reached, and times that
//     --window 8                                    seconds in which steps are counted, on that device (0: no speed)
//     --at-once 1                                   so many runs beside each other
//     --json FILE  --shots FOLDER                   a JSON line for each run; a picture of each at its end
// The variable MBPPO_ADAPTER, as in browser.mjs, says which graphics device; CHROMIUM which browser.
import { appendFileSync, mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { faultsOf, launch, sentenceOf, snapshotOf } from "./browser.mjs";

const { values: wanted } = parseArgs({
  options: {
    tasks: { type: "string", default: "CartPole-v1" },
    seeds: { type: "string", default: "0,1,2,3,4" },
    speeds: { type: "string", default: "normal,fast" },
    devices: { type: "string", default: "cpu" },
    query: { type: "string", default: "" },
    limit: { type: "string", default: "120" },
    restarted: { type: "boolean", default: false },
    window: { type: "string", default: "0" },
    "at-once": { type: "string", default: "1" },
    json: { type: "string" },
    shots: { type: "string" },
  },
});
const list = (text) => text.split(",");
const LIMIT_MS = 1000 * Number(wanted.limit);
/** What the page says once it has decided where the run trains. */
const DECIDED = {
  cpu: /^Training on/,
  webgpu: /^Training on (WebGPU|the CPU(,|:))/,
  auto: /^Training on (WebGPU|the CPU(,|:))/,
};

/** Every run that is asked for. */
const runs = list(wanted.tasks).flatMap((task) =>
  list(wanted.speeds).flatMap((speed) =>
    list(wanted.devices).flatMap((device) => list(wanted.seeds).map((seed) => ({ task, speed, device, seed }))),
  ),
);

const secondsSince = (start) => Number(((performance.now() - start) / 1000).toFixed(2));

/** Looks every 50 ms until `look()` gives something, until the page has stopped, or until `end`; null then. */
async function wait(page, end, look) {
  for (; performance.now() < end; await page.waitForTimeout(50)) {
    const found = await look();
    if (found) return found;
    if (await page.locator("[data-is=trouble]").isVisible()) return null;
  }
  return null;
}

/** Steps and iterations a second over the window, on the device at hand. */
async function ratesOf(page) {
  const start = performance.now(),
    before = await snapshotOf(page);
  await wait(page, start + 1000 * Number(wanted.window), async () => false);
  const after = await snapshotOf(page),
    seconds = (performance.now() - start) / 1000;
  const rate = (name) => Number(((after[name] - before[name]) / seconds).toFixed(2));
  return {
    device: await page.evaluate(() => mbppo.device.kind),
    seconds: Number(seconds.toFixed(2)),
    real_steps_per_s: rate("real_steps"),
    imagined_steps_per_s: rate("imagined_steps"),
    iterations_per_s: rate("iteration"),
  };
}

/** Begins the run at hand again where it is. */
async function restart(page) {
  const { ticks } = await snapshotOf(page);
  await page.locator("[data-is=restart]").click();
  await wait(page, performance.now() + LIMIT_MS, async () => (await snapshotOf(page))?.ticks < ticks);
}

/** Seconds from `start` until the first test at the bar; null where that takes too long. */
async function solvedAfter(page, start) {
  const solved = async () => (await snapshotOf(page))?.solved_at_real_steps != null;
  // A page that has gone is found out by whoever looks next.
  return (await wait(page, start + LIMIT_MS, solved).catch(() => null)) ? secondsSince(start) : null;
}

/** Where the page lets the run train, and when it has said so. */
async function decisionOf(page, device, opened) {
  const sentence = await wait(page, opened + LIMIT_MS, async () => {
    const said = await sentenceOf(page);
    return (await snapshotOf(page))?.iteration >= 1 && DECIDED[device].test(said) ? said : null;
  });
  if (!sentence) return { sentence: await sentenceOf(page), decided_s: null, decided_at_iteration: null };
  return { sentence, decided_s: secondsSince(opened), decided_at_iteration: (await snapshotOf(page)).iteration };
}

/** What a run came to, from `opened` or from its new start on. */
async function follow(page, device, opened) {
  let [start, solving] = [opened, wanted.restarted ? null : solvedAfter(page, opened)];
  const decision = await decisionOf(page, device, opened);
  if (wanted.restarted) {
    await restart(page);
    start = performance.now();
    solving = solvedAfter(page, start);
  }
  const rates = decision.decided_s !== null && Number(wanted.window) > 0 ? await ratesOf(page) : null;
  const solved_s = await solving;
  const now = await snapshotOf(page);
  const figures = ["solved_at_real_steps", "iteration", "real_steps", "imagined_steps", "best_evaluation"];
  return {
    ...decision,
    restarted: wanted.restarted,
    rates,
    solved_s,
    waited_s: secondsSince(start),
    ...Object.fromEntries(figures.map((name) => [name, now?.[name] ?? null])),
    trained_on: await page.evaluate(() => globalThis.mbppo?.device?.kind ?? null),
  };
}

/** Title and words of the dialog that says what went wrong; null where nothing did. */
async function troubleOf(page) {
  if (!(await page.locator("[data-is=trouble]").isVisible())) return null;
  const text = (name) => page.locator(`[data-is=${name}]`).textContent();
  return `${await text("trouble-title")}: ${await text("trouble-words")}`;
}

async function play(browser, run) {
  const { task, speed, device, seed } = run,
    opened = performance.now();
  const page = await browser.open(
    `?task=${task}&seed=${seed}&device=${device}&speed=${speed}${wanted.query ? `&${wanted.query}` : ""}`,
  );
  try {
    const found = await follow(page, device, opened);
    if (wanted.shots) await page.screenshot({ path: `${wanted.shots}/${task}-${device}-${seed}.png` });
    return { ...run, query: wanted.query, ...found, trouble: await troubleOf(page), faults: await faultsOf(page) };
  } finally {
    await page.leave();
  }
}

function tell(result) {
  const { task, speed, device, seed, solved_s, solved_at_real_steps, waited_s, sentence, trouble, faults } = result;
  const solved =
    solved_s === null
      ? `not solved in ${waited_s} s`
      : `solved at ${solved_at_real_steps} real steps after ${solved_s} s`;
  console.log(task, speed, device, "seed", seed, solved, "·", sentence);
  if (result.rates) console.log("   ", JSON.stringify(result.rates));
  if (trouble ?? faults.length > 0) console.log("   ", trouble, faults);
  if (wanted.json) appendFileSync(wanted.json, `${JSON.stringify(result)}\n`);
}

if (wanted.shots) mkdirSync(wanted.shots, { recursive: true });
const browser = await launch({ gpu: list(wanted.devices).some((device) => device !== "cpu") });
const worker = async () => {
  for (let run = runs.shift(); run; run = runs.shift()) {
    try {
      tell(await play(browser, run));
    } catch (error) {
      console.log(run.task, run.speed, run.device, "seed", run.seed, "failed:", error.message.split("\n")[0]);
    }
  }
};
await Promise.all(Array.from({ length: Number(wanted["at-once"]) }, worker));
await browser.close();
