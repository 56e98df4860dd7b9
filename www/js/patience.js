// Notices when a request is not answered. An answer may never come: a program in an endless loop is silent.

const SECOND_MS = 1000;
/** Longer than anything takes that works, also on a slow machine. */
export const PATIENCE_S = 30;

/**
 * `late()` is called whenever an answer has been waited for for another `seconds`, `back()` when one comes after all.
 * Seconds are counted, not measured: while the machine sleeps none passes.
 */
export function createPatience({
  late,
  back,
  seconds = PATIENCE_S,
  every = (tick) => setInterval(tick, SECOND_MS),
  stop = clearInterval,
}) {
  const waiting = new Set(); // {passed}
  /** @type {any} */ let timer = null;
  const rest = () => {
    if (timer !== null) stop(timer);
    timer = null;
  };
  const tick = () => {
    for (const entry of [...waiting]) if ((entry.passed += 1) % seconds === 0) late();
  };
  return {
    /** The same promise, watched. */
    watch(promise) {
      const entry = { passed: 0 };
      waiting.add(entry);
      timer ??= every(tick);
      const heard = () => {
        if (!waiting.delete(entry)) return; // forgotten meanwhile
        if (waiting.size === 0) rest();
        if (entry.passed >= seconds) back();
      };
      promise.then(heard, heard);
      return promise;
    },
    /** Nothing that has been asked so far is waited for any more. */
    forget() {
      waiting.clear();
      rest();
    },
  };
}

/**
 * The answer, or a rejection with `failure()` if it takes longer; an answer that comes later is given to `tooLate`.
 * @param {Promise<any>} promise
 * @param {{ failure: () => Error, seconds?: number, tooLate?: (answer: any) => void, every?: (tick: () => void) => any,
 * stop?: (timer: any) => void }} limits
 */
export function inTime(promise, { failure, seconds = PATIENCE_S, tooLate = () => {}, every, stop }) {
  return new Promise((resolve, reject) => {
    let over = false;
    const { watch, forget } = createPatience({
      late: () => {
        over = true;
        forget();
        reject(failure());
      },
      back() {},
      seconds,
      every,
      stop,
    });
    watch(promise).then((value) => (over ? tooLate(value) : resolve(value)), reject);
  });
}
