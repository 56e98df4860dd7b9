// A page and a worker, joined by a channel of messages as in a browser.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { localEngine } from "../js/engine/local.js";
import { EngineError } from "../js/engine/protocol.js";
import { remoteEngine } from "../js/engine/remote.js";
import { serveEngine } from "../js/worker/serve.js";

const CURVES = { episode_returns: [{ real_steps: 9, value: 9 }], evaluations: [], metrics: {} };

/** A wasm session that counts its ticks; `hurt` is thrown by its next advance. */
function wasm(state = { ticks: 0, hurt: null, freed: 0 }) {
  const session = {
    device: () => ({ kind: "cpu", name: "CPU", sentence: "" }),
    task: () => ({ id: "CartPole-v1" }),
    async advance(budget, ticks, stop) {
      if (state.hurt) throw state.hurt;
      state.began?.();
      await state.held;
      state.ticks += Math.min(ticks, 5);
      return { ticks: Math.min(ticks, 5), phase_changed: stop === "phase", iteration_ended: stop === "iteration" };
    },
    snapshot: () => ({ ticks: state.ticks, iteration: 3 }),
    take_recording: () => ({ frames: [] }),
    curves: () => CURVES,
    physics: () => [{ name: "gravity", value: 9.8 }],
    set_physics() {
      throw Object.assign(new Error("gravity = 99 is not valid."), {
        kind: "config",
        field: "gravity",
        value: "99",
        allowed: "less",
      });
    },
    save: async () => new Uint8Array([1, 2, 3]),
    free() {
      state.freed += 1;
    },
  };
  return {
    state,
    session,
    bindings: {
      Session: {
        create: async () => session,
        resume: async (bytes, device) => {
          state.resumed = [...bytes, device];
          return session;
        },
      },
    },
  };
}

/** A test that fails ends as well, and leaves no port open. */
const open = [];
afterEach(() => open.splice(0).forEach((port) => port.close()));

/** A worker's two ends; what the page posts is heard only after `start`. */
function pair(bindings, options) {
  const { port1: page, port2: inside } = new MessageChannel();
  /** @type {import("../js/engine/remote.js").Caller} */
  const worker = { postMessage: (message) => page.postMessage(message), terminate: () => page.close() };
  page.onmessage = (event) => worker.onmessage(event);
  open.push(page);
  inside.onmessage = () => {
    serveEngine(localEngine(bindings), inside, options);
    inside.postMessage({ ready: true });
  };
  return { worker, inside };
}

async function opened(options) {
  const { state, bindings, session: wasmSession } = wasm();
  const { worker, inside } = pair(bindings, options);
  const engine = await remoteEngine(worker, {});
  return { state, wasmSession, engine, inside, worker, session: await engine.open({ task: "CartPole-v1" }) };
}

test("orders, answers, checkpoints and physics cross", async () => {
  const { session, engine, state } = await opened();
  assert.deepEqual(session.device, { kind: "cpu", name: "CPU", sentence: "" });
  const report = await session.advance({ budgetMs: 1, curves: true });
  assert.equal(report.snapshot.ticks, 5);
  assert.deepEqual(report.curves, { episode_returns: { from: 0, points: CURVES.episode_returns } });
  assert.deepEqual((await session.advance({ budgetMs: 1, curves: true })).curves, {}, "only what is new");
  assert.equal((await session.advance({ budgetMs: 1, stopAt: "phase" })).phaseChanged, true);
  const { checkpoint } = await session.advance({ budgetMs: 1, stopAt: "iteration", save: true });
  assert.deepEqual([[...checkpoint.bytes], checkpoint.iteration], [[1, 2, 3], 3]);
  const saved = await session.save();
  assert.deepEqual([[...saved.bytes], saved.iteration], [[1, 2, 3], 3]);
  assert.deepEqual(await session.physics(), [{ name: "gravity", value: 9.8 }]);
  await engine.resume(checkpoint.bytes, "webgpu");
  assert.deepEqual(state.resumed, [1, 2, 3, "webgpu"]);
  assert.deepEqual([...checkpoint.bytes], [1, 2, 3], "the page keeps its checkpoint");
  session.close();
  await engine.open({});
  assert.equal(state.freed, 1);
});

test("an order that has not begun when rest is called does no work", async () => {
  const { session, engine, state } = await opened();
  let letGo;
  state.held = new Promise((resolve) => {
    letGo = resolve;
  });
  const began = new Promise((resolve) => {
    state.began = resolve;
  });
  const orders = [session.advance({ budgetMs: 1 }), session.advance({ budgetMs: 1 })];
  await began;
  session.rest();
  await engine.open({}); // by then the rest has been heard
  letGo();
  assert.deepEqual(
    (await Promise.all(orders)).map(({ ticks }) => ticks),
    [5, 0],
  );
  assert.equal((await session.advance({ budgetMs: 1 })).ticks, 5);
  assert.equal(state.ticks, 10);
});

test("an error crosses with all its fields, and the session lives on", async () => {
  const { session } = await opened();
  const error = await session.setPhysics("gravity", 99).catch((refused) => refused);
  assert.ok(error instanceof EngineError);
  assert.deepEqual(
    [error.kind, error.field, error.value, error.allowed, error.fatal],
    ["config", "gravity", "99", "less", false],
  );
  assert.equal((await session.advance({ budgetMs: 1 })).ticks, 5);
});

