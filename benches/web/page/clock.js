// Repeats something and keeps every time: the same way of measuring for us and for the peers.

/**
 * Milliseconds of one unit in each repetition. `least` repetitions, then more up to `most` while `soft` ms last; after
 * `hard` ms none.
 */
export async function repeat({ scale, run }, { warm = 2, least = 20, most = 60, soft = 2000, hard = 12_000 } = {}) {
  for (let i = 0; i < warm; i++) {
    const begin = performance.now();
    await run();
    // Who needs as long as this for one run is warm after it.
    if (performance.now() - begin > 1000) break;
  }
  const times = [],
    begin = performance.now();
  for (let now = begin; times.length < most; ) {
    const from = now;
    await run();
    now = performance.now();
    times.push((now - from) / scale);
    if ((times.length >= least && now - begin > soft) || now - begin > hard) break;
  }
  return times;
}

/** Lets the browser do what waits. */
export const pause = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
