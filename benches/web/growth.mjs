// Cost as sizes grow: batch, width, branches, ensemble.
import { summary } from "./statistics.mjs";

/** What grows, and how far. The names are those of the pages' `growing`. */
export const AXES = {
  batch: { title: "PPO minibatch", unit: "rows", sizes: [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384] },
  width: { title: "PPO minibatch of 256", unit: "width of the hidden layers", sizes: [32, 64, 128, 256, 512] },
  branches: {
    title: "Imagining 5 steps",
    unit: "branches",
    sizes: [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000],
  },
  ensemble: { title: "World-model step of 256", unit: "members", sizes: [1, 2, 3, 5, 7, 10] },
};
const OPTIONS = { warm: 1, least: 5, most: 40, soft: 500, hard: 6000 };

/**
 * {axis: {sizes, ms: {device: [median]}, overtakes}}; `overtakes` is the first size at which WebGPU needs less time
 * than the CPU, or null.
 */
export async function grow(contestants) {
  const curves = {};
  for (const [axis, { sizes }] of Object.entries(AXES)) {
    const ms = Object.fromEntries(contestants.map(({ name }) => [name, []]));
    for (const size of sizes) {
      for (const { name, page } of contestants) {
        const { times } = await page.evaluate(
          ([axis, size, options]) => bench.measureGrowing(axis, size, options),
          [axis, size, OPTIONS],
        );
        ms[name].push(summary(times).median);
        console.error(
          `${axis.padEnd(9)} ${String(size).padStart(6)} ${name.padEnd(7)} ${ms[name].at(-1).toPrecision(4)} ms`,
        );
      }
    }
    const both = ms.cpu && ms.webgpu;
    curves[axis] = {
      sizes,
      ms,
      ...(both ? { overtakes: sizes.find((_, i) => ms.webgpu[i] < ms.cpu[i]) ?? null } : {}),
    };
  }
  return curves;
}
