// How often the page paints: every frame while that is cheap, less often where it is expensive, so that a slow device
// keeps most of its time for learning and scrolling. The cost of painting is measured continuously.

const MOST = 0.15; // painting may take this share of the page's time
const SLOWEST_MS = 200; // but a film of fewer than five pictures a second is none
const SMOOTH = 0.15;
const LATE_MS = 25; // a frame that comes later than this may be late because of the painting: that is tried
const TRY_MS = 2000;

/**
 * {frame(now, dt), every()}: `frame` is to be called in every animation frame and calls `draw(now, dt)` where this frame
 * is painted; `dt`: milliseconds since it was painted last. `every()`: milliseconds from one picture to the next, as
 * they now are. `settled(done)` calls `done` once the browser has done its part of the frame.
 */
export function createPainting(draw, { clock = () => performance.now(), settled = afterFrame } = {}) {
  let own = 0; // milliseconds that a painted frame keeps the page's thread
  // Milliseconds until the next frame, after one of each kind.
  /** @type {{ painted: any, rested: any }} */ let late = { painted: null, rested: null };
  /** @type {"painted" | "rested" | null} */ let before = null; // what the frame before was: "painted" or "rested"
  let [waited, next, tryAt] = [0, -Infinity, 0];

  function learn(passed) {
    if (before && passed > 0) late = { ...late, [before]: smoothed(late[before], passed) };
  }

  /** What a painted frame costs: on this thread, or in the browser's other threads, which delay the next frame. */
  function cost() {
    const delay = late.rested === null || late.painted < LATE_MS ? 0 : late.painted - late.rested;
    return Math.max(own, delay);
  }

  const every = () => Math.min(SLOWEST_MS, cost() / MOST);

  function frame(now, dt) {
    learn(dt);
    waited += dt;
    // Rests for a frame, to see whether the next comes sooner then.
    const trial = late.painted >= LATE_MS && now >= tryAt;
    if (trial) tryAt = now + TRY_MS;
    if (trial || now < next) {
      before = "rested";
      return;
    }
    before = "painted";
    const start = clock();
    draw(now, waited);
    waited = 0;
    settled(() => {
      own = smoothed(own, clock() - start);
    });
    next = now + every() - 2; // frames never come to the millisecond
  }
  return { frame, every };
}

const smoothed = (known, fresh) => (known === null ? fresh : known + SMOOTH * (fresh - known));

/** A message that is posted in an animation frame is heard when the frame has been laid out and painted. */
const waiting = [];
const channel = new MessageChannel();
channel.port1.onmessage = () => waiting.shift()();
/** @type {any} */ (channel.port1).unref?.(); // Node.js, in tests
function afterFrame(done) {
  waiting.push(done);
  channel.port2.postMessage(null);
}
