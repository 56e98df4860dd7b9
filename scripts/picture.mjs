// Takes the README's pictures of the built page, in light and in dark: node scripts/picture.mjs [folder]
// Each is the moment, of those looked at, that has the most imagined light on the stage while the model is trusted.
import { mkdir, writeFile } from "node:fs/promises";
import { faultsOf, launch, snapshotOf, until } from "../tests/page/support/browser.mjs";

const folder = process.argv[2] ?? "docs/pictures";
const RUN = "?task=CartPole-v1&seed=3&device=cpu&speed=fast";
/** By then this run has been tested more than once, and its poles stand long enough to have futures. */
const FROM_REAL_STEPS = 560;
const TRUSTED = 0.5;
const LOOKS = 120;
const LEAST_LIGHT = 0.01;
const MOST_BYTES = 250_000;
const QUALITY = 86;

/** The share of the stage that has the colour of what is imagined, more blue than red. */
const lightOn = (page) =>
  page.evaluate(() => {
    const canvas = /** @type {any} */ (globalThis).lab.querySelector("[data-is=stage]");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    let light = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0 && data[at + 2] - data[at] > 40) light += 1;
    return light / (width * height);
  });

/** {picture, light}: the best of the moments at which the model is trusted. */
async function bestMoment(page, session) {
  let best = { picture: "", light: LEAST_LIGHT };
  for (let look = 0; look < LOOKS; look += 1) {
    const light = await lightOn(page);
    const { confidence } = await snapshotOf(page);
    if (light > best.light && confidence >= TRUSTED) {
      const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
      best = { picture: data, light };
    }
    await page.waitForTimeout(50);
  }
  return best;
}

await mkdir(folder, { recursive: true });
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  const page = await browser.open(RUN, { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, colorScheme });
  const session = await page.context().newCDPSession(page);
  await until(page, (s) => s.real_steps >= FROM_REAL_STEPS);
  await page.evaluate(() => /** @type {any} */ (globalThis).lab.querySelector(".speed [value=normal]").click());
  const { picture, light } = await bestMoment(page, session);
  const faults = await faultsOf(page);
  if (!picture || faults.length > 0) throw new Error(`No moment to show in ${colorScheme}. ${faults.join(" ")}`);
  const bytes = Buffer.from(picture, "base64");
  if (bytes.length > MOST_BYTES) throw new Error(`${bytes.length} bytes in ${colorScheme}, at most ${MOST_BYTES}.`);
  await writeFile(`${folder}/page-${colorScheme}.webp`, bytes);
  console.log(`${folder}/page-${colorScheme}.webp: ${bytes.length} bytes, ${(100 * light).toFixed(1)} % of it light`);
  await page.leave();
}
await browser.close();
