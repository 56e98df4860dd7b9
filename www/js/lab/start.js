// How a lab starts: the program loads, the panels are mounted, the address becomes a run. Has no DOM of its own.
import { EngineError } from "../engine/protocol.js";
import { isModule } from "../engine/task.js";
import { readSettings, threadOf, writeSettings } from "../params.js";
import { createPatience, PATIENCE_S } from "../patience.js";
import { answeredAfterAll, silent, trouble } from "../reports.js";
import { createKeeper } from "../keep/keeper.js";
import { createRun } from "../run.js";
import { addressWith, pairsOf } from "../url.js";
import { beginFirst, withoutRun } from "./first_run.js";

/** Between two entries in the address bar: browsers refuse a page that writes more often. */
const WRITE_MS = 500;

/**
 * `openEngines` as in engine/index.js; `loop` as in loop.js. `address`: as in address.js. `arrived(parts)` puts the
 * panels in place. `storage`: where runs are kept, as in keeper.js; null: nowhere. `calm`: whether the visitor wants to
 * begin by hand. `clock`: {every, stop}, as in patience.js. Ends with `signal`. Never throws.
 */
export async function startLab({ openEngines, store, loop, address, arrived, signal, storage = null, ...wish }) {
  const { calm = false, clock = {} } = wish;
  const patience = createPatience({
    late: () => store.set(silent(PATIENCE_S, store.get())),
    back: () => store.set(answeredAfterAll(store.get())),
    ...clock,
  });
  signal.addEventListener("abort", patience.forget);
  const coming = watchArrival(patience);
  // What has ended is not ordered any more, whoever noticed it.
  store.on(["trouble"], ({ trouble: now }) => {
    if (now && !now.waits) loop.pause();
  });
  try {
    const asked = pairsOf(address.read());
    const engines = await coming.all(
      openEngines({
        thread: threadOf(asked),
        onProgress(progress) {
          coming.more();
          store.set({ loading: { ...progress, done: false } });
        },
        onPanic: (message) => store.set(trouble(message, store.get(), { final: true })),
        signal,
      }),
    );
    const { schema } = engines;
    const { pairs, refused } = await withOwnTask(withoutRun(asked), engines);
    store.set({ schema });
    const addressOf = (settings) => addressWith(address.read(), writeSettings(settings, schema));
    const write = () => {
      try {
        address.write(addressOf(run.shared()));
      } catch (error) {
        console.warn(error); // the address that is shared does not come from there
      }
    };
    const run = createRun({
      engines,
      store,
      loop,
      patience,
      settingsChanged: write,
      physicsChanged: createLater(write),
    });
    const { commands, shared } = run;
    const keeper = storage && createKeeper({ store, engines, commands, shared, address, storage, signal });
    const parts = { store, engines, commands, keeper, addressOfRun: () => addressOf(shared()) };
    arrived(parts);

    const { settings, problems, named } = readSettings(pairs, schema, engines.readHyperparameter);
    store.set({ notes: [...store.get().notes, ...refused, ...problems], speed: settings.speed });
    const said = await beginFirst({ run, parts, asked, settings, playing: settings.autoplay && !calm });
    store.set({
      notes: [...store.get().notes, ...said, ...remarks(engines, store.get().settings, named)],
      loading: { ...store.get().loading, done: true },
    });
  } catch (error) {
    if (signal.aborted) return; // whatever fails then fails because of that
    store.set(trouble(EngineError.from(error).message, store.get(), { final: true }));
  }
}

/** Adds the task whose module an address names: {pairs, refused}, without it where the program refuses it. */
async function withOwnTask(pairs, engines) {
  const named = pairs.findLast(([name]) => name === "task")?.[1].trim();
  if (!isModule(named)) return { pairs, refused: [] };
  try {
    await engines.addTask(named);
    return { pairs, refused: [] };
  } catch (error) {
    const others = pairs.filter(([name]) => name !== "task");
    return { pairs: others, refused: [`${error.message} It runs with ${engines.schema.tasks[0].id}.`] };
  }
}

/** What to say of hyperparameters that an address names and that change nothing in its run: a note, or none. */
function remarks(engines, settings, named) {
  const { task, preset, config } = settings;
  const idle = engines.withoutEffect({ task, preset, config }).filter(({ name }) => named.includes(name));
  const sentences = [...new Set(idle.map(({ reason }) => reason))].map((reason) => {
    const names = idle.filter((row) => row.reason === reason).map(({ name }) => name);
    return `${names.join(", ")} ${names.length > 1 ? reason.replace(/^has /, "have ") : reason}.`;
  });
  return sentences.length > 0 ? [sentences.join(" ")] : [];
}

/** Waits anew whenever more of the program has arrived. */
function watchArrival(patience) {
  let arriving = null;
  return {
    all: (promise) => patience.watch((arriving = promise)),
    more() {
      if (!arriving) return;
      patience.forget();
      patience.watch(arriving);
    },
  };
}

/** Calls `write` now, or a little later together with other calls. */
function createLater(write, ms = WRITE_MS) {
  /** @type {any} */ let timer = null;
  let again = false;
  const rest = () => {
    timer = null;
    if (again) begin();
  };
  const begin = () => {
    again = false;
    write();
    timer = setTimeout(rest, ms);
    timer.unref?.(); // Node.js, in tests
  };
  return () => {
    again = true;
    if (!timer) begin();
  };
}
