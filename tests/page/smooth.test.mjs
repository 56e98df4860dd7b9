// The page stays smooth while it learns: how long its thread is busy without a break.
import { after, before, test } from "node:test";
import { launch, snapshotOf, until } from "./support/browser.mjs";
import { frameTimes } from "./support/look.mjs";
import { judged, slowness } from "./support/judged.mjs";
import { busy, spread, tasksOf } from "./support/tasks.mjs";

const LONGEST_MS = 16;
const FRAME_MS = 34; // 16.7 on an idle machine
const words = ({ median, p95, max }) =>
  `median ${median.toFixed(1)}, 95 % ${p95.toFixed(1)}, longest ${max.toFixed(1)} ms`;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("the page's thread is never busy for long while the worker trains flat out", async (t) => {
  const page = await browser.open("?seed=1&device=cpu");
  await until(page, (s) => s.iteration >= 2);
  for (const speed of ["normal", "fast"]) {
    await page.locator(`.speed :text-is("${speed}")`).click();
    await judged(
      async () => {
        const start = await snapshotOf(page);
        const { median, slow } = await frameTimes(page);
        const { iteration, ticks } = await snapshotOf(page);
        t.diagnostic(
          `${speed}: frames median ${median.toFixed(1)} ms, 95 % under ${slow.toFixed(1)} ms; ` +
            `${iteration - start.iteration} iterations, ${ticks - start.ticks} ticks in 3 s`,
        );
        return { median, slower: slowness(), tasks: await tasksOf(browser, page, 4000) };
      },
      ({ median, slower, tasks }) => {
        const [own, worked, passed] = [tasks.own, tasks.cpu, tasks.wall].map((all) =>
          spread(all.filter((ms) => ms > 0.5)),
        );
        t.diagnostic(
          `${speed}: tasks above half a millisecond, the page's own work: ${words(own)}; with commits: ` +
            `${words(worked)}; passed by, with all else on this ` +
            `machine: ${words(passed)}${busy(tasks) ? "; busy with other things: not judged" : ""}`,
        );
        if (busy(tasks)) return "";
        const most = LONGEST_MS * slower;
        if (own.max > most) return `a task of ${own.max} ms at ${speed}, at most ${most}: ${tasks.worst.join(" | ")}`;
        return median > FRAME_MS * slower ? `median frame ${median} ms at ${speed}` : "";
      },
    );
  }
  await page.leave();
});
