// Serves one version of the page where there is no network: the page registers it once a run trains (offline/index.js).
//
// It keeps all files of its version, each by its SHA-256, or none of them, and answers from these alone, so that what
// a visitor sees is never of two versions. A newer one is fetched whole beside it and waits until no tab shows this
// one, or a visitor asks for it in the only tab that does.
"use strict";

(() => {
  /** @type {Record<string, string>} Filled in by scripts/offline: the SHA-256 of each file, by its path. */
  const FILES = {};
  const VERSION = "";
  /** Programs that few runs need: kept once one has been fetched. */
  const FURTHER = /^mbppo-(webgpu|tensors)-/;
  /** A name that changes with the content, which a browser's own cache may answer. */
  const NAMED_BY_CONTENT = /-[0-9a-f]{8,}[._/]/;

  const worker = /** @type {any} */ (self);
  const scope = worker.registration.scope;
  const mine = `mbppo ${scope} `; // there may be other folders of this origin
  const kept = mine + VERSION;
  const addressOf = (path) => new URL(path, scope).href;

  async function hashOf(bytes) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Keeps the file that the server has answered with, if it is that of this version. */
  async function keep(cache, path, answer) {
    const bytes = await answer.arrayBuffer();
    if (!answer.ok || (await hashOf(bytes)) !== FILES[path]) throw new Error(`${path} is of another version.`);
    const headers = new Headers(answer.headers);
    for (const name of ["content-encoding", "content-length"]) headers.delete(name); // they were of the bytes sent
    await cache.put(addressOf(path), new Response(bytes, { headers }));
  }

  async function keepAll() {
    const cache = await caches.open(kept);
    try {
      for (const path of Object.keys(FILES)) {
        if (FURTHER.test(path)) continue;
        const answer = await fetch(addressOf(path), { cache: NAMED_BY_CONTENT.test(path) ? "default" : "no-cache" });
        await keep(cache, path, answer);
      }
    } catch (error) {
      await caches.delete(kept);
      throw error;
    }
  }

  async function forgetOthers() {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith(mine) && name !== kept).map((name) => caches.delete(name)),
    );
  }

  /** The path of one of the files below the scope, or null. */
  function fileOf(request) {
    const [address] = request.url.split(/[?#]/, 1);
    if (request.method !== "GET" || !address.startsWith(scope)) return null;
    const path = address.slice(scope.length) || "index.html";
    return Object.hasOwn(FILES, path) ? path : null;
  }

  /** The page that shows the version before asks for this one: it begins unless another tab would be changed too. */
  async function takeOver(page) {
    const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const others = windows.filter(({ id, frameType }) => id !== page.id && frameType !== "nested");
    if (others.length > 0) page.postMessage({ mbppo: "other tabs" });
    else await worker.skipWaiting();
  }

  async function answerTo(event, path) {
    const cache = await caches.open(kept);
    const known = await cache.match(addressOf(path), { ignoreVary: true });
    if (known) return known;
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(keep(cache, path, answer.clone()).catch(console.warn));
    return answer;
  }

  worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
  worker.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
  worker.addEventListener("message", (event) => {
    if (event.data?.mbppo === "take over") event.waitUntil(takeOver(event.source));
  });
  worker.addEventListener("fetch", (event) => {
    const path = fileOf(event.request);
    if (path !== null) event.respondWith(answerTo(event, path));
  });
})();
