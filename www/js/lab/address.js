// Where the address of a run is kept: whoever makes a lab may have it in the page's address bar; else the lab keeps it.
import { homeAddress } from "../engine/address.js";

/**
 * @typedef {object} Address
 * @property {() => string} read
 * @property {(href: string) => void} write may throw: a browser refuses a page that writes too often
 * @property {() => void} reload begins anew with the programs loaded anew
 * @property {(href: string) => void} [open] goes there; left out where the page is not a run's
 */

/**
 * A lab's own: what it shares opens the page that the program came with.
 * @param {string} run pairs of names and texts, as they stand in an address: "task=Pendulum-v1&seed=3"
 * @returns {Address}
 */
export function ownAddress(run, home = homeAddress()) {
  let href = new URL(`?${run.replace(/^\?/, "")}`, home).href;
  return {
    read: () => href,
    write: (next) => {
      href = next;
    },
    reload: () => location.reload(),
  };
}
