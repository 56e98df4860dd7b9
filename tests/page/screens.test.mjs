// Every screen and every way of seeing: small windows, large ones, forced colours, paper, a picture of the whole page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, faultsOf, launch, until } from "./support/browser.mjs";
import { pixelsOf } from "./support/look.mjs";

// 640 × 360 is a screen of 1,280 × 720 at 200 %, 320 × 256 one of 1,280 × 1,024 at 400 %.
const SMALL = [
  [640, 360],
  [568, 320],
  [844, 390],
  [932, 430],
  [320, 256],
  [320, 568],
  [360, 640],
  [390, 844],
  [541, 600],
  [701, 900],
  [768, 1024],
  [1024, 600],
  [1024, 768],
  [1140, 640],
  [1141, 400],
  [1280, 800],
];
const WIDE = [
  [1141, 700],
  [1280, 800],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
  [3840, 2160],
];
const NARROW = [
  [390, 844],
  [640, 360],
  [1024, 768],
];

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Everything on the page that does not scroll with it, as it lies over the view now. */
const stuck = (page) =>
  page.evaluate(() =>
    [...lab.querySelectorAll("*")]
      .filter((node) => ["fixed", "sticky"].includes(getComputedStyle(node).position) && node.checkVisibility())
      .map((node) => ({ name: node.dataset.is ?? node.className, ...node.getBoundingClientRect().toJSON() })),
  );

test("at least half of the height is left for what one reads", async () => {
  const page = await browser.open("?seed=1&autoplay=false");
  for (const [width, height] of SMALL) {
    await page.setViewportSize({ width, height });
    for (const share of [0.3, 0.6, 1]) {
      await page.evaluate((part) => scrollTo(0, part * (document.documentElement.scrollHeight - innerHeight)), share);
      const covered = (await stuck(page)).map(({ name, top, bottom }) => [
        name,
        Math.max(0, Math.min(height, bottom) - Math.max(0, top)),
      ]);
      const sum = covered.reduce((all, [, part]) => all + part, 0);
      assert.ok(sum <= height / 2, `${width} × ${height}: ${sum} pixels are covered by ${covered}`);
    }
  }
  await page.leave();
});

test("what has the focus is never covered, in either direction", async () => {
  const page = await browser.open("?seed=1&autoplay=false");
  for (const fold of await page.locator(".world, .folded details").all())
    await fold.evaluate((node) => {
      node.open = node.dataset.is !== "settings";
    });
  for (const [width, height] of SMALL) {
    await page.setViewportSize({ width, height });
    const seen = new Set();
    for (const key of ["Tab", "Shift+Tab"]) {
      for (let press = 0; press < 40; press += 1) {
        await page.keyboard.press(key);
        const focus = await page.evaluate(() => {
          const node = lab.activeElement;
          if (!node) return null; // the browser's own controls have it
          const shown = node.matches(".speed input, .layers input") ? node.nextElementSibling : node;
          const box = shown.getBoundingClientRect();
          const over = [...lab.querySelectorAll("*")]
            .filter(
              (other) =>
                ["fixed", "sticky"].includes(getComputedStyle(other).position) &&
                other.checkVisibility() &&
                !other.contains(node),
            )
            .map((other) => [other.dataset.is, other.getBoundingClientRect()]);
          const covers = over
            .filter(
              ([, rect]) =>
                rect.left < box.right - 1 &&
                box.left < rect.right - 1 &&
                rect.top < box.bottom - 1 &&
                box.top < rect.bottom - 1,
            )
            .map(([name]) => name);
          const outside = box.bottom <= 0 || box.top >= innerHeight;
          return {
            name: node.dataset.is ?? node.value ?? node.textContent.trim().slice(0, 30),
            covers,
            outside,
            tall: box.height > innerHeight / 2,
          };
        });
        if (!focus || focus.tall) continue; // a table of metrics is scrolled through
        seen.add(focus.name);
        assert.deepEqual(
          [focus.covers, focus.outside],
          [[], false],
          `${focus.name} at ${width} × ${height}, by ${key}`,
        );
      }
    }
    assert.ok(seen.size > 15, `${[...seen]}`);
  }
  await page.leave();
});

test("one grid at every width: all begins and ends at the same edges", async () => {
  const page = await browser.open("?seed=1&autoplay=false");
  for (const [width, height] of [...WIDE, ...NARROW]) {
    await page.setViewportSize({ width, height });
    const edges = await page.evaluate(() => {
      const box = (selector) =>
        (lab.querySelector(selector) ?? document.querySelector(selector)).getBoundingClientRect();
      return {
        left: ["h1", "#title", "[data-is=reality]", ".folded"].map((selector) => Math.round(box(selector).left)),
        right: ["[data-is=share]", ".questions", ".closer", ".folded"].map((selector) =>
          Math.round(box(selector).right),
        ),
        second: [".questions", "[data-is=doubt]"].map((selector) => Math.round(box(selector).left)),
      };
    });
    for (const [side, places] of Object.entries(edges))
      assert.equal(new Set(places).size, 1, `${side} at ${width} × ${height}: ${places}`);
  }
  await page.leave();
});

