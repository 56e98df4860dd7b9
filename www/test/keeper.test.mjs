// What is kept of runs by itself, with a browser's storage that is full, closed or another tab's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createKeeper } from "../js/keep/keeper.js";
import { MOST, polyline, readName } from "../js/keep/records.js";
import { createStore, INITIAL } from "../js/store.js";
import { standInDatabase } from "./standin_database.mjs";
import { SCHEMA } from "./schema.mjs";

const SETTINGS = { task: SCHEMA.tasks[0].id, preset: SCHEMA.presets[0].name, seed: 3, config: {}, physics: {} };

/** A tab's lab, with a run in it; `database` and `tab` may be those of another. */
function lab({ database = standInDatabase(), tab = new Map(), names = "a" } = {}) {
  const store = createStore({ ...INITIAL, schema: SCHEMA, settings: SETTINGS });
  const opened = [];
  let ids = 0;
  const keeper = createKeeper({
    store,
    engines: { schema: SCHEMA },
    commands: {
      openSaved: async (settings, bytes) => {
        opened.push([settings.seed, ...bytes]);
        store.set({ run: store.get().run + 1, checkpoint: null });
      },
    },
    shared: () => SETTINGS,
    address: { read: () => "http://host/" },
    storage: {
      factory: () => database,
      tab: () => ({
        getItem: (key) => tab.get(key) ?? null,
        setItem: (key, text) => tab.set(key, text),
        removeItem: (key) => tab.delete(key),
      }),
    },
    signal: new AbortController().signal,
    ids: () => `${names}${(ids += 1)}`,
  });
  return {
    store,
    keeper,
    database,
    tab,
    opened,
    begin: () => store.set({ run: store.get().run + 1, checkpoint: null }),
    /** A checkpoint, once it is dealt with. */
    async reach(iteration, bytes = [iteration]) {
      store.set({ checkpoint: { iteration, bytes: Uint8Array.from(bytes), ms: 1 } });
      await keeper.refresh();
      return store.get().kept;
    },
  };
}
const listed = ({ runs }) => runs.map(({ id, iteration }) => [id, iteration]);

test("each run has one entry, which follows its checkpoints; a run that comes back has its own again", async () => {
  const one = lab();
  one.begin();
  await one.reach(0);
  assert.deepEqual(listed(one.store.get().kept), [], "there is nothing to keep before the first iteration");
  await one.reach(1);
  const { checkpoint } = one.store.get();
  one.begin();
  assert.deepEqual(listed(await one.reach(5)).sort(), [
    ["a2", 1],
    ["a3", 5],
  ]);
  one.store.set({ run: 9, checkpoint }); // Undo
  assert.deepEqual(listed(await one.reach(2)).sort(), [
    ["a2", 2],
    ["a3", 5],
  ]);
});

test("the tab's next page goes on with what it showed, at the same address; after Restart with nothing", async () => {
  const one = lab();
  one.begin();
  await one.reach(4);
  const next = lab({ database: one.database, tab: one.tab, names: "b" });
  const record = await next.keeper.resume({ playing: false, thread: "worker" });
  assert.deepEqual([record.iteration, next.opened], [4, [[3, 4]]]);
  assert.deepEqual(listed(await next.reach(6)), [["a2", 6]]);
  next.begin();
  assert.equal(
    await lab({ database: one.database, tab: one.tab }).keeper.resume({ playing: false, thread: "worker" }),
    null,
  );
});

test("a tab from which a run was taken goes on with a copy, and so does an earlier state of it", async () => {
  const one = lab();
  one.begin();
  await one.reach(4);
  const other = lab({ database: one.database, names: "b" });
  await other.keeper.open("a2");
  await other.reach(9);
  const { said, ...kept } = await one.reach(5);
  assert.match(said, /a copy of it is kept/);
  assert.deepEqual(listed(kept).sort(), [
    ["a2", 9],
    ["a3", 5],
  ]);
  assert.deepEqual(listed(await one.reach(6)).sort()[1], ["a3", 6], "one copy, not one each time");
  await other.keeper.open("a2");
  await other.reach(7);
  assert.deepEqual(listed(await other.reach(8)).sort()[0], ["a2", 9], "what was further is not lost");
});

test("where there is no more room the last state stays, with a sentence, until there is room again", async () => {
  const one = lab({ database: standInDatabase({ quota: 3 }) });
  one.begin();
  await one.reach(1, [1, 1, 1]);
  const full = await one.reach(2, [2, 2, 2, 2]);
  assert.match(full.said, /no more room/);
  assert.deepEqual(listed(full), [["a2", 1]]);
  one.database.limits.quota = 100;
  const roomy = await one.reach(3);
  assert.deepEqual([roomy.said, listed(roomy)], ["", [["a2", 3]]]);
});

test("a newer version in another tab ends the keeping, and its runs are left alone", async () => {
  const one = lab();
  one.begin();
  await one.reach(1);
  one.database.becomes(2);
  assert.match((await one.reach(2)).said, /newer version of this page is open in another tab/);
  const next = lab({ database: one.database, names: "b" });
  next.begin();
  assert.match((await next.reach(1)).said, /kept here by a newer version/);
});

test("what is deleted comes back whole, is not kept meanwhile, and a given name stays", async () => {
  const one = lab();
  one.begin();
  await one.reach(1, [7, 8]);
  await one.keeper.rename("a2", "mine");
  assert.equal((await one.reach(2, [7, 9])).runs[0].name, "mine");
  await one.keeper.remove("a2");
  assert.deepEqual(listed(await one.reach(3)), []);
  await one.keeper.undoRemove();
  assert.deepEqual(listed(one.store.get().kept), [["a2", 2]]);
  await one.keeper.open("a2");
  assert.deepEqual(one.opened, [[3, 7, 9]]);
});

test("of many runs the oldest go, never one that was named", async () => {
  const one = lab();
  for (let run = 0; run < MOST + 3; run += 1) {
    one.begin();
    await one.reach(1);
    if (run === 0) await one.keeper.rename("a2", "mine");
  }
  const { runs } = one.store.get().kept;
  assert.ok(runs.some(({ name }) => name === "mine"));
  assert.equal(runs.length, MOST + 2, "that with a name, and that which runs, are not counted");
});

test("a small curve fills its picture; a name is told what is wrong with it", () => {
  const size = { width: 10, height: 4 };
  assert.equal(
    polyline(
      [
        [0, -5],
        [5, 5],
        [10, 0],
      ],
      size,
    ),
    "0,4 5,0 10,2",
  );
  assert.equal(polyline([[0, 1]], size), "");
  assert.deepEqual(readName("  a   b "), { name: "a b" });
  assert.match(readName("x".repeat(81)).problem, /at most 80 letters, and this one 81/);
});
