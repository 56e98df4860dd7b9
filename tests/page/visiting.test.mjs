// Whoever comes, with whatever address, device, screen or keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, standsStill, until } from "./support/browser.mjs";
import { faintTexts, smallTargets } from "./support/look.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

test("what an address asks for and cannot have is said, and the rest still counts", async () => {
  const page = await browser.open("?task=Tetris&preset=best&seed=x&device=gpu&gamma=1.5&colour=red&horizon=7");
  const notes = await page.locator("[data-is=notes] .note span").allTextContents();
  assert.equal(notes.length, 6);
  for (const words of [
    /task = Tetris is not valid: it must be one of CartPole-v1, Acrobot-v1, .*It runs with CartPole-v1/,
    /preset = best is not valid: it must be one of mb-ppo, ppo, textbook/,
    /seed = x .*0 to 4294967295/,
    /device = gpu .*auto, cpu, webgpu/,
    /gamma = 1\.5 is not \w+: it must be a number from 0 to 1\. It runs with 0\.99/,
    /colour = red .*no parameter of this name/,
  ]) {
    assert.ok(
      notes.some((note) => words.test(note)),
      `${words} in ${notes}`,
    );
  }
  const settings = await page.evaluate(() => mbppo.settings);
  assert.deepEqual([settings.preset, settings.device, settings.config], ["mb-ppo", "auto", { horizon: "7" }]);
  await until(page, (s) => s.real_steps > 0 && s.horizon_set === 7);
  await page.locator("[data-is=notes] button").first().click();
  assert.equal(await page.locator("[data-is=notes] .note").count(), 5);
  await page.leave();
});

test("hyperparameters that do not go together are refused with the program's own words", async () => {
  const page = await browser.open("?branches_min=200&seed=5");
  assert.match(
    await page.locator("[data-is=notes]").textContent(),
    /branches_min = 200 is not \w+: it must not be above branches_max = 100/,
  );
  assert.deepEqual(await page.evaluate(() => mbppo.settings.config), {});
  await until(page, (s) => s.real_steps > 0);
  await page.leave();
});

test("settings apply when the run restarts, and stand in the address", async () => {
  const page = await browser.open("?seed=5&device=cpu");
  const usual = (await snapshotOf(page)).horizon_set;
  await page.locator("[data-is=settings] summary").click();
  const horizon = page.locator("[data-is=settings] input[name=horizon]");
  await horizon.fill("0");
  assert.equal(await horizon.getAttribute("aria-invalid"), "true");
  await horizon.fill("5");
  await page.locator("[data-is=settings] input[name=branches_min]").fill("300");
  await page.getByRole("button", { name: "Apply and restart" }).click();
  await page.waitForFunction(() => /branches_max/.test(lab.querySelector("[data-is=form-problem]").textContent));
  assert.notEqual(usual, 5);
  assert.equal((await snapshotOf(page)).horizon_set, usual);
  await page.locator("[data-is=settings] input[name=branches_min]").fill("10");
  await page.getByRole("button", { name: "Apply and restart" }).click();
  await until(page, (s) => s?.horizon_set === 5);
  assert.match(page.url(), /horizon=5/);
  assert.equal((await snapshotOf(page)).seed, 5);
  await page.leave();
});

test("WebGPU asked for where there is none: it trains on the CPU and says why", async () => {
  /** @type {any[][]} */
  const cases = [
    [undefined, /found no usable graphics device/],
    [() => Object.defineProperty(navigator, "gpu", { value: undefined }), /does not support WebGPU/],
    [
      () =>
        Object.defineProperty(navigator, "gpu", {
          value: {
            requestAdapter: async () => {
              throw new Error("not today");
            },
          },
        }),
      /refused.*not today/,
    ],
    [
      () =>
        Object.defineProperty(navigator, "gpu", { value: { requestAdapter: async () => ({ features: new Set() }) } }),
      /timestamp-query/,
    ],
  ];
  for (const [world, words] of cases) {
    const page = await browser.open("?device=webgpu&seed=1", { before: world });
    const sentence = await page.locator("[data-is=device-sentence]").textContent();
    assert.match(sentence, /^Training on the CPU, because/);
    assert.match(sentence, words);
    assert.equal(await page.evaluate(() => mbppo.device.kind), "cpu");
    await until(page, (s) => s.real_steps > 0);
    await page.leave();
  }
});

test("keys play, step and restart, but not while somebody types", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  const playing = () => page.evaluate(() => mbppo.playing);
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  assert.equal(await playing(), false);
  const { ticks } = await standsStill(page);
  await page.keyboard.press(".");
  await until(page, (s) => s.ticks === ticks + 1);
  await page.keyboard.press("n");
  await until(page, (s) => s.ticks > ticks + 1);
  await page.keyboard.press("s");
  await until(page, (s) => s && s.seed !== 1);
  const { seed } = await snapshotOf(page);
  await page.keyboard.press("r");
  await until(page, (s) => s && s.seed === seed && s.ticks === 0);
  await page.keyboard.press("?");
  assert.ok(await page.locator("[data-is=keys]").isVisible());
  await page.keyboard.press("Escape");
  await page.locator("[data-is=settings] summary").click();
  await page.locator("[data-is=settings] input[name=seed]").click();
  await page.keyboard.type(" .ns");
  assert.equal(await playing(), false);
  assert.equal((await snapshotOf(page)).ticks, 0);
  await page.leave();
});

