// Every host, in the order of the table.
import { isolated, plain, strict, subPath } from "./plain.mjs";
import { isolatedFrame, sandboxed } from "./frames.mjs";
import sanitised from "./sanitised.mjs";
import vite from "./vite.mjs";
import viteServer from "./vite_server.mjs";
import reveal from "./reveal.mjs";
import vitepress from "./vitepress.mjs";
import jupyterlab from "./jupyterlab.mjs";
import jupyterlite from "./jupyterlite.mjs";
import marimo from "./marimo.mjs";
import myst from "./myst.mjs";
import node from "./node.mjs";

/**
 * @typedef {{ address: string, close: () => Promise<any>, folder?: any }} Host what has been installed, and serves;
 *   `folder`: where its programs write
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} way how the lab gets into it
 * @property {string} needs what an author has to do for that
 * @property {string} [imitated] what is not the host itself, and why
 * @property {RegExp} [tolerated] faults that are the host's own
 * @property {(packed: import("../packed.mjs").Packed) => Promise<Host>} [begin] throws NotToBeHad where there is none
 * @property {(visit: { page: any, host: Host, begins: () => void }) => Promise<any>} [show] opens it, and gives the
 *   locator of the lab; `begins` is called where the reader's waiting begins later than with the opening of the page
 * @property {(visit: { page: any, host: Host, lab: any }) => Promise<void>} [check] what else must hold there
 * @property {(packed: import("../packed.mjs").Packed) => Promise<{ first: number, bar: number }>} [train] in place of a
 *   page
 */

/** @type {Kind[]} */
export const KINDS = [
  ...[plain, subPath, strict, isolated, sandboxed, isolatedFrame, sanitised],
  ...[vite, viteServer, vitepress, reveal],
  ...[jupyterlab, jupyterlite, marimo, myst, node],
];
