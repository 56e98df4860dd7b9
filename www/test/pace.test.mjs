// The learner's share of the time, at every rate of painting: a page and a worker on a stand-in clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { localEngine } from "../js/engine/local.js";
import { createLoop, OWN_MS, SHARE, SLOW_MS } from "../js/loop.js";
import { createPace } from "../js/worker/pace.js";
import { createClock } from "./clock.mjs";

const RATES = [5, 15, 30, 60, 144, 240]; // frames a second
const WITHIN = 0.05;
const PAINTS = 0.95; // of each frame a slow page paints: no message is heard meanwhile
const MESSAGE_MS = 0.3;

/** A run whose ticks take `tickMs`, played by a page that paints `rate` times a second. */
function world({ rate, tickMs = 0.7, ahead = 1, timerLate = 1.5 }) {
  const clock = createClock();
  const done = { ticks: 0, workMs: 0, orders: 0 };
  const wasm = {
    device: () => ({}),
    task: () => ({}),
    snapshot: () => ({ ticks: done.ticks }),
    take_recording: () => null,
    physics: () => [],
    curves: () => ({ metrics: {} }),
    free() {},
    async advance(budgetMs, maxTicks) {
      const ticks = Math.min(maxTicks, Math.max(1, Math.ceil(budgetMs / tickMs)));
      await clock.sleep(ticks * tickMs);
      done.ticks += ticks;
      done.workMs += ticks * tickMs;
      return { ticks, phase_changed: false, iteration_ended: false };
    },
  };
  const pace = createPace({ now: clock.now, sleep: (ms) => clock.sleep(ms + timerLate), breathe: async () => {} });
  let paintedAt = 0; // until when the page hears nothing
  const heard = () => new Promise((resolve) => clock.at(Math.max(clock.now() + MESSAGE_MS, paintedAt), resolve));
  let blank = false;
  const frame = (next) =>
    clock.at((Math.floor(clock.now() / (1000 / rate) + 1e-6) + 1) * (1000 / rate), () => {
      if (!blank) return next(clock.now());
      frame(next);
    });
  const failures = [];
  const loop = createLoop({
    paint: () => {
      paintedAt = clock.now() + (PAINTS * 1000) / rate;
    },
    reported() {},
    failed: (error) => failures.push(error),
    schedule: frame,
    clock: clock.now,
  });
  const open = async () => {
    const session = await localEngine({ Session: { create: async () => wasm } }, ahead > 0 ? { pace } : {}).open({});
    loop.attach({
      ...session,
      ahead,
      async advance(order) {
        done.orders += 1;
        if (ahead === 0) return session.advance(order);
        await clock.sleep(MESSAGE_MS);
        const report = await session.advance(order);
        await heard();
        return report;
      },
    });
  };
  return {
    clock,
    done,
    loop,
    open,
    failures,
    hide: (yes) => {
      blank = yes;
    },
  };
}

for (const rate of RATES) {
  test(`at ${rate} frames a second the learner has the share that each speed promises`, async (t) => {
    for (const tickMs of [0.05, 0.7, 30]) {
      for (const [speed, share] of Object.entries(SHARE)) {
        const { clock, done, loop, open, failures } = world({ rate, tickMs });
        await open();
        loop.play(speed);
        await clock.run(1000);
        const before = done.workMs;
        await clock.run(11_000);
        const worked = (done.workMs - before) / 10_000;
        t.diagnostic(`${speed}, ticks of ${tickMs} ms: ${(100 * worked).toFixed(1)} %, promised ${100 * share} %`);
        assert.ok(Math.abs(worked - share) <= WITHIN * share, `${speed}, ticks of ${tickMs} ms: ${worked}`);
        assert.deepEqual(failures, []);
      }
    }
    const { clock, done, loop, open } = world({ rate });
    await open();
    loop.play("slow");
    await clock.run(30_000);
    const wanted = 30_000 / SLOW_MS;
    assert.ok(
      Math.abs(done.ticks - wanted) <= WITHIN * wanted + 1,
      `slow: ${done.ticks} ticks in 30 s, promised ${wanted}`,
    );
  });
}

test("ticks of many seconds have their share too: nobody waits longer than was promised", async (t) => {
  for (const tickMs of [1000, 25_000]) {
    for (const [speed, share] of Object.entries(SHARE)) {
      const { clock, done, loop, open } = world({ rate: 60, tickMs });
      await open();
      loop.play(speed);
      await clock.run(60 * tickMs);
      const worked = done.workMs / clock.now();
      t.diagnostic(`${speed}, ticks of ${tickMs} ms: ${(100 * worked).toFixed(1)} %, promised ${100 * share} %`);
      assert.ok(Math.abs(worked - share) <= WITHIN * share, `${speed}, ticks of ${tickMs} ms: ${worked}`);
    }
  }
});

test("on the page's own thread a frame never works longer than it may", async () => {
  for (const rate of RATES) {
    const { clock, done, loop, open } = world({ rate, ahead: 0, tickMs: 0.05 });
    await open();
    loop.play("normal");
    await clock.run(1000);
    const before = done.workMs;
    await clock.run(11_000);
    const promised = Math.min(SHARE.normal, (OWN_MS * rate) / 1000);
    const worked = (done.workMs - before) / 10_000;
    assert.ok(
      Math.abs(worked - promised) <= WITHIN * promised,
      `${rate} frames a second: ${worked}, promised ${promised}`,
    );
  }
});

test("a pause is heard within a slice, at any rate of painting", async () => {
  for (const rate of RATES) {
    const { clock, done, loop, open } = world({ rate });
    await open();
    loop.play("normal");
    await clock.run(2000);
    loop.pause();
    await clock.run(2000 + 30);
    const { ticks } = done;
    await clock.run(4000);
    assert.equal(done.ticks, ticks, `${rate} frames a second`);
  }
});

test("a tab without frames rests after a moment, and goes on when they come back", async () => {
  const { clock, done, loop, open, hide } = world({ rate: 60 });
  await open();
  loop.play("fast");
  await clock.run(1000);
  hide(true);
  await clock.run(2000);
  const { ticks, workMs } = done;
  await clock.run(60_000);
  assert.equal(done.ticks, ticks);
  hide(false);
  await clock.run(61_000);
  assert.ok(
    done.workMs - workMs > 900 && done.workMs - workMs < 1100,
    `the time away was not made up for: ${done.workMs - workMs} ms`,
  );
});
