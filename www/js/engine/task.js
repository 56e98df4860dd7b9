// Tasks that a visitor has written: a class or a function, or a module of this page's own host that exports one.
import { EngineError } from "./protocol.js";

/** Whether this is the address of a module, and not the id of a task. */
export const isModule = (task) => typeof task === "string" && /\.m?js$/i.test(task);

/** The whole address of a task's module, as `base` has it; throws unless it is of the same origin. */
export function addressOf(task, base) {
  const refused = (allowed) =>
    new EngineError(`task = ${task} is not valid: ${allowed}.`, {
      kind: "config",
      field: "task",
      value: task,
      allowed,
    });
  if (!URL.canParse(task, base)) throw refused("it must be the address of a module");
  const url = new URL(task, base);
  if (url.origin !== new URL(base).origin) throw refused("a module with a task must come from this page's own host");
  return url.href;
}

/** What the module exports: {make: its default export, draw}. */
export async function moduleOf(address) {
  let found;
  try {
    found = await import(address);
  } catch (cause) {
    throw new EngineError(`The task at ${new URL(address).pathname} could not be loaded: ${cause.message}.`, { cause });
  }
  if (typeof found.default !== "function") {
    const allowed = "its default export must be a class or function that makes the task";
    throw new EngineError(`task = ${new URL(address).pathname} is not valid: ${allowed}.`, { field: "task", allowed });
  }
  return { make: found.default, draw: found.draw ?? null };
}

/** What the program takes as `task`: of a module what it exports, anything else as it is. */
export const programTask = async (task) => (isModule(task) ? (await moduleOf(task)).make : task);

/**
 * The tasks that have been added to those of the program. `describe(make)`: the facts, or throws what is wrong with it.
 * @param {{ describe: (make: Function) => any, base: () => string, shared: () => boolean }} parts `shared`: whether
 *   training shares the page's thread, and so can be given a function
 */
export function createTasks({ describe, base, shared }) {
  const added = new Map(); // id → {make, wish}
  return {
    /** Adds a task, by the address of its module or as a class or function; gives the row that the schema has of it. */
    async add(task) {
      const isAddress = isModule(task);
      if (!isAddress && typeof task !== "function")
        throw new EngineError("A task is the address of a module, or a class or function that makes one.");
      if (!isAddress && !shared())
        throw new EngineError(
          "A worker takes no function: give the address of a module, or open the page with thread=main.",
        );
      const wish = isAddress ? addressOf(task, base()) : task;
      const { make, draw } = isAddress ? await moduleOf(wish) : { make: task, draw: task.draw ?? null };
      const facts = describe(make);
      const id = isAddress ? task : facts.id;
      added.set(id, { make, wish });
      return { ...facts, id, draw };
    },
    /** For the program on this thread. */
    here: (id) => added.get(id)?.make ?? id,
    /** For an engine, which may be in a worker. */
    wish: (id) => added.get(id)?.wish ?? id,
  };
}
