// The page's heartbeat: every animation frame paints the latest that is known and orders more work. A hidden tab gets no
// frames, so it rests. Answers of a run that has been replaced meanwhile are dropped.

/**
 * Milliseconds of work in one order, one order a frame. Normal takes three quarters of a processor at 60 frames a second and
 * leaves a laptop cool; fast takes all that one order a frame can take without holding up the page.
 */
export const BUDGET_MS = { normal: 12, fast: 25 };
/** Fast in a Worker: two orders are always under way, which covers frames that come late; pausing waits for one at most. */
export const AHEAD_MS = 40;
const SLOW_MS = 300; // between two units of work in slow motion
const LOOK_MS = 60; // between two snapshots
const CURVES_MS = 300; // between two copies of all curves; more where copying takes long
const SAVE_MS = 10_000; // between two checkpoints
const SHARE = 40; // … so that copies and checkpoints stay under a fortieth of the time each

export function createLoop({ paint, reported, failed, schedule = (frame) => requestAnimationFrame(frame) }) {
  let session = null;
  let generation = 0;
  let flying = 0; // orders that have no answer yet
  let speed = null; // null: paused
  let errands = []; // asked for by hand: "greet", "look", "tick", "phase"
  let last = 0;
  let due = { look: 0, curves: 0, tick: 0, save: 0 };
  let progress = ""; // when this changes, curves have grown
  let drawn = "";
  let handOver = null; // who waits for a checkpoint to take the run over; once it is there, no more is ordered
  let held = false;

  function playing(now) {
    if (!speed || held) return null;
    if (speed === "slow" && now < due.tick) return null;
    // Every order asks, since nobody knows in which of them the iteration ends.
    const save = now >= due.save || handOver ? { stopAt: "iteration", save: true } : {};
    if (speed === "slow") return { budgetMs: 0, maxTicks: 1, ...save };
    const budgetMs = speed === "fast" && session.ahead > 0 ? AHEAD_MS : BUDGET_MS[speed];
    return { budgetMs, look: now >= due.look, ...save };
  }

  function nextOrder(now) {
    const most = speed === "fast" && errands.length === 0 && !handOver ? 1 + session.ahead : 1;
    if (flying >= most) return null;
    const curves = now >= due.curves && progress !== drawn;
    if (errands[0] === "greet") return { budgetMs: 0, maxTicks: 0, curves: true, anew: true };
    if (errands[0] === "look") return { budgetMs: 0, maxTicks: 0, curves: true };
    if (errands[0] === "tick") return { budgetMs: 0, maxTicks: 1, curves };
    if (errands[0] === "phase") return { budgetMs: BUDGET_MS.fast, stopAt: "phase", curves };
    if (!speed) return progress === drawn ? null : { budgetMs: 0, maxTicks: 0, curves: true };
    const order = playing(now);
    return order && { ...order, curves };
  }

  function answered(report, { errand, now }) {
    if (errand && errands[0] === errand && (errand !== "phase" || report.phaseChanged)) errands.shift();
    if (report.snapshot) progress = [report.snapshot.episodes, report.snapshot.iteration, report.snapshot.latest_evaluation].join();
    if (report.curves) {
      due.curves = now + Math.max(CURVES_MS, SHARE * report.curvesMs);
      drawn = progress;
    }
    if (report.checkpoint) due.save = now + Math.max(SAVE_MS, SHARE * report.checkpoint.ms);
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
    due.tick = now + SLOW_MS;
    if (asked.look) due.look = now + LOOK_MS;
    if (asked.curves) due.curves = now + CURVES_MS;
    try {
      const report = await session.advance(asked);
      if (mine === generation) answered(report, { errand, now });
    } catch (error) {
      if (mine !== generation) return;
      stop();
      failed(error);
    } finally {
      if (mine === generation) flying -= 1;
    }
  }

  /** What the former session still answers does not count any more. */
  function stop() {
    generation += 1;
    handOver?.reject(new Error("The run was replaced."));
    [session, flying, errands, handOver, held] = [null, 0, [], null, false];
  }

  function frame(now) {
    // When a hidden tab comes back, the time it was away does not count.
    paint(now, Math.min(now - last, 100));
    last = now;
    for (let order; session && (order = nextOrder(now)); ) work(order, now);
    schedule(frame);
  }
  schedule(frame);

  return {
    /** From now on this run is played; whatever the former one still answers is dropped. */
    attach(next) {
      stop();
      [session, errands, progress, drawn] = [next, ["greet"], "", ""];
      due = { look: 0, curves: 0, tick: 0, save: 0 };
    },
    play: (pace) => { speed = pace; due.tick = 0; },
    pause() {
      if (speed) errands.push("look");
      speed = null;
      session?.rest();
    },
    errand: (name) => { errands.push(name); },
    /** Resolves to a checkpoint once the running iteration has ended; nothing more is ordered then, until `attach` or `release`. */
    hold: () => new Promise((resolve, reject) => { handOver = { resolve, reject }; }),
    release() {
      handOver?.reject(new Error("The run goes on where it is."));
      [handOver, held] = [null, false];
    },
  };
}
