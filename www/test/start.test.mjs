// How a lab comes to life, with programs that arrive late, fail, or never come.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../js/engine/protocol.js";
import { startLab } from "../js/lab/start.js";
import { createStore, INITIAL } from "../js/store.js";
import { deferred, engines as standIns, handClock, loop as standInLoop, refusedFor, settle } from "./standins.mjs";

/**
 * A page on an address, whose program comes when the test says so.
 * @param {string} [query]
 * @param {any} [options]
 * @returns {any}
 */
function visit(query = "", { calm = false, refuse } = {}) {
  const store = createStore(INITIAL);
  const loop = standInLoop();
  const program = deferred();
  const written = [];
  /** @type {any} */ const around = {
    store,
    loop,
    engines: standIns({ refuse }),
    written,
    mounted: null,
    ...handClock(),
  };
  const ending = new AbortController();
  around.destroy = () => ending.abort();
  around.done = startLab({
    store,
    signal: ending.signal,
    loop,
    calm,
    clock: around.clock,
    openEngines: (options) => {
      around.options = options;
      return program.promise;
    },
    address: { read: () => `http://host/page/${query}`, write: (href) => written.push(href) },
    arrived: (parts) => {
      around.mounted = parts;
    },
  });
  around.arrive = async () => {
    program.resolve(around.engines);
    await settle();
  };
  around.fail = async (error) => {
    program.reject(error);
    await around.done;
  };
  return around;
}

test("the program arrives, the panels are put in place, the address becomes a run that plays", async () => {
  const page = visit("?task=Pendulum-v1&seed=7&device=cpu&physics.gravity=20;9.8@150&speed=fast&thread=main");
  assert.deepEqual([page.options.thread, page.mounted, page.store.get().schema], ["main", null, null]);
  await page.arrive();
  const { wish } = page.engines.openings[0];
  assert.deepEqual(
    [wish.task, wish.seed, wish.physics, page.store.get().speed],
    ["Pendulum-v1", 7, { gravity: "20;9.8@150" }, "fast"],
  );
  assert.equal(page.store.get().loading.done, false);
  page.engines.openings[0].answer("first");
  await page.done;
  assert.deepEqual(
    [page.store.get().loading.done, page.store.get().playing, page.store.get().notes, page.store.get().trouble],
    [true, true, [], null],
  );
  assert.ok(page.mounted.commands && page.mounted.engines);
});

test("who wants calm, or says autoplay=false, begins by hand", async () => {
  for (const page of [visit("?seed=1", { calm: true }), visit("?seed=1&autoplay=false")]) {
    await page.arrive();
    page.engines.openings[0].answer("first");
    await page.done;
    assert.equal(page.store.get().playing, false);
  }
});

test("a learner that cannot learn the task ends in the nearest run and a sentence, never in a dialog", async () => {
  const page = visit("?task=Pendulum-v1&preset=dqn");
  await page.arrive();
  assert.equal(page.engines.openings[0].wish.preset, "td3");
  page.engines.openings[0].answer("first");
  await page.done;
  assert.deepEqual(
    [page.store.get().notes, page.store.get().trouble],
    [["DQN compares choices. TD3 learns it instead."], null],
  );
});

test("everything that is refused together is left out one by one, and what goes together stays", async () => {
  // horizon and gamma only together, model_target never
  const refuse = ({ config }) =>
    config.model_target
      ? refusedFor("elsewhere")
      : "horizon" in config && !("gamma" in config)
        ? refusedFor("elsewhere")
        : null;
  const page = visit("?horizon=5&model_target=raw&gamma=0.9", { refuse });
  await page.arrive();
  assert.deepEqual(page.engines.openings[0].wish.config, { gamma: "0.9", horizon: "5" });
  page.engines.openings[0].answer("first");
  await page.done;
  assert.deepEqual(page.store.get().notes.slice(0, 1), [
    "elsewhere is not valid: it cannot be. It runs without model_target = raw.",
  ]);
});

test("what an address names without effect is remarked, and nothing that it does not name", async () => {
  const said = async (query) => {
    const page = visit(query);
    await page.arrive();
    page.engines.openings[0].answer("first");
    await page.done;
    return page.store.get().notes;
  };
  assert.deepEqual(await said("?preset=ppo&horizon=50"), ["horizon has no effect in ppo."]);
  assert.deepEqual(await said("?preset=ppo&horizon=50&model_target=raw&gamma=0.9"), [
    "horizon, model_target have no effect in ppo. gamma has no effect at all.",
  ]);
});

test("a program that does not arrive is said with the reason", async () => {
  const page = visit();
  await page.fail(new EngineError("The server answered 404."));
  const { trouble } = page.store.get();
  assert.deepEqual([trouble.title, trouble.rescue, trouble.waits], ["The learner could not start", null, false]);
  assert.match(trouble.report, /404/);
});

test("a program that neither arrives nor fails is reported after a while; progress extends the wait", async () => {
  const page = visit();
  page.pass(25);
  page.options.onProgress({ received: 1, total: 2 });
  page.pass(25);
  assert.equal(page.store.get().trouble, null, "something came in between");
  page.pass(5);
  assert.deepEqual(
    [page.store.get().trouble.title, page.store.get().trouble.rescue],
    ["The learner does not answer", null],
  );
  await page.arrive();
  page.engines.openings[0].answer("first");
  await page.done;
  assert.equal(page.store.get().trouble, null, "it came after all");
});

test("a program that ends on the page's own thread stops what plays, and says so", async () => {
  const page = visit("?seed=1&thread=main");
  await page.arrive();
  page.engines.openings[0].answer("first");
  await page.done;
  assert.equal(page.loop.noted.playing, true);
  page.options.onPanic("unreachable", { final: true });
  assert.deepEqual(
    [page.loop.noted.playing, page.store.get().playing, page.store.get().trouble.rescue],
    [false, false, null],
  );
});

test("the first run cannot be opened: it is said, and a new page can start with the defaults", async () => {
  const page = visit("?seed=1");
  await page.arrive();
  page.engines.openings[0].reject(new EngineError("The device failed."));
  await page.done;
  assert.deepEqual([page.store.get().trouble.title, page.store.get().trouble.waits], ["The learner stopped", false]);
});

test("the address bar follows changes, and not more often than a browser allows", async () => {
  const page = visit("?seed=1");
  await page.arrive();
  page.engines.openings[0].answer("first");
  await page.done;
  for (const value of [20, 21, 22]) await page.mounted.commands.setPhysics("gravity", value);
  assert.deepEqual(page.written, ["http://host/page/?seed=1&physics.gravity=20@7"]);
  await new Promise((later) => setTimeout(later, 600));
  assert.deepEqual(page.written.slice(1), ["http://host/page/?seed=1&physics.gravity=22@7"]);
  assert.equal(page.mounted.addressOfRun(), page.written[1]);
});

test("a lab that is destroyed while its program loads, or while its run opens, complains of nothing", async () => {
  const loading = visit();
  loading.destroy();
  await loading.fail(new EngineError("The worker that trained was closed."));
  assert.equal(loading.store.get().trouble, null);

  const opening = visit("?seed=1");
  await opening.arrive();
  opening.destroy();
  opening.pass(60);
  opening.engines.openings[0].reject(new EngineError("The worker that trained was closed."));
  await opening.done;
  assert.deepEqual([opening.store.get().trouble, opening.store.get().playing], [null, false]);
});
