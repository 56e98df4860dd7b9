// Takes pictures of every task for people to look at: node support/tour.mjs [seconds of learning] [folder] [task …]
import { mkdir } from "node:fs/promises";
import { faultsOf, launch, snapshotOf } from "./browser.mjs";

const seconds = Number(process.argv[2] ?? 20);
const folder = process.argv[3] ?? "tour";
const VIEWS = [
  ["wide-light", { viewport: { width: 1280, height: 800 }, colorScheme: "light" }],
  [
    "phone-dark",
    {
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      colorScheme: "dark",
    },
  ],
  ["wide-dark", { viewport: { width: 1280, height: 800 }, colorScheme: "dark" }],
  [
    "phone-light",
    {
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      colorScheme: "light",
    },
  ],
];

await mkdir(folder, { recursive: true });
const browser = await launch();
const asked = process.argv.slice(4);
const views = VIEWS.slice(0, Number(process.env.VIEWS ?? VIEWS.length));
const first = await browser.open("?seed=3&autoplay=false");
const tasks =
  asked.length > 0
    ? asked
    : await first.locator("[data-is=task] option").evaluateAll((options) => options.map(({ value }) => value));
await first.leave();
for (const task of tasks) {
  for (const [name, options] of views) {
    const page = await browser.open(`?seed=3&task=${task}`, options);
    await page.waitForTimeout(seconds * 1000);
    await page.screenshot({ path: `${folder}/${task}-${name}.png` });
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(3000);
    await page.screenshot({ path: `${folder}/${task}-${name}-below.png` });
    const { real_steps, iteration } = await snapshotOf(page);
    console.log(task, name, JSON.stringify({ real_steps, iteration }), await faultsOf(page));
    await page.leave();
  }
}
await browser.close();
