// The page's heartbeat: every animation frame paints first and trains with what is left of it.
// One advance is in flight at a time; an answer of a run that has been replaced meanwhile is dropped.

/** Milliseconds of work in one frame. Normal keeps 60 frames a second; fast keeps 30 and trains in between. */
export const BUDGET_MS = { normal: 12, fast: 25 };
const SLOW_MS = 300; // between two units of work in slow motion
const LOOK_MS = 60; // between two snapshots
const CURVES_MS = 300; // between two copies of all curves; more where copying takes long
const CURVES_SHARE = 40; // … so that it stays under a fortieth of the time

export function createLoop({ paint, reported, failed, schedule = (frame) => requestAnimationFrame(frame) }) {
  let session = null;
  let generation = 0;
  let busy = false;
  let speed = null; // null: paused
  let errands = []; // asked for by hand: "look", "tick", "phase"
  let last = 0;
  let due = { look: 0, curves: 0, tick: 0 };
  let progress = ""; // when this changes, curves have grown
  let drawn = "";

  function nextOrder(now) {
    const curves = now >= due.curves && progress !== drawn;
    if (errands[0] === "look") return { budgetMs: 0, maxTicks: 0, curves: true };
    if (errands[0] === "tick") return { budgetMs: 0, maxTicks: 1, curves };
    if (errands[0] === "phase") return { budgetMs: BUDGET_MS.fast, stopAtPhase: true, curves };
    if (!speed) return progress === drawn ? null : { budgetMs: 0, maxTicks: 0, curves: true };
    if (speed === "slow") return now < due.tick ? null : { budgetMs: 0, maxTicks: 1, curves };
    return { budgetMs: BUDGET_MS[speed], look: now >= due.look, curves };
  }

  async function work(now) {
    const order = session && !busy ? nextOrder(now) : null;
    if (!order) return;
    const mine = generation;
    const asked = { look: true, curves: false, ...order };
    busy = true;
    due.tick = now + SLOW_MS;
    try {
      const report = await session.advance(asked);
      if (mine !== generation) return;
      if (errands[0] && (errands[0] !== "phase" || report.phaseChanged)) errands.shift();
      if (report.snapshot) {
        due.look = now + LOOK_MS;
        progress = [report.snapshot.episodes, report.snapshot.iteration, report.snapshot.latest_evaluation].join();
      }
      if (report.curves) {
        due.curves = now + Math.max(CURVES_MS, CURVES_SHARE * report.curvesMs);
        drawn = progress;
      }
      reported(report);
    } catch (error) {
      if (mine !== generation) return;
      session = null;
      failed(error);
    } finally {
      if (mine === generation) busy = false;
    }
  }

  function frame(now) {
    // A hidden tab gets no frames at all; when it comes back, the time it was away does not count.
    paint(now, Math.min(now - last, 100));
    last = now;
    work(now);
    schedule(frame);
  }
  schedule(frame);

  return {
    /** From now on this run is played; whatever the former one still answers is dropped. */
    attach(next) {
      generation += 1;
      [session, busy, errands, progress, drawn] = [next, false, ["look"], "", ""];
      due = { look: 0, curves: 0, tick: 0 };
    },
    play: (pace) => { speed = pace; due.tick = 0; },
    pause() {
      if (speed) errands.push("look");
      speed = null;
    },
    errand: (name) => { errands.push(name); },
  };
}
