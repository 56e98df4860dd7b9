// Which builds of the program a page has. All are there at once, but behind `trunk serve`, which adds some later.
import { addresses, arrival } from "./address.js";

const LATER = /** @type {const} */ (["webgpu", "tensors"]);

/** @typedef {"cpu" | "webgpu" | "tensors"} BuildName */

/**
 * {of, has, arrives}, each asked by name. `of`: the build, null where `has` is not true; `has`: true, false, or
 * "coming" while it is still being compiled; `arrives` resolves once it is no longer "coming".
 * @param {string} home the folder that was built
 */
export async function openBuilds(home) {
  const builds = await addresses(home);
  /** @type {Record<BuildName, Promise<void>>} */
  const arrives = { cpu: Promise.resolve(), webgpu: Promise.resolve(), tensors: Promise.resolve() };
  for (const name of LATER)
    if (builds[name] === "coming")
      arrives[name] = arrival(name, home).then((build) => {
        builds[name] = build;
      });
  return {
    /** @param {BuildName} name */
    of(name) {
      const build = builds[name];
      return build === "coming" ? null : build;
    },
    /** @param {BuildName} name @returns {boolean | "coming"} */
    has: (name) => (builds[name] === "coming" ? "coming" : builds[name] !== null),
    /** @param {BuildName} name */
    arrives: (name) => arrives[name],
  };
}
