// The same application in Vite's development server, which joins packages in a way of its own.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { freePort, started } from "../programs.mjs";
import { application, check } from "./vite.mjs";

/** @type {import("./index.mjs").Kind} */
export default {
  name: "Vite 8, development server",
  way: '`import "mbppo/element"` from the npm package',
  needs: "the same",
  async begin(packed) {
    const folder = await application(packed);
    await rm(join(folder, "node_modules/.vite"), { recursive: true, force: true }); // what it joined for another build
    const port = await freePort();
    const address = `http://localhost:${port}/`;
    const options = ["--port", String(port), "--strictPort", "--host", "localhost"];
    const { close } = await started("node_modules/.bin/vite", options, { address, cwd: folder });
    return { address, close };
  },
  check,
};
