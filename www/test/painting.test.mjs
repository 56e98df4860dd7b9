import assert from "node:assert/strict";
import { test } from "node:test";
import { createPainting } from "../js/painting.js";

/**
 * Paints for ten seconds on a device; gives pictures a second over the last eight, and the time that they were told of.
 */
function painted({ frameMs = 1000 / 60, ownMs = 0, elsewhereMs = 0 }) {
  let [now, count, told, busy] = [0, 0, 0, 0];
  const { frame: paint, every } = createPainting(
    (at, dt) => {
      told += dt;
      busy = ownMs;
      if (now > 2000) count += 1;
    },
    {
      clock: () => now + busy,
      settled: (done) => {
        done();
      },
    },
  );
  let [drew, frames] = [0, 0];
  for (let last = 0; now < 10_000; ) {
    busy = 0;
    const before = told;
    const rest = paint(now, now - last);
    drew = told > before || busy > 0 ? ownMs + elsewhereMs : 0;
    last = now;
    frames += 1;
    now += Math.max(frameMs, Math.ceil(drew / frameMs - 1e-6) * frameMs);
    // A frame is asked for after the rest and comes with the screen's next one.
    now = Math.max(now, Math.ceil((last + rest) / frameMs - 1e-6) * frameMs);
  }
  return { rate: count / 8, told, every: every(), frames: frames / 10 };
}

test("cheap painting happens with every frame, at every rate of the screen", () => {
  for (const rate of [30, 60, 144, 240]) {
    const { rate: seen } = painted({ frameMs: 1000 / rate, ownMs: 0.3 });
    assert.ok(seen > 0.97 * rate * (rate === 30 ? 0.96 : 1), `${seen} of ${rate}`);
  }
});

test("painting that keeps the page's thread takes a small share of its time", () => {
  for (const ownMs of [4, 8, 15]) {
    const { rate, every, frames } = painted({ ownMs });
    if (every > 50) assert.ok(frames < rate + 2, `${frames} frames a second for ${rate} pictures`);
    assert.ok((rate * ownMs) / 1000 <= 0.17, `${rate} pictures a second of ${ownMs} ms`);
    assert.ok(rate >= 7.5);
    assert.ok(Math.abs(every - ownMs / 0.15) < 1, `it says that it paints every ${every} ms`);
  }
});

test("on the slowest device five pictures a second are left", () => {
  const { rate, every } = painted({ ownMs: 60 });
  assert.ok(rate >= 4.5 && rate <= 5.5, `${rate} pictures a second`);
  assert.equal(every, 200);
});

test("painting that the browser does elsewhere, and late, is noticed too", () => {
  const { rate, told } = painted({ ownMs: 0.5, elsewhereMs: 90 });
  assert.ok(rate >= 4.5 && rate <= 8.5, `${rate} pictures a second`);
  assert.ok(told > 9500, "the film goes on at its own pace");
});

test("a screen that shows 30 frames a second is not a slow device", () => {
  const { rate } = painted({ frameMs: 1000 / 30, ownMs: 0.3 });
  assert.ok(rate > 27, `${rate} pictures a second`);
});
