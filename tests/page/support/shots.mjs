// Takes pictures of the page for people to look at: node support/shots.mjs [seconds of learning] [folder]
import { mkdir } from "node:fs/promises";
import { faultsOf, launch, snapshotOf } from "./browser.mjs";

const seconds = Number(process.argv[2] ?? 20);
const folder = process.argv[3] ?? "shots";
/** @type {any[][]} */
const VIEWS = [
  ["wide-light", { viewport: { width: 1280, height: 800 }, colorScheme: "light" }],
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
];

await mkdir(folder, { recursive: true });
const browser = await launch();
for (const [name, options] of VIEWS) {
  const page = await browser.open("?seed=3", options);
  await page.waitForTimeout(3000);
  await page.screenshot({ path: `${folder}/${name}-first.png` });
  await page.waitForTimeout(seconds * 1000);
  await page.screenshot({ path: `${folder}/${name}.png` });
  if (name.endsWith("light")) await page.screenshot({ path: `${folder}/${name}-whole.png`, fullPage: true });
  console.log(
    name,
    JSON.stringify(await snapshotOf(page), ["real_steps", "imagined_steps", "iteration", "latest_evaluation"]),
    await faultsOf(page),
  );
  await page.leave();
}
await browser.close();