test("arrow keys walk through a selector and start one run, not one each", async () => {
  const page = await browser.open("?seed=1&device=cpu&autoplay=false");
  const opened = await page.evaluate(() => {
    globalThis.runs = [];
    new MutationObserver(() => globalThis.runs.push(lab.querySelector("[data-is=goal]").textContent)).observe(
      lab.querySelector("[data-is=goal]"),
      { childList: true, characterData: true, subtree: true },
    );
    return mbppo.settings.task;
  });
  const selector = page.locator("[data-is=task]");
  await selector.focus();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => mbppo.settings.task), opened, "nothing has begun on the way");
  const chosen = await selector.inputValue();
  await page.keyboard.press("Enter");
  await until(page, (s) => s?.task === chosen);
  assert.equal(await page.evaluate(() => globalThis.runs.length), 1, "one run was opened");
  await page.leave();
});

test("a translator may replace every text: the page goes on, and names and numbers stay as they are", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  await until(page, (s) => s.iteration >= 1);
  const kept = await page.evaluate(() => {
    const kept = [];
    const texts = [];
    for (const tree of [document.body, lab]) {
      const walker = document.createTreeWalker(tree, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) texts.push(walker.currentNode);
    }
    for (const text of texts) {
      if (!text.data.trim()) continue;
      if (text.parentElement.closest("[translate=no]")) {
        kept.push(text.data.trim());
        continue;
      }
      if (text.parentElement.closest("option, script, style")) continue;
      const font = document.createElement("font"); // as translators do
      font.append(document.createElement("font"));
      font.firstChild.textContent = text.data.toUpperCase();
      text.replaceWith(font);
    }
    return kept;
  });
  for (const name of ["mbppo", "CartPole-v1", "gamma", "world_model/confidence"])
    assert.ok(kept.includes(name), `${name} would be translated`);
  assert.ok(
    kept.some((text) => /^[\d,]+$/.test(text)),
    "counters are not words",
  );
  const { iteration } = await snapshotOf(page);
  await until(page, (s) => s.iteration >= iteration + 5);
  await page.locator("[data-is=play]").click();
  await standsStill(page);
  assert.match(await page.locator("[data-is=play]").textContent(), /^play$/i);
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("who hears the page is not interrupted while it learns", async () => {
  const page = await browser.open("?seed=1&device=cpu&speed=fast", {
    before: () => {
      globalThis.said = [];
      document.addEventListener("DOMContentLoaded", () => {
        for (const region of lab.querySelectorAll("[aria-live=polite], [role=status], [role=alert]")) {
          new MutationObserver(() => {
            if (region.getAttribute("aria-busy") !== "true" && region.textContent.trim())
              globalThis.said.push(region.textContent.trim());
          }).observe(region, { childList: true, characterData: true, subtree: true });
        }
      });
    },
  });
  await until(page, (s) => s.iteration >= 1);
  const before = await page.evaluate(() => globalThis.said.length);
  await until(page, (s) => s.iteration >= 30);
  const since = await page.evaluate((from) => globalThis.said.slice(from), before);
  // Its first test, and that it solved the task.
  assert.ok(since.length <= 2, `${since.length} announcements: ${since.join(" | ")}`);
  await page.leave();
});

test("every control is reached by tabbing, and shows that it is", async () => {
  const page = await browser.open("?seed=1&autoplay=false");
  const names = new Set();
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const node = /** @type {any} */ (lab.activeElement);
      if (!node) return null; // the browser's own controls have it
      const shown = node.matches(".speed input") ? node.nextElementSibling : node;
      return {
        name: node.dataset.is ?? node.value ?? node.textContent.trim(),
        outline: getComputedStyle(shown).outlineStyle,
      };
    });
    if (!focus) continue;
    names.add(focus.name);
    assert.notEqual(focus.outline, "none", `${focus.name} does not show the focus`);
  }
  for (const name of [
    "task",
    "preset",
    "device",
    "share",
    "play",
    "tick",
    "phase",
    "restart",
    "new-seed",
    "normal",
    "Change the world",
    "visits",
    "More curves",
    "All settings",
    "show-keys",
  ])
    assert.ok(names.has(name), `${name} is not reached: ${[...names]}`);
  await page.leave();
});

