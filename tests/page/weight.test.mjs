// How light the page is: its share of the page's thread by the browser's own trace, also on a slow device, and what it
// asks for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, slowed, until, workerOf } from "./support/browser.mjs";
import { judged, slowness } from "./support/judged.mjs";
import { busy, framesOf, sum, tasksOf } from "./support/tasks.mjs";

const FRAME_MS = 1000 / 60;
const MOST_MS = 4; // of each frame, without commits (support/tasks.mjs)
const LEAST_PICTURES = 4; // a second, so that the page does not look frozen
// A task that is longer than this keeps a visitor waiting: what it takes beyond counts as blocking.
const BLOCKS_MS = 50;
const SHARE = { normal: 0.75, fast: 1 };
const WITHIN = 0.05;
const REQUESTS = 10;
const LOOK_MS = 5000;

let browser;
const asked = [];
before(async () => {
  browser = await launch({
    altered: (name, body) => {
      asked.push(name);
      return body;
    },
  });
});
after(() => browser?.close());

test("a visitor asks for at most ten files until training starts", async (t) => {
  asked.length = 0;
  const page = await browser.open("?seed=1&device=cpu");
  await until(page, (s) => s.real_steps > 0);
  t.diagnostic(`${asked.length} requests: ${asked.join(", ")}`);
  assert.ok(asked.length <= REQUESTS, asked.join(", "));
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

for (const slower of [1, 4]) {
  test(`the page's own work is small on a processor that is ${slower} times as slow`, async (t) => {
    const page = await browser.open("?seed=1&device=cpu");
    await until(page, (s) => s.iteration >= 2);
    await slowed(page, slower);
    for (const speed of ["normal", "fast"]) {
      await page.evaluate((name) => lab.querySelector(`.speed [value=${name}]`).click(), speed);
      await page.waitForTimeout(2000); // painting finds its pace
      await judged(
        async () => ({ slow: slowness(), tasks: await tasksOf(browser, page, LOOK_MS) }),
        ({ slow, tasks }) => {
          const [each, all] = [tasks.own, tasks.cpu].map((ms) => (sum(ms) / LOOK_MS) * FRAME_MS);
          const most = MOST_MS * slow;
          const blocking = sum(tasks.cpu.map((ms) => Math.max(0, ms - BLOCKS_MS)));
          t.diagnostic(
            `${slower} ×, ${speed}: ${each.toFixed(2)} ms of each 16.7, at most ${most.toFixed(1)}; with commits ` +
              `${all.toFixed(2)}; ${tasks.frames} ` +
              `frames, longest task ${Math.max(...tasks.cpu).toFixed(1)} ms, blocking ${blocking.toFixed(0)} ms in ` +
              `${LOOK_MS / 1000} s${busy(tasks) ? "; this machine is busy with other things: not judged" : ""}`,
          );
          if (busy(tasks)) return "";
          if (each > most) return `${each} ms at ${speed}, at most ${most}: ${tasks.worst}`;
          const least = (LEAST_PICTURES * LOOK_MS) / 1000;
          return tasks.frames < least ? `${tasks.frames} frames at ${speed}: it looks frozen` : "";
        },
      );
    }
    await page.leave();
  });
}

for (const slower of [1, 6]) {
  test(`a page ${slower} times as slow does not starve the learner: it keeps its share of the time`, async (t) => {
    const page = await browser.open("?seed=1&device=cpu");
    await until(page, (s) => s.iteration >= 2);
    const worker = await workerOf(page, "cpu");
    await worker.evaluate(() => {
      globalThis.worked = 0;
      const { postMessage } = self;
      self.postMessage = (message, ...rest) => {
        globalThis.worked += message.value?.workMs ?? 0;
        return postMessage.call(self, message, ...rest);
      };
    });
    await slowed(page, slower);
    for (const [speed, promised] of Object.entries(SHARE)) {
      await page.evaluate((name) => lab.querySelector(`.speed [value=${name}]`).click(), speed);
      await page.waitForTimeout(1500); // it adapts to a page that is late
      const count = () => worker.evaluate(() => [globalThis.worked, performance.now()]);
      await judged(
        async () => {
          const [worked, from] = await count();
          const pictures = await framesOf(page, LOOK_MS);
          const [then, to] = await count();
          return { pictures, share: (then - worked) / (to - from) };
        },
        ({ pictures, share }) => {
          t.diagnostic(
            `${slower} ×, ${speed}, ${pictures.toFixed(0)} frames a second: the worker worked ` +
              `${(100 * share).toFixed(1)} % of the time, promised ${100 * promised} %`,
          );
          return Math.abs(share - promised) > WITHIN * promised ? `${share} at ${speed}, promised ${promised}` : "";
        },
      );
    }
    await page.leave();
  });
}
