// One contestant on one page: ?who=ours|plain|tfjs|jax&on=cpu|wasm|webgpu. run.mjs asks `bench` for times.
import { callsOf, listen } from "./calls.js";
import { repeat } from "./clock.js";

const query = new URLSearchParams(location.search);
const [who, on] = [query.get("who"), query.get("on")];

async function contestant() {
  if (who === "ours") return import("./ours.js");
  const [peer, { WORKLOADS }, { learn }] = await Promise.all(
    ["peers/" + who, "peers/workloads", "peers/learning"].map((name) => import(`/${name}.js`)),
  );
  const bound = Object.entries(WORKLOADS).map(([name, make]) => [name, () => make(peer)]);
  return { open: peer.open, WORKLOADS: Object.fromEntries(bound), learn: (seed) => learn(peer, seed) };
}

async function open() {
  if (on === "webgpu") listen();
  const found = await contestant();
  return { ...found, name: await found.open(on) };
}

const opened = open();

/** {times, checks, calls} of a workload. */
const measure = async (workload, options) => time(await (await opened).WORKLOADS[workload](), options);

/** The same of one that grows along an axis. */
const measureGrowing = async (axis, size, options) =>
  time(await /** @type {any} */ (await opened).GROWING[axis](size), options);

async function time(made, options) {
  const calls = on === "webgpu" ? await callsOf(made) : undefined;
  const times = await repeat(made, options);
  made.free();
  return { times, checks: made.checks, calls };
}

/**
 * PPO on CartPole until the mean of the last 100 episodes is 475, or until `seconds` are over. Calls are those of an
 * iteration.
 */
async function learn(seed, seconds) {
  const iterations = (await opened).learn(seed),
    begin = performance.now(),
    elapsed = () => (performance.now() - begin) / 1000;
  const told = { steps: 0, seconds: 0, solved: null, best: 0 };
  const iterate = async () => {
    const { steps, finished, mean100 } = (await iterations.next()).value;
    Object.assign(told, { steps, seconds: elapsed() });
    if (finished < 100) return;
    told.best = Math.max(told.best, mean100);
    if (mean100 >= 475) told.solved = { seconds: told.seconds, steps };
  };
  const calls = on === "webgpu" ? await callsOf({ scale: 1, run: iterate }) : undefined;
  if (calls?.dispatches === 0) throw new Error("nothing of it runs on WebGPU");
  while (!told.solved && told.seconds < seconds) await iterate();
  await iterations.return();
  return { ...told, perSecond: told.steps / told.seconds, calls };
}

globalThis.bench = { ready: () => opened.then(({ name }) => name), measure, measureGrowing, learn };
