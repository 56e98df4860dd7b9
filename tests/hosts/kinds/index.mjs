// Every host, in the order of the table.
import vite from "./vite.mjs";
import viteServer from "./vite_server.mjs";
import reveal from "./reveal.mjs";
import vitepress from "./vitepress.mjs";

/**
 * @typedef {{ address: string, close: () => Promise<any>, folder?: any }} Host what has been installed, and serves;
 *   `folder`: where its programs write
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} way how the lab gets into it
 * @property {string} needs what an author has to do for that
 * @property {string} [imitated] what is not the host itself, and why
 * @property {RegExp} [tolerated] faults that are the host's own
 * @property {(packed: import("../packed.mjs").Packed) => Promise<Host>} [begin] throws NotToBeHad where it cannot be had
 * @property {(visit: { page: any, host: Host, begins: () => void }) => Promise<any>} [show] opens it, and gives the
 *   locator of the lab; `begins` is called where the reader's waiting begins later than with the opening of the page
 * @property {(visit: { page: any, host: Host, lab: any }) => Promise<void>} [check] what else must hold there
 * @property {(packed: import("../packed.mjs").Packed) => Promise<{ first: number, bar: number }>} [train] in place of a
 *   page
 */

/** @type {Kind[]} */
export const KINDS = [vite, viteServer, reveal, vitepress];
