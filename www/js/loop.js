// The page's main loop: paints the current state and keeps the learner busy. The learner's share of the time goes by
// the clock, not by frames, so it is the same at five frames per second as at 240. A hidden tab gets no frames, so it
// pauses, and so does a lab that nobody sees. Answers from a run that has been replaced in the meantime are dropped.

/** The share of the time that a Worker works. Normal leaves a laptop cool; fast takes a whole processor. */
export const SHARE = { normal: 0.75, fast: 1 };
/** Between two ticks in slow motion. */
export const SLOW_MS = 300;
const SPAN_MS = 60; // an order covers so much time, or that between two pictures; each brings a snapshot
const SPAN_MOST_MS = 500; // … or more where the page is so slow that a Worker has to wait for the next one
const [LONGER, SHORTER] = [1.5, 0.98];
const WAITED_MS = 4;
const RESTS_MS = 700; // without a frame for so long, the tab counts as hidden; no painter is that slow
/** The page's own thread works once a frame, and no longer than this, because it paints as well. */
export const OWN_MS = 25;
const SMOOTH = 0.2;
const ERRAND_MS = 25; // an order of one that takes several
const LOOK_MS = 60; // between two snapshots
const CURVES_MS = 300; // between two copies of all curves; more where copying takes long
const SAVE_MS = 10_000; // between two checkpoints
const COPYING = 40; // … so that copies and checkpoints stay under a fortieth of the time each

/**
 * @typedef {object} Errand what a visitor, or the loop itself, has asked for once
 * @property {"greet" | "look" | "tick" | "phase" | "iteration"} name "greet": all there is to see of another session
 * @property {number} ticks how many are left
 * @property {(done: boolean) => void} settled
 */

/** @returns {Errand} */
const errandOf = (name, ticks = 1, /** @type {(done: boolean) => void} */ settled = () => {}) => ({
  name,
  ticks,
  settled,
});

/** The next order of an errand. One tick is asked for as such, however long it takes. */
function orderFor({ name, ticks }, curves) {
  if (name === "greet") return { budgetMs: 0, maxTicks: 0, curves: true, anew: true };
  if (name === "look") return { budgetMs: 0, maxTicks: 0, curves: true };
  if (name === "tick") return { budgetMs: ticks > 1 ? ERRAND_MS : 0, maxTicks: ticks, curves };
  if (name === "phase") return { budgetMs: ERRAND_MS, stopAt: "phase", curves };
  return { budgetMs: ERRAND_MS, stopAt: "iteration", save: true, curves };
}

/** Whether an errand is done with this report. */
function isOver(errand, report) {
  if (errand.name === "phase") return report.phaseChanged;
  if (errand.name === "iteration") return report.iterationEnded;
  if (errand.name === "tick") errand.ticks -= report.ticks;
  return errand.name !== "tick" || errand.ticks <= 0;
}

/**
 * `paint` gives milliseconds for which it needs no frame; `paintsEvery()`: milliseconds between two pictures.
 * `leaving()`: nothing more is reported of this session.
 * @param {object} world
 * @param {(now: number, elapsed: number) => any} world.paint
 * @param {() => number} [world.paintsEvery]
 * @param {() => void} [world.leaving]
 * @param {(report: any) => void} world.reported
 * @param {(error: any) => void} world.failed
 * @param {(frame: (now: number) => void) => unknown} [world.schedule]
 * @param {(call: () => void, ms: number) => any} [world.later]
 * @param {(timer: any) => void} [world.never]
 * @param {() => number} [world.clock]
 */
