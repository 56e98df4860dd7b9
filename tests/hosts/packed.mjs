// What scripts/package has made of the built page.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../packed", import.meta.url));

/** @typedef {{ npm: string, widget: string, wheel: ?string }} Packed paths of files */

/** @returns {Packed} */
export function packed() {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  const file = (ending) => {
    const name = names.find((each) => each.endsWith(ending));
    return name ? join(FOLDER, name) : null;
  };
  const npm = file(".tgz");
  const widget = file(".widget.js");
  if (!npm || !widget) throw new Error("There are no packages in packed/. Make them first: scripts/package.");
  return { npm, widget, wheel: file(".whl") };
}
