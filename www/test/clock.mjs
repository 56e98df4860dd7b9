// A stand-in for time: nothing takes any but what a test says, and hours pass in a moment.

/** {now, at, sleep, run}: `at(time, act)` plans, `run(until)` lets time pass. */
export function createClock() {
  let now = 0;
  let plans = [];
  const at = (time, act) => {
    plans.push({ time: Math.max(time, now), act });
  };
  return {
    now: () => now,
    at,
    sleep: (ms) => new Promise((resolve) => at(now + ms, resolve)),
    async run(until) {
      for (;;) {
        await new Promise(setImmediate); // whatever follows from the last one
        const next = plans.reduce(
          (first, plan) => (plan.time <= until && (first === null || plan.time < first.time) ? plan : first),
          null,
        );
        if (next === null) break;
        plans = plans.filter((plan) => plan !== next);
        now = next.time;
        next.act();
      }
      now = until;
    },
  };
}
