// How long the page's thread is busy without a break: the tasks of the browser's own trace, as its developer tools show
// them.

const TASKS = "disabled-by-default-devtools.timeline"; // has "RunTask"

/**
 * All tasks on the thread of `page` during `ms`, in milliseconds: {wall, cpu, own, frames, worst}. `wall` counts the
 * time in which the machine did something else, `cpu` only what the thread itself worked, and `own` that without the
 * commit, in which the browser hands its picture to the compositor and waits for it: how long that takes depends on the
 * browser and the machine. `frames`: animation frames meanwhile; `worst`: what the task that worked most was made of.
 */
export async function tasksOf(browser, page, ms) {
  await browser.trace(page, { categories: [TASKS, "devtools.timeline"] });
  await page.waitForTimeout(ms);
  const { traceEvents } = JSON.parse(await browser.traced());
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const runOn = ({ pid, tid }) =>
    traceEvents.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X");
  const events = threads.map(runOn).reduce((busiest, other) => (other.length > busiest.length ? other : busiest), []);
  const tasks = events.filter(({ name }) => name === "RunTask" || name === "ThreadControllerImpl::RunTask");
  const longest = tasks.reduce((worst, task) => (task.tdur > worst.tdur ? task : worst), { tdur: 0, dur: 0, ts: 0 });
  const within = events.filter(
    ({ ts, dur, name }) => ts >= longest.ts && ts + dur <= longest.ts + longest.dur && name !== "RunTask" && dur > 300,
  );
  const commits = events.filter(({ name }) => name === "Commit");
  const committed = ({ ts, dur }) =>
    sum(commits.filter((event) => event.ts >= ts && event.ts + event.dur <= ts + dur).map(({ tdur = 0 }) => tdur));
  return {
    own: tasks.map((task) => ((task.tdur ?? 0) - committed(task)) / 1000),
    wall: tasks.map(({ dur }) => dur / 1000),
    cpu: tasks.map(({ tdur = 0 }) => tdur / 1000),
    frames: events.filter(({ name }) => name === "FireAnimationFrame").length,
    worst: within.map(({ name, tdur = 0, args }) =>
      `${name} ${(tdur / 1000).toFixed(1)} ms ${args?.data?.functionName ?? ""}`.trim(),
    ),
  };
}

/** Whether this machine gave the page's thread so little of a processor that its times say nothing of the page. */
export const busy = ({ wall, cpu }) => sum(cpu) < 0.7 * sum(wall);

export const sum = (numbers) => numbers.reduce((all, ms) => all + ms, 0);

/** Median, 95th percentile and maximum of numbers. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? 0 };
}

/** Animation frames a second, over so many milliseconds. */
export const framesOf = (page, ms) =>
  page.evaluate(
    (span) =>
      new Promise((resolve) => {
        const start = performance.now();
        let count = 0;
        const frame = (now) => {
          count += 1;
          if (now - start < span) return requestAnimationFrame(frame);
          resolve((1000 * count) / (now - start));
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );
