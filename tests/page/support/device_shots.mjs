// Takes pictures of what the page says about its device, for people to look at: node support/device_shots.mjs [folder]
import { mkdir } from "node:fs/promises";
import { launch, until, untilSaid, workerOf } from "./browser.mjs";
import { realAdapter, standIn } from "./standin.mjs";

const folder = process.argv[2] ?? "shots";
/** @type {any[][]} */
const VIEWS = [
  ["wide", { viewport: { width: 1280, height: 800 }, colorScheme: "light" }],
  [
    "phone",
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
const slow = { files: null };
const browser = await launch({ gpu: true, altered: standIn(0.2), slow });
for (const [name, options] of VIEWS) {
  const shot = (page, what) => page.screenshot({ path: `${folder}/device-${what}-${name}.png` });
  slow.files = /mbppo-webgpu-.*\.wasm$/;
  const page = await browser.open("?seed=3&device=webgpu", { before: realAdapter, ...options });
  await untilSaid(page, /downloads.*: 0\.[5-9]/);
  await shot(page, "arriving");
  slow.files = null;
  await untilSaid(page, /^Training on WebGPU/);
  await until(page, (s) => s.iteration >= 5);
  await shot(page, "taken-over");
  await (await workerOf(page, "webgpu")).evaluate(
    "navigator.gpu.requestAdapter().then((adapter) => adapter.requestDevice()).then((device) => device.destroy())",
  );
  await page.locator("[data-is=trouble]").waitFor();
  await page.waitForTimeout(300);
  await shot(page, "lost");
  await page.locator("[data-is=trouble-rescue]").click();
  await untilSaid(page, /^Training on the CPU from/);
  await page.waitForTimeout(3000);
  await shot(page, "rescued");
  await page.leave();
  for (const [what, query, before, words] of [
    ["measured", "?seed=3", realAdapter, /measured/],
    ["software", "?seed=3", () => {}, /only emulated in software/],
    ["in-page", "?seed=3&device=cpu&thread=main", () => {}, /as asked/],
  ]) {
    const other = await browser.open(query, { before, ...options });
    await untilSaid(other, words);
    await other.waitForTimeout(1500);
    await shot(other, what);
    await other.leave();
  }
}
await browser.close();
