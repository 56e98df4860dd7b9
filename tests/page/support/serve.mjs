// Serves a folder as a plain static host would, and nothing else.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };

/** {origin, close}; the folder answers under `under`, to see that the page works from any sub-folder. */
export async function serve(folder, under = "/somewhere/below/") {
  const server = createServer(async ({ url }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    const name = path.startsWith(under) ? path.slice(under.length) || "index.html" : null;
    try {
      if (name === null) throw new Error("outside");
      const body = await readFile(join(folder, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream", "content-length": body.length, "cache-control": "no-store" });
      response.end(body);
    } catch {
      response.writeHead(404).end("There is no such file.");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = `http://localhost:${server.address().port}${under}`;
  return { page, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}
