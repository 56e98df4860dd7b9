// What a program says about runs, tasks and receipts without training: the same in a page and in Node.js.
import { EngineError } from "./protocol.js";
import { createTasks } from "./task.js";

/**
 * `bindings`: the program on this thread. `base()`: what the addresses of tasks are relative to; `shared()`: whether
 * training shares this thread; `tensors()`: an engine of the program with burn's tensors, which that one lacks.
 * @param {any} bindings
 * @param {{ base: () => string, shared: () => boolean, tensors: () => Promise<any> }} world
 */
export function answersOf(bindings, { base, shared, tensors }) {
  const schema = bindings.schema();
  const tasks = createTasks({ describe: (make) => told(() => bindings.describe_task(make)), base, shared });
  const wishOf = ({ task, preset, seed, config, physics }) => ({
    task: tasks.here(task),
    preset,
    seed: seed ?? 0,
    config,
    physics,
    device: "cpu",
  });
  /** What `asked()` promises; where this program lacks what the run is computed with, what `other()` does. */
  async function elsewhere(asked, other) {
    try {
      return await asked();
    } catch (error) {
      const told = EngineError.from(error);
      const row = schema.hyperparameters.find(({ name }) => name === told.field);
      if (!row?.allowed.in_tensors?.includes(told.value)) throw told;
      return other();
    }
  }
  /** What the program promises; what it rejects with is the program's own error. */
  const promised = async (asked) => {
    try {
      return await asked();
    } catch (error) {
      throw EngineError.from(error);
    }
  };
  return {
    schema,
    /**
     * Adds a task to those of the schema: the address of a module of this host, or (thread=main) what makes it. Gives
     * its id, or rejects with an EngineError that says what is wrong.
     */
    async addTask(task) {
      const row = await tasks.add(task);
      const at = schema.tasks.findIndex(({ id }) => id === row.id);
      schema.tasks.splice(at < 0 ? schema.tasks.length : at, at < 0 ? 0 : 1, row);
      return row.id;
    },
    /** A task as `open` and `resume` of an engine take it. */
    taskOf: tasks.wish,
    /** What the program would refuse about settings: an EngineError with its `field`, or null. Nothing is opened. */
    check: (settings) => refusal(() => bindings.check(wishOf(settings))),
    /** The hyperparameters that change nothing in such a run: [{name, reason}]. */
    withoutEffect: ({ task, preset, config }) => bindings.without_effect(tasks.here(task), preset, config),
    /** What such a run goes through and never shows: {phases: [name], not_shown: [{what, why, instead}]}. */
    display: ({ task, preset, config }) => bindings.display(tasks.here(task), preset, config),
    /** A hyperparameter's value as the program writes it; throws what is wrong with it. */
    readHyperparameter: (name, text) => bindings.read_hyperparameter(name, text),
    freshSeed: () => bindings.fresh_seed(),
    /** What a receipt says: {words, task, config, ticks, undecidable}; throws an EngineError if it is none. */
    readReceipt: (text) => told(() => bindings.read_receipt(text)),
    /** Of values, one a run, the median and its 95 % interval. */
    spread(values) {
      const [median, ...interval] = bindings.spread(Float64Array.from(values));
      return { median, interval };
    },
    /** The receipt of a run of `task`, as JSON, from its checkpoint. */
    receiptOf: ({ bytes }, task) =>
      elsewhere(
        () => bindings.receipt(bytes, tasks.here(task)),
        async () => (await tensors()).receipt(bytes, tasks.wish(task)),
      ),
    /**
     * The file of a run from `bytes`: a policy alone becomes a run with this seed that plays it. With `learns`, true or
     * false, it learns or only plays; without it a run is given back as it is.
     */
    runOf: (bytes, { task, seed, learns }) => promised(() => bindings.run_of(bytes, seed, learns, tasks.here(task))),
    /** The policy alone of a checkpoint, as a file. */
    policyOf: ({ bytes }, task) => promised(() => bindings.policy_of(bytes, tasks.here(task))),
    /** The same as a text for an address. */
    policyText: ({ bytes }, task) => promised(() => bindings.policy_text(bytes, tasks.here(task))),
    /** The file of the policy in such a text, for a run of these settings. */
    policyOfText: (text, settings) => promised(() => bindings.policy_of_text(text, wishOf(settings))),
    /** {verdict, …}: what to say of a receipt whose run has been computed again as far as this checkpoint. */
    compareReceipt: (text, { bytes }, task) =>
      elsewhere(
        () => bindings.compare_receipt(text, bytes, tasks.here(task)),
        async () => (await tensors()).compareReceipt(text, bytes, tasks.wish(task)),
      ),
  };
}

/** What `asked()` gives; what it throws is thrown as the program's own error. */
function told(asked) {
  try {
    return asked();
  } catch (error) {
    throw EngineError.from(error);
  }
}

/** What `asked()` throws, if it does: as the program's own error. */
function refusal(asked) {
  try {
    asked();
    return null;
  } catch (error) {
    return EngineError.from(error);
  }
}