test("after a trap nothing is answered any more, and every call says why", async () => {
  const { session, engine, state } = await opened();
  state.hurt = new WebAssembly.RuntimeError("unreachable");
  const failures = await Promise.all(
    [session.advance({}), session.advance({})].map((call) => call.catch((error) => error)),
  );
  assert.deepEqual(
    failures.map(({ message, fatal }) => [message, fatal]),
    [
      ["unreachable", true],
      ["unreachable", true],
    ],
  );
  assert.equal(engine.alive(), false);
  await assert.rejects(engine.open({}), /unreachable/);
});

test("a device that fails by itself ends the waiting calls with its own words", async () => {
  const { session, engine, inside } = await opened();
  const waiting = session.advance({}).catch((error) => error);
  inside.postMessage({
    failed: new EngineError("The graphics device was lost (destroyed).", { kind: "device" }).plain(),
  });
  const { kind, message, fatal } = await session.physics().catch((error) => error);
  assert.deepEqual([kind, message, fatal], ["device", "The graphics device was lost (destroyed).", false]);
  assert.equal(engine.alive(), false);
  await waiting;
});

/** What the program may say when its device is gone, before the device itself has been heard of. */
const CONSEQUENCES = [
  Object.assign(new Error("The device failed while reading: the staging buffer could not be mapped."), {
    name: "MbppoError",
    kind: "device",
  }),
  new WebAssembly.RuntimeError("unreachable"),
];
const CALLS = { advance: [{ budgetMs: 1 }], physics: [], setPhysics: ["gravity", 1] };

test("a lost device is told as lost, whichever call meets it first and in whatever words", async () => {
  for (const consequence of CONSEQUENCES) {
    for (const [name, given] of Object.entries(CALLS)) {
      let inside = null;
      const spoken = async () => {
        await new Promise((later) => setTimeout(later, 5));
        inside.postMessage({
          failed: new EngineError("The device failed while training: it was lost.", { kind: "device" }).plain(),
        });
      };
      const { session, engine, state, inside: port, wasmSession } = await opened({ spoken });
      inside = port;
      state.hurt = consequence;
      for (const call of ["physics", "set_physics"])
        wasmSession[call] = () => {
          throw consequence;
        };
      const error = await session[name](...given).catch((refused) => refused);
      assert.deepEqual(
        [error.kind, error.message],
        ["device", "The device failed while training: it was lost."],
        `${name}, ${consequence.message}`,
      );
      assert.equal(engine.alive(), false);
      assert.equal((await session.ended).message, error.message, "who waits for nothing hears it too");
    }
  }
});

test("a device that is lost while a session is opened is told at once, though the program never answers", async () => {
  for (const call of ["create", "resume"]) {
    const { bindings } = wasm();
    bindings.Session[call] = () => new Promise(() => {});
    const { worker, inside } = pair(bindings);
    const engine = await remoteEngine(worker, {});
    const opening = call === "create" ? engine.open({}) : engine.resume(new Uint8Array(1), "webgpu");
    inside.postMessage({
      failed: new EngineError("The device failed while training: it was lost.", { kind: "device" }).plain(),
    });
    await assert.rejects(opening, /it was lost/);
    assert.equal(engine.alive(), false);
  }
});

test("a program that panics ends its worker: what waits is rejected in its words, its session has ended", async () => {
  const { session, engine, state, inside } = await opened();
  state.held = new Promise(() => {});
  const waiting = session.advance({ budgetMs: 1 });
  inside.postMessage({ panic: "index out of bounds\nat src/lib.rs:1" });
  await assert.rejects(waiting, { fatal: true, message: /index out of bounds/ });
  assert.match((await session.ended).message, /^index out of bounds/);
  assert.equal(engine.alive(), false);
});

test("a worker that cannot load, or fails later, is an error and never a silence", async () => {
  /** @type {import("../js/engine/remote.js").Caller} */
  const worker = { postMessage() {}, terminate() {} };
  const starting = remoteEngine(worker, new Promise(() => {}));
  worker.onerror({ message: "blocked by the content policy" });
  await assert.rejects(starting, /blocked by the content policy/);
  await assert.rejects(
    remoteEngine({ postMessage() {}, terminate() {} }, Promise.reject(new EngineError("The server answered 404."))),
    /answered 404/,
  );
  const { session, worker: later } = await opened();
  const waiting = session.advance({});
  later.onerror({ message: "out of memory" });
  await assert.rejects(
    waiting,
    (error) => error instanceof EngineError && error.fatal && /out of memory/.test(error.message),
  );
});

test("what the worker has compiled is handed on, and the engine ends with its lab", async () => {
  const { bindings } = wasm();
  const { worker, inside } = pair(bindings);
  const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const { postMessage } = inside;
  inside.postMessage = (message) => postMessage.call(inside, message.ready ? { ready: true, module } : message);
  const handed = [];
  const lab = new AbortController();
  const engine = await remoteEngine(worker, {}, { onCompiled: (given) => handed.push(given), signal: lab.signal });
  assert.ok(handed[0] instanceof WebAssembly.Module && engine.alive());
  lab.abort();
  assert.ok(!engine.alive());
  await assert.rejects(engine.open({}), /was closed/);
  await assert.rejects(remoteEngine(pair(bindings).worker, {}, { signal: lab.signal }), /was closed/);
});
