// Plays what environment 0 did, at a pace that people can follow. Training delivers frames in bursts (a few at once,
// then a second of computing); the player spreads them over that time, catches up when it falls behind, and never waits
// for training to draw. Pure: no canvas, no clock of its own.

const SLOWEST = 6; // steps a second
const FASTEST = 50; // CartPole's own pace
const SPREAD = 0.85; // plays a burst in this share of the time until the next
const BEHIND = 48; // with more frames than this waiting, it hurries
const LOST = 600; // with more than this, it jumps
const MEMORY = 160; // frames that the trail remembers
const HOLD_MS = 500; // an ended episode is looked at for a moment

export function createPlayer() {
  let played = []; // the last one is where the real cart-pole has just been
  let queue = []; // what it will do next
  let forecasts = []; // from old to new; the last that has been reached is shown
  let share = 0; // how far between played's last frame and queue's first
  let held = 0; // how long an ended episode has been looked at
  let pace = 30; // steps a second
  let lastPush = null;

  function measure(count, now) {
    if (lastPush !== null && count > 1) {
      const wish = (count / (SPREAD * Math.max(now - lastPush, 1))) * 1000;
      pace += 0.4 * (Math.min(FASTEST, Math.max(SLOWEST, wish)) - pace);
    }
    if (count > 1 || lastPush === null) lastPush = now;
  }

  /** A forecast starts where environment 0 is now; the frame for that comes with the next action. Show it already. */
  function stand({ from_step, futures }) {
    const last = queue.at(-1) ?? played.at(-1);
    const here = futures[0]?.obs[0];
    if (!last || !here || last.step > from_step || (last.step === from_step && !last.ended)) return;
    const episode_step = last.ended ? 0 : last.episode_step + 1;
    queue.push({
      step: from_step,
      episode_step,
      obs: here,
      action: [],
      ended: null,
      episode_return: last.ended ? 0 : last.episode_return,
      early: true,
    });
  }

  /** The real frame takes the place of the one that stood in for it. */
  function join(frames) {
    const [first, ...rest] = frames;
    for (const list of [queue, played]) {
      if (list.at(-1)?.early && list.at(-1).step === first.step) {
        list[list.length - 1] = first;
        return rest;
      }
      if (list.length > 0) break;
    }
    return frames;
  }

  function stepOn() {
    played.push(queue.shift());
    if (played.length > MEMORY) played = played.slice(-MEMORY);
  }

  return {
    /**
     * New frames and, after each fit, a new forecast.
     * @param {{ frames: object[], forecast?: ?{ from_step: number, futures: object[], confidence: number } }} recording
     * @param {number} now
     */
    push({ frames, forecast }, now) {
      if (frames.length > 0) {
        measure(frames.length, now);
        queue.push(...join(frames));
        if (played.length === 0) stepOn();
        if (queue.length > LOST) {
          played = [];
          queue = queue.slice(-BEHIND);
          stepOn();
        }
      }
      if (!forecast) return;
      stand(forecast);
      forecasts = [...forecasts, forecast].slice(-6);
    },
    /** Lets `dt` milliseconds pass. */
    pass(dt) {
      if (played.length === 0) return;
      const hurry = Math.max(1, queue.length / BEHIND);
      let left = dt;
      if (played.at(-1).ended) {
        const hold = HOLD_MS / hurry ** 2;
        const rest = Math.max(0, hold - held);
        held += left;
        if (held < hold || queue.length === 0) return;
        left = Math.max(0, left - rest);
      }
      share += (left * pace * hurry) / 1000;
      while (queue.length > 0 && (share >= 1 || (played.at(-1).ended && held > 0))) {
        const cut = played.at(-1).ended; // the next frame is another episode's: no way leads there
        stepOn();
        share = cut ? 0 : share - 1;
        held = 0;
        if (played.at(-1).ended) share = 0;
        if (played.at(-1).ended || cut) break;
      }
      if (queue.length === 0) share = 0;
    },
    /** Shows the newest frame at once: after a step by hand nobody wants to wait. */
    catchUp() {
      while (queue.length > 0) stepOn();
      share = 0;
    },
    /** What is to be seen: the pose between two frames, the trail, and the forecasts that have been reached. */
    view() {
      if (played.length === 0) return null;
      const frame = played.at(-1);
      const next = queue[0];
      const moving = next && !frame.ended ? share : 0;
      const obs = moving ? frame.obs.map((value, index) => value + moving * (next.obs[index] - value)) : frame.obs;
      return {
        frame,
        obs,
        now: frame.step + moving,
        played,
        reached: forecasts.filter(({ from_step }) => from_step <= frame.step),
        waiting: queue.length,
      };
    },
  };
}