export function createLoop({
  paint,
  paintsEvery = () => 0,
  leaving = () => {},
  reported,
  failed,
  schedule = (frame) => requestAnimationFrame(frame),
  later = (call, ms) => setTimeout(call, ms),
  never = (timer) => clearTimeout(timer),
  clock = () => performance.now(),
}) {
  /** @type {any} */ let session = null;
  let generation = 0;
  let flying = 0; // orders that have no answer yet
  let speed = null; // null: paused
  /** @type {Errand[]} */ let errands = []; // asked for by hand
  let last = -Infinity; // when the latest frame came
  let interval = 1000 / 60; // between two frames, lately
  let span = SPAN_MS;
  let due = { look: 0, curves: 0, tick: 0, save: 0 };
  let progress = ""; // when this changes, curves have grown
  let drawn = "";
  // Who waits for a checkpoint to take the run over; once it is there, no more is ordered.
  /** @type {any} */ let handOver = null;
  let held = false;
  /** @type {any} */ let sleep = null; // the timer while no frame is needed
  let coming = false; // a frame has been asked for
  let unseen = false;
  let over = false;

  /** How long the next order is worked on: by the clock in a Worker, at once on the page's own thread. */
  function timeOf(now) {
    const covers = Math.max(span, paintsEvery());
    if (session.ahead > 0) return { budgetMs: SHARE[speed] * covers, share: SHARE[speed], look: true };
    return { budgetMs: Math.min(OWN_MS, SHARE[speed] * interval), look: now >= due.look };
  }

  function playing(now) {
    if (!speed || held) return null;
    if (speed === "slow" && now < due.tick) return null;
    // Every order asks, since nobody knows in which of them the iteration ends.
    const save = now >= due.save || handOver ? { stopAt: "iteration", save: true } : {};
    if (speed === "slow") return { budgetMs: 0, maxTicks: 1, ...save };
    return { ...timeOf(now), ...save };
  }

  function nextOrder(now) {
    const spread = speed !== null && speed !== "slow" && errands.length === 0 && !handOver;
    const most = spread ? 1 + session.ahead : 1;
    if (flying >= most) return null;
    const curves = now >= due.curves && progress !== drawn;
    if (errands.length > 0) return orderFor(errands[0], curves);
    if (!speed) return progress === drawn ? null : { budgetMs: 0, maxTicks: 0, curves: true };
    const order = playing(now);
    return order && { ...order, curves };
  }

  function answered(report, { errand, now }) {
    if (errand && errands[0] === errand && isOver(errand, report)) errands.shift()?.settled(true);
    if (report.snapshot)
      progress = [report.snapshot.episodes, report.snapshot.iteration, report.snapshot.latest_evaluation].join();
    if (report.curves) {
      due.curves = now + Math.max(CURVES_MS, COPYING * report.curvesMs);
      drawn = progress;
    }
    span = Math.min(SPAN_MOST_MS, Math.max(SPAN_MS, span * (report.idleMs > WAITED_MS ? LONGER : SHORTER)));
    if (report.checkpoint) due.save = now + Math.max(SAVE_MS, COPYING * report.checkpoint.ms);
    reported(report);
    if (!report.checkpoint || !handOver || flying > 1) return; // with an order behind it the run is further already
    held = true;
    handOver.resolve(report.checkpoint);
    handOver = null;
  }

  async function work(order, now) {
    const mine = generation;
    const asked = { look: true, curves: false, save: false, ...order };
    const errand = errands[0];
    flying += 1;
    due.tick = SLOW_MS + (now - due.tick < SLOW_MS ? due.tick : now); // a late frame does not make the next tick late
    if (asked.look) due.look = now + LOOK_MS;
    if (asked.curves) due.curves = now + CURVES_MS;
    try {
      const report = await session.advance(asked);
      if (mine === generation) answered(report, { errand, now });
    } catch (error) {
      if (mine === generation) fail(error);
    } finally {
      if (mine === generation) flying -= 1;
    }
    // A Worker is not kept waiting for the next frame; the page's own thread has to paint first, if there are frames.
    if (mine !== generation) return;
    if (session?.ahead > 0) supply(clock());
    else if (errands.length > 0 && rests(clock())) later(() => supply(clock()), 0);
  }

  /** Whether there are no frames, because nobody looks. */
  const rests = (now) => unseen || now - last > RESTS_MS;

  /** Orders what there is to do. What is asked for by hand is done where nobody looks, too: a page may have asked. */
  function supply(now) {
    if (rests(now) && errands.length === 0) return;
    for (let order; session && (order = nextOrder(now)); ) work(order, now);
  }

  function fail(error) {
    stop();
    failed(error);
  }

  /** What the former session still answers does not count any more. */
  function stop() {
    leaving();
    generation += 1;
    handOver?.reject(new Error("The run was replaced."));
    const left = errands;
    [session, flying, errands, handOver, held] = [null, 0, [], null, false];
    for (const { settled } of left) settled(false);
  }

  function frame(now) {
    coming = false;
    if (unseen || over) return;
    // When a hidden tab comes back, the time it was away does not count.
    const passed = now - last > RESTS_MS ? 0 : now - last;
    if (passed > 0) interval += SMOOTH * (passed - interval);
    last = now;
    const rest = paint(now, passed) ?? 0;
    supply(now);
    askFor(rest);
  }

  function asked(name, count = 1) {
    return new Promise((settled) => {
      errands.push(errandOf(name, count, settled));
      wake();
      if (rests(clock())) supply(clock());
    });
  }

  /** The next frame: at once where this thread trains as well, otherwise when it is needed. */
  function askFor(rest) {
    const trains = speed !== null && session?.ahead === 0;
    const ms = speed === "slow" ? Math.min(rest, due.tick - last) : rest;
    if (trains || ms <= 0) return ask();
    sleep = later(wake, ms);
  }
  function wake() {
    if (sleep === null) return;
    never(sleep);
    sleep = null;
    ask();
  }
  function ask() {
    if (coming || unseen || over) return;
    coming = true;
    schedule(frame);
  }
  ask();

  return {
    /** From now on this run is played; whatever the former one still answers is dropped. */
    attach(next) {
      stop();
      [session, errands, progress, drawn] = [next, [errandOf("greet")], "", ""];
      due = { look: 0, curves: 0, tick: 0, save: 0 };
      const mine = generation;
      next.ended?.then((error) => {
        if (mine === generation) fail(error);
      });
      wake();
    },
    /** Nothing is played any more, and whatever is still answered is dropped. */
    detach: stop,
    play: (pace) => {
      speed = pace;
      due.tick = 0;
      wake();
    },
    /** Nothing more is ordered by itself; resolves once what was under way has been answered. */
    pause() {
      const playing = speed !== null;
      speed = null;
      session?.rest();
      wake();
      return playing && session ? asked("look") : Promise.resolve(true);
    },
    /**
     * "tick", "phase" or "iteration": works until the next one has ended; of ticks `count`. Resolves to whether it has,
     * and not to what came of it: the run may have been replaced, or failed.
     */
    errand: asked,
    /**
     * Resolves to a checkpoint once the running iteration has ended; nothing more is ordered then, until `attach` or
     * `release`.
     */
    hold: () =>
      new Promise((resolve, reject) => {
        handOver = { resolve, reject };
      }),
    release() {
      handOver?.reject(new Error("The run goes on where it is."));
      [handOver, held] = [null, false];
    },
    /** Whether anybody sees the lab; if not, nothing is painted or ordered. */
    seen(now) {
      unseen = !now;
      if (unseen) session?.rest();
      else if (sleep === null) ask();
    },
    /** Nothing is painted or ordered any more. */
    end() {
      stop();
      over = true;
      wake();
    },
  };
}
