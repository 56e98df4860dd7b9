// A page and a worker, joined by a channel of messages as in a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { localEngine } from "../js/engine/local.js";
import { EngineError } from "../js/engine/protocol.js";
import { remoteEngine } from "../js/engine/remote.js";
import { serveEngine } from "../js/worker/serve.js";

const CURVES = { episode_returns: [{ real_steps: 9, value: 9 }], evaluations: [], metrics: {} };

/** A wasm session that counts its ticks; `hurt` is thrown by its next advance. */
function wasm(state = { ticks: 0, hurt: null, freed: 0 }) {
  const session = {
    device: () => ({ kind: "cpu", name: "CPU", sentence: "" }),
    async advance(budget, ticks, stop) {
      if (state.hurt) throw state.hurt;
      if (state.slow) await new Promise((later) => setTimeout(later, state.slow));
      state.ticks += Math.min(ticks, 5);
      return { ticks: Math.min(ticks, 5), phase_changed: stop === "phase", iteration_ended: stop === "iteration" };
    },
    snapshot: () => ({ ticks: state.ticks, iteration: 3 }), take_recording: () => ({ frames: [] }), curves: () => CURVES,
    physics: () => [{ name: "gravity", value: 9.8 }],
    set_physics() { throw Object.assign(new Error("gravity = 99 is not possible."), { kind: "config", field: "gravity", value: "99", allowed: "less" }); },
    save: async () => new Uint8Array([1, 2, 3]), free() { state.freed += 1; },
  };
  return { state, bindings: { Session: { create: async () => session, resume: async (bytes, device) => { state.resumed = [...bytes, device]; return session; } } } };
}

/** A worker's two ends; what the page posts is heard only after `start`. */
function pair(bindings) {
  const { port1: page, port2: inside } = new MessageChannel();
  const worker = { postMessage: (message) => page.postMessage(message), terminate: () => page.close() };
  page.onmessage = (event) => worker.onmessage(event);
  inside.onmessage = () => {
    serveEngine(localEngine(bindings), inside);
    inside.postMessage({ ready: true });
  };
  return { worker, inside, done: () => page.close() };
}

async function opened() {
  const { state, bindings } = wasm();
  const { worker, inside, done } = pair(bindings);
  const engine = await remoteEngine(worker, {});
  return { state, engine, inside, worker, done, session: await engine.open({ task: "CartPole-v1" }) };
}

test("orders, answers, checkpoints and physics cross", async () => {
  const { session, engine, state, done } = await opened();
  assert.deepEqual(session.device, { kind: "cpu", name: "CPU", sentence: "" });
  const report = await session.advance({ budgetMs: 1, curves: true });
  assert.equal(report.snapshot.ticks, 5);
  assert.deepEqual(report.curves, { episode_returns: { from: 0, points: CURVES.episode_returns } });
  assert.deepEqual((await session.advance({ budgetMs: 1, curves: true })).curves, {}, "only what is new");
  assert.equal((await session.advance({ budgetMs: 1, stopAt: "phase" })).phaseChanged, true);
  const { checkpoint } = await session.advance({ budgetMs: 1, stopAt: "iteration", save: true });
  assert.deepEqual([[...checkpoint.bytes], checkpoint.iteration], [[1, 2, 3], 3]);
  assert.deepEqual(await session.physics(), [{ name: "gravity", value: 9.8 }]);
  await engine.resume(checkpoint.bytes, "webgpu");
  assert.deepEqual(state.resumed, [1, 2, 3, "webgpu"]);
  assert.deepEqual([...checkpoint.bytes], [1, 2, 3], "the page keeps its checkpoint");
  session.close();
  await engine.open({});
  assert.equal(state.freed, 1);
  done();
});

test("an order that has not begun when rest is called does no work", async () => {
  const { session, state, done } = await opened();
  state.slow = 20;
  const orders = [session.advance({ budgetMs: 1 }), session.advance({ budgetMs: 1 })];
  await new Promise((later) => setTimeout(later, 10));
  session.rest();
  assert.deepEqual((await Promise.all(orders)).map(({ ticks }) => ticks), [5, 0]);
  assert.equal((await session.advance({ budgetMs: 1 })).ticks, 5);
  assert.equal(state.ticks, 10);
  done();
});

test("an error crosses with all its fields, and the session lives on", async () => {
  const { session, done } = await opened();
  const error = await session.setPhysics("gravity", 99).catch((refused) => refused);
  assert.ok(error instanceof EngineError);
  assert.deepEqual([error.kind, error.field, error.value, error.allowed, error.fatal], ["config", "gravity", "99", "less", false]);
  assert.equal((await session.advance({ budgetMs: 1 })).ticks, 5);
  done();
});

test("after a trap nothing is answered any more, and every call says why", async () => {
  const { session, engine, state, done } = await opened();
  state.hurt = new WebAssembly.RuntimeError("unreachable");
  const failures = await Promise.all([session.advance({}), session.advance({})].map((call) => call.catch((error) => error)));
  assert.deepEqual(failures.map(({ message, fatal }) => [message, fatal]), [["unreachable", true], ["unreachable", true]]);
  assert.equal(engine.alive(), false);
  await assert.rejects(engine.open({}), /unreachable/);
  done();
});

test("a device that fails by itself ends the waiting calls with its own words", async () => {
  const { session, engine, inside, done } = await opened();
  const waiting = session.advance({}).catch((error) => error);
  inside.postMessage({ failed: new EngineError("The graphics device was lost (destroyed).", { kind: "device" }).plain() });
  const { kind, message, fatal } = await session.physics().catch((error) => error);
  assert.deepEqual([kind, message, fatal], ["device", "The graphics device was lost (destroyed).", false]);
  assert.equal(engine.alive(), false);
  await waiting;
  done();
});

test("a worker that cannot load, or fails later, is an error and never a silence", async () => {
  const worker = { postMessage() {}, terminate() {} };
  const starting = remoteEngine(worker, new Promise(() => {}));
  worker.onerror({ message: "blocked by the content policy" });
  await assert.rejects(starting, /blocked by the content policy/);
  await assert.rejects(remoteEngine({ postMessage() {}, terminate() {} }, Promise.reject(new EngineError("The server answered 404."))), /answered 404/);
  const { session, worker: later, done } = await opened();
  const waiting = session.advance({});
  later.onerror({ message: "out of memory" });
  await assert.rejects(waiting, (error) => error.fatal && /out of memory/.test(error.message));
  done();
});