test("autoplay=false and reduced motion wait with a picture and a button to begin", async () => {
  for (const [query, options] of [
    ["?seed=1&autoplay=false", {}],
    ["?seed=1", { reducedMotion: "reduce" }],
  ]) {
    const page = await browser.open(query, options);
    await page.waitForTimeout(500);
    assert.equal((await snapshotOf(page)).ticks, 0);
    const big = page.getByRole("button", { name: "Watch it learn" });
    assert.ok(await big.isVisible());
    await big.click();
    await until(page, (s) => s.ticks > 10);
    assert.ok(!(await big.isVisible()));
    await page.leave();
  }
});

test("on no screen is anything cut off or on top of something else", async () => {
  for (const [width, height] of [
    [1920, 1080],
    [1280, 800],
    [1141, 700],
    [1024, 768],
    [701, 900],
    [390, 844],
    [320, 568],
  ]) {
    const page = await browser.open("?seed=1&autoplay=false", { viewport: { width, height } });
    const faults = await page.evaluate(() => {
      const box = (name) => [name, lab.querySelector(`[data-is="${name}"]`).getBoundingClientRect()];
      const boxes = ["picture", "narration", "ribbon", "learning", "trust", "where", "reality", "doubt", "curves"].map(
        box,
      );
      const wide = document.documentElement.scrollWidth > innerWidth ? ["it scrolls sideways"] : [];
      const cut = [...lab.querySelectorAll(".body button, header button, header select, .ribbon b")]
        .filter(
          (node) =>
            node.checkVisibility() &&
            node.scrollWidth > node.clientWidth + 1 &&
            getComputedStyle(node).display !== "inline",
        )
        .map((node) => `${node.textContent} is cut off`);
      const overlaps = boxes.flatMap(([name, a], index) =>
        boxes
          .slice(index + 1)
          .filter(
            ([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1,
          )
          .map(([other]) => `${name} and ${other} overlap`),
      );
      return [...wide, ...cut, ...overlaps];
    });
    assert.deepEqual(faults, [], `at ${width} × ${height}`);
    await page.leave();
  }
});

test("on a phone nothing scrolls sideways and everything is large enough to touch", async () => {
  const page = await browser.open("?seed=1&device=cpu", PHONE);
  for (const summary of await page.locator("summary:visible").all()) await summary.click();
  await page.waitForTimeout(500);
  const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= view, `${wide} pixels wide in a view of ${view}`);
  assert.deepEqual(await smallTargets(page), []);
  await page.leave();
});

test("texts are large and dark enough, by day and by night", async () => {
  for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { ...PHONE, colorScheme: "light" }]) {
    const page = await browser.open("?seed=1&device=cpu&gamma=7", options);
    for (const summary of await page.locator("summary:visible").all()) await summary.click();
    await page.locator("[data-is=settings] input[name=seed]").fill("x");
    await page.waitForTimeout(500);
    assert.deepEqual(await faintTexts(page), []);
    await page.leave();
  }
});

test("numbers change without moving anything", async () => {
  const page = await browser.open("?seed=1&device=cpu");
  const places = () =>
    page.evaluate(() =>
      [
        "stage",
        "narration",
        "play",
        "ribbon",
        "learning",
        "trust",
        "where",
        "reality",
        "doubt",
        "curves",
        "imagined-steps",
        "episodes",
      ].map((name) => {
        const { x, y, height } = lab.querySelector(`[data-is="${name}"]`).getBoundingClientRect();
        return [name, Math.round(x), Math.round(y), Math.round(height)].join(" ");
      }),
    );
  await until(page, (s) => s.real_steps > 0);
  const early = await places();
  await until(page, (s) => s.iteration >= 3);
  await page.waitForTimeout(3500);
  assert.deepEqual(await places(), early);
  await page.leave();
});

test("a shared address opens the same run", async () => {
  const page = await browser.open("?seed=12&preset=ppo&gamma=0.9&device=cpu");
  await page.locator("[data-is=share]").click();
  const address = await page.locator("[data-is=share-address]").inputValue();
  assert.equal(new URL(address).search, "?preset=ppo&seed=12&device=cpu&gamma=0.9");
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("a second visit fetches index.html and nothing else, and the first fetches nothing twice", async (t) => {
  const asked = [];
  const host = await launch({
    keep: true,
    altered: (name, body) => {
      asked.push([name, body.length]);
      return body;
    },
  });
  const page = await host.open("?seed=1&device=cpu");
  await until(page, (s) => s.real_steps > 0);
  const names = asked.map(([name]) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  t.diagnostic(
    `first visit: ${names.length} files, ` +
      `${(asked.reduce((sum, [, bytes]) => sum + bytes, 0) / 1e6).toFixed(2)} MB before compression`,
  );
  assert.ok(!names.some((name) => name.includes("webgpu")), "WebGPU is not fetched for who does not want it");
  asked.length = 0;
  await page.reload();
  await page.waitForFunction(() => globalThis.mbppo?.snapshot);
  await until(page, (s) => s.real_steps > 0);
  assert.deepEqual(
    asked.map(([name]) => name),
    ["index.html"],
  );
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
  await host.close();
});
