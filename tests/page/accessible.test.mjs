// axe-core finds nothing to complain of: both themes, wide and narrow, every fold and dialog open.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AXE, complaints } from "./support/axe.mjs";
import { launch, until } from "./support/browser.mjs";

const SCREENS = {
  wide: { viewport: { width: 1280, height: 800 } },
  "a phone": { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  "a phone on its side": { viewport: { width: 640, height: 360 }, isMobile: true, hasTouch: true },
};

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const colorScheme of ["light", "dark"]) {
  for (const [name, screen] of Object.entries(SCREENS)) {
    test(`${name}, ${colorScheme}, all unfolded`, async () => {
      const page = await browser.open("?seed=1&device=cpu&gamma=7", { ...screen, colorScheme });
      await until(page, (s) => s.iteration >= 1);
      await page.evaluate(() => mbppo.pause());
      for (const fold of await page.locator("details").all())
        await fold.evaluate((node) => {
          node.open = true;
        });
      await page.locator("[data-is=settings] input[name=seed]").fill("x"); // something is wrong in the form as well
      await page.evaluate(AXE);
      assert.deepEqual(await complaints(page), []);
      for (const dialog of ["keys", "share-dialog", "trouble"]) {
        await page.locator(`[data-is=${dialog}]`).evaluate((node) => node.showModal());
        assert.deepEqual(await complaints(page), [], `${dialog} is open`);
        await page.locator(`[data-is=${dialog}]`).evaluate((node) => node.close());
      }
      await page.leave();
    });
  }
}
