// reveal.js: slides, whose arrow keys must turn them wherever the lab does not use the keys itself.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DIST } from "../../page/support/browser.mjs";
import { fromNpm } from "../install.mjs";
import { coursePage, site } from "../site.mjs";
import { attributesOf } from "../visit.mjs";

const PAGE = coursePage(
  `<div class="reveal"><div class="slides">
    <section><h2>An agent learns</h2><mbppo-lab ${attributesOf("stage counters")}></mbppo-lab></section>
    <section><h2>And then</h2></section>
  </div></div>
  <script type="module">
    import Reveal from "./reveal/reveal.mjs";
    window.deck = new Reveal(document.querySelector(".reveal"), { keyboardCondition: null });
    const shown = deck.initialize();
    const lab = document.querySelector("mbppo-lab");
    lab.addEventListener("ready", () => shown.then(() => deck.layout())); // now the lab has its height
  </script>`,
  `<link rel="stylesheet" href="./reveal/reveal.css"><link rel="stylesheet" href="./reveal/theme/white.css">
  <script type="module" src="./mbppo/element.js"></script>`,
);
const slideOf = (page) => page.evaluate(() => globalThis.deck.getIndices().h);
async function turned(page, key, slide, words) {
  await page.keyboard.press(key);
  await page.waitForFunction((wanted) => globalThis.deck.getIndices().h === wanted, slide);
  assert.equal(await slideOf(page), slide, words);
}

/** @type {import("./index.mjs").Kind} */
export default {
  name: "reveal.js 6",
  way: "`<mbppo-lab>` in a slide",
  needs:
    "few panels, and `deck.layout()` once the lab is `ready`; arrow keys turn slides, with the focus in the lab too",
  async begin() {
    const folder = await fromNpm("reveal");
    return site({
      files: { "index.html": PAGE },
      links: { mbppo: DIST, reveal: join(folder, "node_modules/reveal.js/dist") },
    });
  },
  async check({ page, lab }) {
    const { y, height } = await lab.boundingBox();
    assert.ok(y >= 0 && y + height <= page.viewportSize().height, `all of the lab is on the slide: ${y} + ${height}`);
    await turned(page, "ArrowRight", 1, "the focus is the page's");
    await turned(page, "ArrowLeft", 0, "and back");
    await lab.locator("[data-is=play]").focus();
    const playing = () => lab.evaluate((node) => node.playing);
    const before = await playing();
    await page.keyboard.press(" ");
    await page.waitForFunction((was) => document.querySelector("mbppo-lab")?.["playing"] !== was, before);
    assert.equal(await slideOf(page), 0, "space presses the button that has the focus, and turns no slide");
    await turned(page, "ArrowRight", 1, "the button has no use for an arrow");
    await turned(page, "ArrowLeft", 0, "and back");
    await lab.locator("[data-is=play]").focus();
    await page.keyboard.press("Escape");
    assert.ok(await page.evaluate(() => document.activeElement?.localName !== "mbppo-lab"), "Escape leaves the lab");
    await turned(page, "ArrowRight", 1, "the page has the focus again");
  },
};