test("small plots stand in full rows, for every task and at every width", async () => {
  for (const task of ["CartPole-v1", "Acrobot-v1", "Pendulum-v1", "MountainCar-v0"]) {
    const page = await browser.open(`?task=${task}&seed=1&autoplay=false`);
    for (const [width, height] of [...WIDE, ...NARROW]) {
      await page.setViewportSize({ width, height });
      const rows = await page.evaluate(() => {
        const found = new Map();
        for (const canvas of lab.querySelectorAll("[data-is=small-plots] canvas")) {
          if (!canvas.checkVisibility()) continue;
          const { top, width: wide } = canvas.getBoundingClientRect();
          found.set(Math.round(top), (found.get(Math.round(top)) ?? 0) + wide);
        }
        return [...found.values()].map(Math.round);
      });
      const all = Math.max(...rows);
      assert.ok(
        rows.every((filled) => filled > 0.9 * all),
        `${task} at ${width} × ${height}: rows of ${rows} pixels`,
      );
    }
    await page.leave();
  }
});

test("where colours are forced one still sees what is chosen, what is lit and what is drawn", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.open("?seed=1&device=cpu", { forcedColors: "active", colorScheme });
    await until(page, (s) => s.iteration >= 1);
    await page.evaluate(() => mbppo.pause());
    const seen = await page.evaluate(() => {
      const paper = (node, pseudo) => getComputedStyle(node, pseudo).backgroundColor;
      const labels = (name) =>
        [...lab.querySelectorAll(`[data-is=${name}] label`)].map((label) => [
          label.querySelector("input").checked,
          paper(label.querySelector("span")),
        ]);
      const lamps = [...lab.querySelectorAll(".ribbon li")].map((lamp) => [
        lamp.matches(".lit"),
        paper(lamp, getComputedStyle(lamp, "::after").opacity === "1" ? "::after" : "::before"),
      ]);
      const canvas = lab.querySelector("[data-is=stage]");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const ground =
        paper(document.body) === "rgba(0, 0, 0, 0)" ? paper(document.documentElement) : paper(document.body);
      const light =
        ground
          .match(/\d+/g)
          .slice(0, 3)
          .reduce((sum, part) => sum + Number(part), 0) > 380;
      let clear = 0;
      for (let at = 0; at < data.length; at += 4) {
        const sum = data[at] + data[at + 1] + data[at + 2];
        if (data[at + 3] > 200 && (light ? sum < 150 : sum > 615)) clear += 1;
      }
      return { groups: [labels("speed"), labels("layers"), lamps], clear };
    });
    for (const group of seen.groups) {
      const chosen = group.filter(([on]) => on).map(([, colour]) => colour);
      assert.equal(chosen.length, 1);
      assert.ok(
        group.every(([on, colour]) => on || colour !== chosen[0]),
        `${colorScheme}: ${JSON.stringify(group)}`,
      );
    }
    const [ground, theme] = await page.evaluate(() => {
      const canvas = lab.querySelector("[data-is=trust] canvas");
      return [
        getComputedStyle(document.documentElement).backgroundColor,
        [...canvas.getContext("2d").getImageData(1, canvas.height - 2, 1, 1).data],
      ];
    });
    assert.ok(
      theme[3] === 0 || ground.startsWith(`rgb(${theme.slice(0, 3).join(", ")}`),
      `plots are drawn on ${theme}, the page on ${ground}`,
    );
    assert.ok(seen.clear > 500, `${seen.clear} pixels of the stage stand out on its paper`);
    await page.leave();
  }
});

/** The canvases with nothing on them. */
const blank = async (page) => {
  const names = [
    ["stage", "[data-is=stage]", 1],
    ["learning", "[data-is=learning] canvas", 1],
    ["trust", "[data-is=trust] canvas", 1],
    ["where", "[data-is=where] canvas", 1],
    ["reality", "[data-is=reality] canvas", 4],
    ["doubt", "[data-is=doubt] canvas", 1],
  ];
  const empty = [];
  for (const [name, selector, count] of names) {
    for (let index = 0; index < Number(count); index += 1) {
      const { ink, imagined, error } = await pixelsOf(page, selector, index);
      if (ink + imagined + error < 20) empty.push(`${name} ${index}`);
    }
  }
  return empty;
};

test("a picture of the whole page has all plots, also those that nobody has scrolled to", async () => {
  const page = await browser.open("?seed=1&device=cpu", {
    viewport: { width: 1280, height: 500 },
    colorScheme: "light",
  });
  await until(page, (s) => s.iteration >= 3);
  await eventually(page, async () => (await blank(page)).length === 0, "a picture on every canvas");
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.leave();
});

test("printed, all plots are there in ink on paper, and what acts is left out", async () => {
  const page = await browser.open("?seed=1&device=cpu&autoplay=false", {
    colorScheme: "dark",
    viewport: { width: 390, height: 844 },
  });
  await page.getByRole("button", { name: "Watch it learn" }).click();
  await until(page, (s) => s.iteration >= 3);
  // A line of them is drawn.
  await page.waitForFunction(() => mbppo.curves?.episode_returns.length >= 15);
  await page.evaluate(() => mbppo.pause());
  await page.evaluate(() => dispatchEvent(new Event("beforeprint"))); // as browsers do before they lay the paper out
  assert.deepEqual(await blank(page), [], "on a dark screen ink is light: these were not drawn for paper");
  await page.emulateMedia({ media: "print" });
  assert.ok(!(await page.locator("[data-is=controls]").isVisible()));
  assert.ok(await page.locator("[data-is=stage]").isVisible());
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  const ink = await page.evaluate(() => getComputedStyle(lab.querySelector("[data-is=lab]")).color);
  assert.equal(ink, "rgb(233, 231, 225)", "the screen is dark again");
  const pdf = await page.pdf();
  assert.ok(pdf.length > 20_000, `${pdf.length} bytes of paper`);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});
