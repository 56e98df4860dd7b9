// Keeps the run of a lab by itself: each checkpoint goes to the browser's database, and after a reload the tab goes on
// from the latest. Two tabs never write to the same run: whoever opens it takes it over, the other goes on with a copy.
import { isModule } from "../engine/task.js";
import { openDatabase, whyNot } from "./database.js";
import { recordOf, tooMany } from "./records.js";

/** In the tab's own storage: which run it shows, and at which address. */
const TAB = "mbppo.run";
const COPIED = "Another tab, or a later state, goes on with this run: here a copy of it is kept.";

/** What a lab knows of kept runs. */
const NOTHING = { runs: [], current: null, said: "", removed: null };

/**
 * `storage`: {factory(), tab()}: the browser's indexedDB and sessionStorage, each may throw. `shared()`: the settings
 * of the run; `address` as in lab/address.js. Ends with `signal`.
 * @param {any} parts
 */
export function createKeeper({ store, engines, commands, shared, address, storage, signal, ids = freshId }) {
  const writer = ids();
  const entryOf = new WeakMap(); // checkpoint → {id, isDeleted}, for a run that comes back with it
  let current = newEntry(null); // what is shown; one that was deleted by hand is not kept any more
  let isOver = false; // the browser has ended it, and said why
  let turn = Promise.resolve(); // writes wait for each other
  const show = (patch) => store.set({ kept: { ...(store.get().kept ?? NOTHING), ...patch } });
  show({});
  const said = (sentence, ends) => {
    isOver ||= ends;
    show({ said: sentence });
  };
  const opened = openDatabase({ factory: storage.factory, said });
  opened.catch((error) => show({ said: whyNot(error) }));
  signal.addEventListener("abort", () => opened.then((database) => database.close()).catch(() => {}));

  /** Does `work(database)` after what was asked before; what fails is said. Resolves to null then. */
  function inTurn(work) {
    const done = turn.then(async () => {
      try {
        return isOver ? null : await work(await opened);
      } catch (error) {
        show({ said: whyNot(error) });
        return null;
      }
    });
    turn = done.then(() => {});
    return done;
  }
  const list = async (database) => show({ runs: await database.all(), current: current.id });

  /** The tab's own note of what it shows; there may be no storage for it. */
  function note(id) {
    try {
      const tab = storage.tab();
      if (id) tab.setItem(TAB, JSON.stringify({ id, href: address.read() }));
      else tab.removeItem(TAB);
    } catch (error) {
      console.warn(error); // the run is in the list all the same
    }
  }
  function noted() {
    try {
      const { id, href } = JSON.parse(storage.tab().getItem(TAB) ?? "{}");
      return href === address.read() ? (id ?? null) : null;
    } catch {
      return null;
    }
  }

  function becomes(entry) {
    current = entry;
    note(entry.id);
    show({ current: entry.id });
  }
  /** Stores a state of the run `entry`. */
  function keep(entry, state) {
    const { checkpoint } = state;
    const settings = shared();
    entryOf.set(checkpoint, entry);
    return inTurn(async (database) => {
      if (entry.isDeleted) return;
      entry.id ??= ids();
      const record = recordOf({ id: entry.id, writer, state, settings, at: Date.now() });
      const isCopied = !(await database.write(record, checkpoint.bytes));
      if (isCopied) {
        record.id = entry.id = ids();
        await database.restore({ record, bytes: checkpoint.bytes });
      }
      for (const id of tooMany(await database.all(), record.id)) await database.remove(id);
      if (current === entry) note(entry.id);
      const before = store.get().kept.said === COPIED ? COPIED : ""; // what else was said is over: there was room
      show({ said: isCopied ? COPIED : before });
      await list(database);
    });
  }
  store.watch(
    ["run"],
    ({ run }) => run,
    (run, { checkpoint }) => {
      if (run > 0) becomes(entryOf.get(checkpoint) ?? newEntry(null));
    },
  );
  store.watch(
    ["checkpoint"],
    ({ checkpoint }) => checkpoint,
    (checkpoint, state) => {
      if (checkpoint?.iteration > 0 && !entryOf.has(checkpoint)) keep(current, state);
    },
  );

  /** Goes on with {record, bytes}; throws what is wrong with it. */
  async function goOn({ record, bytes }, { playing, thread }) {
    const { task } = record.settings;
    if (isModule(task) && !engines.schema.tasks.some(({ id }) => id === task)) await engines.addTask(task);
    await commands.openSaved({ ...record.settings, thread }, bytes, { playing });
    becomes(newEntry(record.id));
  }

  return {
    /** After a reload: goes on with the run that this tab showed. The record, or null where it showed none. */
    async resume({ playing, thread }) {
      const id = noted();
      const found = id && (await inTurn((database) => database.take(id, writer)));
      if (!found) return null;
      await goOn(found, { playing, thread });
      return found.record;
    },
    /** Goes on with a kept run; throws what is wrong with it, and the run that is there goes on. */
    async open(id) {
      const found = await inTurn((database) => database.take(id, writer));
      const { playing, settings } = store.get();
      if (found) await goOn(found, { playing, thread: settings.thread });
      await inTurn(list);
    },
    rename: (id, name) =>
      inTurn(async (database) => {
        await database.rename(id, name);
        await list(database);
      }),
    duplicate: (id) =>
      inTurn(async (database) => {
        const found = await database.read(id);
        if (!found) return;
        const record = {
          ...found.record,
          id: ids(),
          name: `${found.record.name}, copy`,
          isNamed: true,
          began: Date.now(),
        };
        await database.restore({ record, bytes: found.bytes });
        await list(database);
      }),
    remove: (id) =>
      inTurn(async (database) => {
        const removed = await database.read(id);
        if (!removed) return list(database);
        await database.remove(id);
        if (id === current.id) current.isDeleted = true;
        show({ removed });
        await list(database);
      }),
    undoRemove: () =>
      inTurn(async (database) => {
        const { removed } = store.get().kept;
        if (!removed) return;
        await database.restore(removed);
        if (removed.record.id === current.id) current.isDeleted = false;
        show({ removed: null });
        await list(database);
      }),
    refresh: () => inTurn(list),
    /** The tab's next page does not go on with this run; it stays in the list. */
    leave: () => note(null),
  };
}

const newEntry = (/** @type {?string} */ id) => ({ id, isDeleted: false });
const freshId = () => [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join("");
