// How often the page paints: every frame while that is cheap, less often where it is expensive, so that a slow device
// keeps most of its time for learning and scrolling. The cost of painting is measured continuously.

const MOST = 0.15; // painting may take this share of the page's time
const SLOWEST_MS = 200; // but a film of fewer than five pictures a second is none
const SMOOTH = 0.15;
const EARLY_MS = 2; // frames never come to the millisecond
const FRAME_MS = 17;
const LATE_MS = 25; // a frame that comes later than this may be late because of the painting
const TRY_MS = 2000; // so often it is tried whether frames come sooner after one that is not painted

/**
 * {frame(now, dt), every()}: `frame` is to be called in every animation frame and calls `draw(now, dt)` where this
 * frame is painted; `dt`: milliseconds since it was painted last. It gives milliseconds for which no frame is needed:
 * a browser lays out and hands over every frame that is asked for, also where nothing has changed. `every()`:
 * milliseconds from one picture to the next, as they now are. `settled(done)` calls `done` once the browser has done
 * its part of the frame.
 */
export function createPainting(draw, { clock = () => performance.now(), settled = afterFrame } = {}) {
  let own = 0; // milliseconds that a painted frame keeps the page's thread
  // Milliseconds until the next frame, after one of each kind.
  /** @type {{ painted: any, rested: any }} */ let late = { painted: null, rested: null };
  // What the frame before was, unless frames have been left out.
  /** @type {"painted" | "rested" | null} */ let before = null;
  let [waited, next, tryAt] = [0, -Infinity, 0];
  // What the frame before was, where this one had to follow at once so that its lateness is noticed.
  /** @type {"painted" | "rested" | null} */ let watched = null;

  function learn(passed) {
    if (before && passed > 0) late = { ...late, [before]: smoothed(late[before], passed) };
  }

  /** What a painted frame costs: on this thread, or in the browser's other threads, which delay the next frame. */
  function cost() {
    const delay = late.rested === null || late.painted < LATE_MS ? 0 : late.painted - late.rested;
    return Math.max(own, delay);
  }
  const every = () => Math.min(SLOWEST_MS, cost() / MOST);

  function paint(now) {
    before = "painted";
    const start = clock();
    draw(now, waited);
    waited = 0;
    settled(() => {
      own = smoothed(own, clock() - start);
    });
    next = now + every() - EARLY_MS;
    if (now < tryAt) return;
    tryAt = now + TRY_MS;
    watched = "painted";
  }

  return {
    frame(now, dt) {
      learn(dt);
      waited += dt;
      // Rests for a frame, to see whether the next comes sooner then.
      const trial = watched === "painted" && late.painted >= LATE_MS;
      watched = trial ? "rested" : null;
      if (trial || now < next) before = "rested";
      else paint(now);
      const rest = next - now;
      if (watched || rest < 2 * FRAME_MS) return 0;
      before = null;
      return rest;
    },
    every,
  };
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
