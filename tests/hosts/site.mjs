// A folder of a plain host with a course in it, beside the built page in mbppo/.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DIST } from "../page/support/browser.mjs";
import { serve } from "../page/support/serve.mjs";

/**
 * {address, close} of a server of these files; `links` are folders that are in it besides.
 * @param {{ files: Record<string, string>, links?: Record<string, string> } & Parameters<typeof serve>[1]} options
 */
export async function site({ files, links = { mbppo: DIST }, ...serving }) {
  const folder = await mkdtemp(join(tmpdir(), "mbppo-host-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  for (const [name, target] of Object.entries(links)) await symlink(target, join(folder, name));
  const { page, close } = await serve(folder, { under: "/", ...serving });
  return {
    address: page,
    close: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A page of a course in plain HTML. */
export const coursePage = (body, head = "") => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A course</title><link rel="icon" href="data:,">${head}</head>
<body>${body}</body></html>`;
