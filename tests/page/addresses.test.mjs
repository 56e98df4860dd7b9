// Addresses as a stranger tries them: each opens a run that learns, or says why not and opens the nearest.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, launch, snapshotOf, until } from "./support/browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Opens another address in the same tab, as quickly as that goes. */
async function visit(page, query) {
  await page.goto(`${page.url().split(/[?#]/)[0]}${query}`);
  await page.waitForFunction(() => globalThis.mbppo?.snapshot?.iteration >= 1 || lab.querySelector("dialog[open]"));
  return page.evaluate(() => ({
    dialog: lab.querySelector("dialog[open]")?.textContent ?? null,
    notes: [...lab.querySelectorAll("[data-is=notes] span")].map((node) => node.textContent),
    task: mbppo.settings.task,
    preset: mbppo.settings.preset,
    config: mbppo.settings.config,
    physics: mbppo.settings.physics,
    playing: mbppo.playing,
    chosen: [lab.querySelector("[data-is=task]").value, lab.querySelector("[data-is=preset]").value],
  }));
}

/** One pair in so many is opened, every task and every preset among them; MBPPO_LONG=1 opens all. */
const OF = process.env.MBPPO_LONG ? 1 : 4;

test("every preset on every task by address: a run that learns, or a sentence and the nearest such run", async (t) => {
  const page = await browser.open("?seed=1&device=cpu&speed=fast");
  const options = (name) =>
    page.locator(`[data-is=${name}] option`).evaluateAll((all) => all.map(({ value }) => value));
  const [tasks, presets] = [await options("task"), await options("preset")];
  assert.ok(tasks.length >= 6 && presets.length >= 7);
  let [opened, instead] = [0, 0];
  for (const [row, task] of tasks.entries())
    for (const [column, preset] of presets.entries()) {
      if ((row + column) % OF !== 0) continue;
      opened += 1;
      const end = await visit(page, `?task=${task}&preset=${preset}&seed=1&device=cpu&speed=fast`);
      const what = `${preset} on ${task}: ${JSON.stringify(end)}`;
      assert.equal(end.dialog, null, what);
      assert.ok(end.playing, what);
      assert.deepEqual([end.task, end.chosen], [task, [task, end.preset]], what);
      if (end.preset === preset) assert.deepEqual(end.notes, [], what);
      else {
        instead += 1;
        assert.equal(end.notes.length, 1, what);
        assert.match(end.notes[0], /^[^.]*\. .* learns it instead\.$/, what);
      }
    }
  t.diagnostic(
    `${opened} of ${tasks.length * presets.length} addresses, ${instead} of them with another learner instead`,
  );
  for (const preset of presets) {
    const end = await visit(page, `?preset=${preset}&seed=1&device=cpu&speed=fast`);
    assert.deepEqual([end.dialog, end.preset], [null, preset], `${preset} alone runs on a task that it learns`);
  }
  assert.deepEqual(await faultsOf(page), []);
  await page.leave();
});

