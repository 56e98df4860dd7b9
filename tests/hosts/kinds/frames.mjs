// Pages that keep frames only: the lab is embed.html on a host of its own.
import assert from "node:assert/strict";
import { coursePage, site } from "../site.mjs";
import { HASH } from "../visit.mjs";

/** A course's host and the lab's, which sends `headers`; the course's page is `pageOf(address of embed.html)`. */
export async function twoHosts(pageOf, { headers = {}, around = {} } = {}) {
  const lab = await site({ files: {}, headers: () => headers });
  const course = await site({
    files: { "index.html": coursePage(pageOf(`${lab.address}mbppo/embed.html#${HASH}`)) },
    links: {},
    headers: () => around,
  });
  return { address: course.address, close: () => Promise.all([course.close(), lab.close()]) };
}
export const frameOf = (address, more) =>
  `<h1>A course</h1><iframe src="${address.replaceAll("&", "&amp;")}" title="An agent learns" width="640" height="480"
    ${more}></iframe>`;
export async function show({ page, host }) {
  await page.goto(host.address);
  return page.frameLocator("iframe").locator("main");
}
export const tolerated = /^foreign request: http:\/\/localhost:\d+\/mbppo\//;

/** @type {import("./index.mjs").Kind} */
export const sandboxed = {
  name: '`sandbox="allow-scripts"`',
  way: "`embed.html` in a frame from another host",
  needs: "`access-control-allow-origin: *` from the lab's host",
  begin: () =>
    twoHosts((address) => frameOf(address, 'sandbox="allow-scripts"'), {
      headers: { "access-control-allow-origin": "*" },
    }),
  show,
  tolerated,
  async check({ page }) {
    const [, frame] = page.frames();
    assert.equal(await frame.evaluate(() => globalThis.origin), "null", "the frame has no origin");
    const kind = await frame.evaluate(() => globalThis.mbppo.device.sentence);
    assert.doesNotMatch(kind, /page's thread/, "it has a worker all the same");
  },
};

/** @type {import("./index.mjs").Kind} */
export const isolatedFrame = {
  name: "a frame in a cross-origin isolated page",
  way: "`embed.html` in a frame from another host",
  needs:
    "`cross-origin-resource-policy: cross-origin` and `cross-origin-embedder-policy: require-corp` from the lab's host",
  begin: () =>
    twoHosts((address) => frameOf(address, ""), {
      headers: {
        "cross-origin-resource-policy": "cross-origin",
        "cross-origin-embedder-policy": "require-corp",
      },
      around: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
    }),
  show,
  tolerated,
};
