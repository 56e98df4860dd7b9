// Serves a folder as a plain static host would, and nothing else.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/**
 * {page, close}; the folder answers under `under`, to see that the page works from any sub-folder.
 * `altered(name, body)` may give another body for a file; `files` are there besides, by their names; what is sent to a
 * name of `posted` is answered by its function. `keep`: browsers may keep what has its content in its name, as
 * docs/hosting.md advises; else they keep nothing. `headers(name)`: more headers for a file, or others. What
 * `slow.files` matches arrives in pieces, as over a poor line; a test may change that at any time.
 * @param {string} folder
 * @param {{ under?: string, altered?: (name: string, body: any) => any, keep?: boolean, headers?: (name: string) =>
 * Record<string, any>,
 *   slow?: { files: ?RegExp }, files?: Record<string, any>, posted?: Record<string, any> }} [options]
 */
export async function serve(
  folder,
  {
    under = "/somewhere/below/",
    altered = (name, body) => body,
    keep = false,
    headers = () => ({}),
    slow = { files: null },
    files = {},
    posted = {},
  } = {},
) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const name = path.startsWith(under) ? path.slice(under.length) || "index.html" : null;
    try {
      if (name === null) throw new Error("outside");
      if (request.method === "POST") return response.end(posted[name](await bodyOf(request)));
      const body = altered(name, files[name] ?? (await readFile(join(folder, name))));
      const cache = !keep
        ? "no-store"
        : ["index.html", "lab.js"].includes(name)
          ? "no-cache"
          : "public, max-age=31536000, immutable";
      response.writeHead(200, {
        "content-type": TYPES[extname(name)] ?? "application/octet-stream",
        "content-length": Buffer.byteLength(body),
        "cache-control": cache,
        ...headers(name),
      });
      if (slow.files?.test(name)) await drip(response, Buffer.from(body), () => slow.files?.test(name));
      else response.write(body);
      response.end();
    } catch {
      response.writeHead(404).end("There is no such file.");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const page = `http://localhost:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}${under}`;
  return {
    page,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

async function bodyOf(request) {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += piece;
  return body;
}

/** Half of it at once, then the rest in small pieces for as long as `slow()`. */
async function drip(response, body, slow) {
  const piece = Math.ceil(body.length / 2000);
  let at = Math.floor(body.length / 2);
  response.write(body.subarray(0, at));
  for (; slow() && at < body.length; at += piece) {
    response.write(body.subarray(at, at + piece));
    await new Promise((later) => setTimeout(later, 100));
  }
  response.write(body.subarray(at));
}