test("strange addresses end in a run that learns and sentences that name what was wrong", async () => {
  const page = await browser.open("?seed=1&device=cpu&speed=fast");
  /** @type {any[][]} */
  const cases = [
    ["gamma=0.9&gamma=0.8", [], { gamma: "0.8" }],
    ["model=gru", [], { model: "gru" }],
    ["gamma=", [/^gamma = .*it must be a number/], {}],
    ["gamma=0,98", [/gamma = 0,98 .*decimal mark is a point/], {}],
    [
      "gamma=NaN&learning_rate=Infinity&horizon=-1&n_epochs=1e99",
      [/gamma = NaN/, /learning_rate = Infinity/, /horizon = -1/, /n_epochs = 1e99/],
      {},
    ],
    [
      "g%C3%A4mma=1&%E0%A4%A=1&=&constructor=1&__proto__=1",
      [/gämma/, /no parameter/, /no parameter/, /constructor/, /__proto__/],
      {},
    ],
    ["algorithm=dqn", [/algorithm = dqn/], {}],
    ["preset=ppo&algorithm=td3", [/algorithm = td3/], {}],
    ["branches_min=200", [/branches_min = 200/], {}],
    ["branches_min=200&branches_max=300", [], { branches_min: "200", branches_max: "300" }],
    ["physics.gravity=99", [/physics\.gravity = 99 .*from 1 to 30/], {}],
    ["physics.colour=1&physics.gravity=heavy", [/physics\.colour/, /physics\.gravity = heavy/], {}],
    ["task=DynaMaze-v0&physics.gravity=2", [/DynaMaze-v0 has nothing to change/], {}],
    [`gamma=${"9".repeat(3000)}`, [/^gamma = 9+… /], {}],
    [`${"x".repeat(3000)}=1`, [/^x+… = 1/], {}],
    ["preset=ppo&horizon=50", [/^horizon has no effect /], { horizon: "50" }],
    ["preset=dqn&n_epochs=5", [/^n_epochs has no effect in dqn/], { n_epochs: "5" }],
    [
      "seed=4294967296&device=gpu&thread=x&speed=warp&autoplay=yes",
      [/seed/, /device/, /thread/, /speed/, /autoplay/],
      {},
    ],
  ];
  for (const [query, words, config] of cases)
    for (const mark of ["?", "?seed=1#"]) {
      const end = await visit(page, `${mark}device=cpu&${query}`);
      assert.equal(end.dialog, null, query);
      assert.ok(end.playing, query);
      for (const word of words)
        assert.ok(
          end.notes.some((note) => word.test(note)),
          `${query}: ${word} in ${JSON.stringify(end.notes)}`,
        );
      assert.equal(end.notes.length, words.length, `${query}: ${JSON.stringify(end.notes)}`);
      assert.deepEqual(end.config, config, query);
    }
  await page.leave();
});

/** What makes two runs the same: everything they have counted and measured at this tick. Curves follow the ticks. */
async function hashOf(page) {
  for (let [before, now] = [null, await hashNow(page)]; ; ) {
    if (now === before) return now;
    await page.waitForTimeout(500);
    [before, now] = [now, await hashNow(page)];
  }
}
const hashNow = (page) =>
  page.evaluate(async () => {
    const text = JSON.stringify([mbppo.snapshot, mbppo.physics, mbppo.curves]);
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  });

async function stepTo(page, ticks) {
  await page.evaluate((end) => {
    for (let tick = mbppo.snapshot.ticks; tick < end; tick += 1) mbppo.step();
  }, ticks);
  await page.waitForFunction((end) => mbppo.snapshot.ticks === end, ticks);
}

