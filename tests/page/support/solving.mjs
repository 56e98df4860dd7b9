// How long until the task is solved in the page? node support/solving.mjs [task] [seeds] [limit in seconds]
// From opening the address to the first test at the bar, on the CPU, at "normal" and at "fast" speed.
import { launch, snapshotOf } from "./browser.mjs";

const [task = "CartPole-v1", seeds = "5", limit = "120"] = process.argv.slice(2);
const browser = await launch();
for (const speed of ["normal", "fast"]) {
  for (let seed = 0; seed < Number(seeds); seed += 1) {
    const start = performance.now();
    const page = await browser.open(`?task=${task}&seed=${seed}&device=cpu&speed=${speed}`);
    let now;
    do {
      await page.waitForTimeout(100);
      now = await snapshotOf(page);
    } while (now?.solved_at_real_steps == null && performance.now() - start < Number(limit) * 1000);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      speed,
      "seed",
      seed,
      now.solved_at_real_steps == null ? "not solved in" : `solved at ${now.solved_at_real_steps} real steps after`,
      seconds,
      "s",
    );
    await page.leave();
  }
}
await browser.close();