test("whatever can be changed is in the address: the shared run is the same run, after 300 ticks", async (t) => {
  const page = await browser.open("?autoplay=false&device=cpu");
  await page.locator("[data-is=task]").selectOption("Pendulum-v1");
  await page.waitForFunction(() => mbppo.settings.task === "Pendulum-v1" && mbppo.snapshot?.task === "Pendulum-v1");
  await page.locator("[data-is=preset]").selectOption("textbook");
  await page.waitForFunction(() => mbppo.settings.preset === "textbook" && mbppo.snapshot);
  await page.locator("[data-is=speed] input[value=slow]").check({ force: true });
  await page.locator("[data-is=settings] summary").click();
  const changed = await changeEverySetting(page);
  t.diagnostic(`${changed.length} settings changed`);
  await page.locator("[data-is=settings] input[name=seed]").fill("77");
  await page.getByRole("button", { name: "Apply and restart" }).click();
  await page.waitForFunction(() => mbppo.settings.seed === 77 && mbppo.snapshot?.seed === 77);
  for (const name of changed) assert.ok(name in (await page.evaluate(() => mbppo.settings.config)), name);

  await page.locator("[data-is=world] summary").click();
  const levers = await page.locator("[data-is=levers] input[type=text]").count();
  assert.ok(levers >= 4);
  for (const [ticks, share] of [
    [0, 0.3],
    [37, 0.8],
    [160, 0.45],
  ]) {
    await stepTo(page, ticks);
    for (let lever = 0; lever < levers; lever += 1) await moveLever(page, lever, share);
  }
  await stepTo(page, 300);
  const lived = await hashOf(page);
  await page.locator("[data-is=share]").click();
  const address = await page.locator("[data-is=share-address]").inputValue();
  assert.match(address, /physics\.gravity=[\d.]+;[\d.]+@37;[\d.]+@160/);
  assert.equal(
    new URL(address).searchParams.get("speed") ?? new URLSearchParams(new URL(address).hash.slice(1)).get("speed"),
    "slow",
  );

  const other = await browser.open(address.slice(address.search(/[?#]/)));
  const notes = await other.locator("[data-is=notes] .note span").allTextContents();
  // A long note is cut short.
  assert.ok(
    notes.every((note) => /^([a-z_, ]+ ha(s|ve) no effect [^.]*\. ?)+([^.]+…)?$/.test(note)),
    JSON.stringify(notes),
  );
  await stepTo(other, 300);
  assert.equal(await hashOf(other), lived);
  assert.equal(await other.evaluate(() => mbppo.address), address, "and is shared as the same address");
  // A test that could not fail would be none: another moment of one change is another run.
  const moved = await browser.open(address.slice(address.search(/[?#]/)).replace("@37", "@38"));
  await stepTo(moved, 300);
  assert.notEqual(await hashOf(moved), lived);
  for (const each of [page, other, moved]) await each.leave();
});

/** Gives every hyperparameter that allows it another value, a little away from its own; the names. */
async function changeEverySetting(page) {
  return page.evaluate(() => {
    const form = lab.querySelector("[data-is=form]");
    // Would make another learner of it; and rewards are no rule of what is seen where task_hidden hides velocities.
    const spared = ["algorithm", "imagination_rounds", "curiosity", "ensemble_size", "imagined_reward"];
    const small = {
      num_envs: "2",
      num_steps: "20",
      model_updates: "30",
      eval_every: "60",
      replay_capacity: "500",
      batch_size: "32",
      n_epochs: "2",
      learning_rate: "0.0005",
      reward_scale: "0.2",
      log_std_init: "-0.5",
      task_reward: "spin", // the next in the list is another task's
    };
    const names = [];
    for (const input of form.querySelectorAll(".setting input, .setting select")) {
      if (spared.includes(input.name) || input.options?.length === 1) continue;
      const before = input.type === "checkbox" ? input.checked : input.value;
      if (input.type === "checkbox") input.checked = !input.checked;
      else if (input.tagName === "SELECT" && small[input.name]) input.value = small[input.name];
      else if (input.tagName === "SELECT") input.selectedIndex = (input.selectedIndex + 1) % input.options.length;
      else
        input.value =
          small[input.name] ??
          String(
            input.inputMode === "numeric" ? Number(before) + 1 : Number((Number(before) * 0.9 || 0.05).toPrecision(3)),
          );
      input.dispatchEvent(new Event("input", { bubbles: true }));
      if (input.getAttribute("aria-invalid") === "true") throw new Error(`${input.name} = ${input.value}`);
      names.push(input.name);
    }
    return names;
  });
}

/** Types a number into a lever, at this share of its range. */
async function moveLever(page, index, share) {
  const range = page.locator("[data-is=levers] input[type=range]").nth(index);
  const [min, max] = await range.evaluate((node) => [Number(node.min), Number(node.max)]);
  const before = await page.evaluate((at) => mbppo.physics[at].changes, index);
  const number = page.locator("[data-is=levers] input[type=text]").nth(index);
  await number.fill(String(Number((min + share * (max - min)).toPrecision(3))));
  await number.press("Enter");
  await number.blur();
  await page.waitForFunction(([at, old]) => mbppo.physics[at].changes !== old, [index, before]);
}

test("a learner without WebGPU kernels fetches nothing and says one true sentence", async () => {
  for (const [preset, algorithm] of [
    ["dqn", "dqn"],
    ["td3", "td3"],
    ["ddpg", "ddpg"],
    ["sac", "sac"],
    ["dyna-q", "dyna_q"],
    ["random-search", "random_search"],
  ])
    for (const device of ["auto", "webgpu"]) {
      const page = await browser.open(`?seed=1&preset=${preset}&device=${device}`, {
        before: () => {
          Object.defineProperty(navigator, "gpu", {
            value: {
              requestAdapter: async () => {
                globalThis.asked = true;
                return { features: new Set(["timestamp-query"]), info: { vendor: "acme" } };
              },
            },
          });
        },
      });
      await page.waitForFunction(() =>
        / no WebGPU kernels/.test(lab.querySelector("[data-is=device-sentence]").textContent),
      );
      assert.equal(
        await page.locator("[data-is=device-sentence]").textContent(),
        `Training on the CPU: ${algorithm} has no WebGPU kernels.`,
      );
      assert.deepEqual([page.workers().length, await page.evaluate(() => globalThis.asked)], [1, undefined]);
      await page.leave();
    }
});
