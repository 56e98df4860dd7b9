// The npm package as `npm pack` makes it, installed in an empty folder and used by Node.js (docs/packages.md).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKED = join(ROOT, "packed");

/** {status, stdout, stderr} of a program. */
const ran = (program, args, cwd) =>
  new Promise((resolve) => {
    execFile(program, args, { cwd }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? 1) : 0, stdout, stderr });
    });
  });
async function packed() {
  const made = await ran("bash", ["scripts/package"], ROOT);
  assert.equal(made.status, 0, made.stderr);
  const file = (await readdir(PACKED)).find((name) => name.endsWith(".tgz"));
  assert.ok(file);
  return join(PACKED, file);
}
const hashOf = async (file) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");

let folder;
/** @type {any} */ let mbppo;
before(async () => {
  const file = await packed();
  folder = await mkdtemp(join(tmpdir(), "mbppo-npm-"));
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const installed = await ran("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", file], folder);
  assert.equal(installed.status, 0, installed.stderr);
  mbppo = await import(pathToFileURL(join(folder, "node_modules/mbppo/index.js")).href);
});
after(() => rm(folder, { recursive: true, force: true }));

test("the same page makes the same package, and its integrities are those of its files", async () => {
  const before = await hashOf(await packed());
  assert.equal(await hashOf(await packed()), before);
  const here = join(folder, "node_modules/mbppo");
  const sri = JSON.parse(await readFile(join(here, "sri.json"), "utf8"));
  for (const [file, told] of Object.entries(sri)) {
    const hash = createHash("sha384").update(await readFile(join(here, file)));
    assert.equal(told, `sha384-${hash.digest("base64")}`, file);
  }
  assert.ok(Object.keys(sri).some((file) => file.endsWith("_bg.wasm")));
  const cargo = await readFile(join(ROOT, "Cargo.toml"), "utf8");
  assert.equal(mbppo.version, cargo.match(/^version = "(.*)"$/m)?.[1]);
});

test("a bundler keeps what defines the element: the package says which modules do more than export", async () => {
  const here = join(folder, "node_modules/mbppo");
  const { sideEffects } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const kept = sideEffects.map((glob) => new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`));
  let defines = 0;
  for (const file of await readdir(join(here, "site"), { recursive: true })) {
    if (!file.endsWith(".js") || !(await readFile(join(here, "site", file), "utf8")).includes("customElements.define("))
      continue;
    defines += 1;
    for (const path of [`./site/${file}`, "./site/element.js"])
      assert.ok(
        kept.some((each) => each.test(path)),
        `${path} is not among ${sideEffects}`,
      );
  }
  assert.equal(defines, 1);
});

test("a model in burn's tensors has its program in the package; its run is saved, opened and verified", async () => {
  const small = { ensemble_size: 2, model_hidden_size: 16, model_updates: 25 };
  const trainer = await mbppo.createTrainer({ task: "CartPole-v1", seed: 3, model: "gru", ...small });
  await trainer.step("iteration");
  const again = await mbppo.createTrainer({ from: await trainer.save() });
  assert.equal(again.settings.config.model, "gru");
  for (const each of [trainer, again]) await each.step("iteration");
  assert.deepEqual(again.snapshot.metrics, trainer.snapshot.metrics);
  assert.equal((await mbppo.verifyReceipt(await trainer.receipt())).verdict, "agrees");
  for (const each of [trainer, again]) each.destroy();
});

test("a trainer learns CartPole to its bar in Node.js, and the same again goes on from its file", async () => {
  const trainer = await mbppo.createTrainer({ task: "CartPole-v1", seed: 3 });
  const reports = [];
  for await (const report of trainer.run({ realSteps: 3000, untilSolved: true })) reports.push(report);
  assert.equal(reports.at(-1).solved_at_real_steps, 1000, "as this seed does in every browser");
  assert.ok(reports.every(({ iteration }, index) => iteration === index + 1));
  assert.ok((await trainer.curves()).evaluations.length > 0);

  const file = await trainer.save();
  const again = await mbppo.createTrainer({ from: file });
  assert.equal(again.settings.seed, 3);
  for (const each of [trainer, again]) await each.step("iteration");
  assert.deepEqual(await again.save(), await trainer.save(), "bit for bit");
  assert.equal((await trainer.step(7)).ticks - (await again.step(7)).ticks, 0);
  for (const each of [trainer, again]) each.destroy();
});

test("what is wrong is named, with what is allowed", async () => {
  for (const [options, words] of /** @type {[any, RegExp][]} */ ([
    [{ task: "Tetris" }, /task = Tetris is not valid: it must be one of CartPole-v1/],
    [{ horizon: "far" }, /horizon = far is not valid: it must be a whole number/],
    [{ branches_min: 300 }, /branches_min = 300 is not valid: it must not be above branches_max/],
    [{ seed: -1 }, /seed = -1 is not valid/],
    [{ colour: "red" }, /colour = red/],
    [{ "physics.gravity": 1e9 }, /physics\.gravity|gravity/],
    [{ from: new Uint8Array(9) }, /safetensors/],
    [{ publicPath: tmpdir() }, /publicPath = .* is not valid: it must be a folder that trunk has built/],
    [{ task: class {} }, /./],
  ]))
    await assert.rejects(mbppo.createTrainer(options), words);
  const trainer = await mbppo.createTrainer({ seed: 1 });
  for (const step of [0, -1, 1.5, "minute", null]) await assert.rejects(trainer.step(step), /step = .* is not valid/);
  const ended = new AbortController();
  ended.abort();
  await assert.rejects(trainer.run({ signal: ended.signal }).next(), { name: "AbortError" });
});

test("a task of one's own is a class", async () => {
  const documented = await readFile(join(ROOT, "docs/tasks.md"), "utf8");
  const walk = documented.match(/```js\n(\/\/ tasks\/walk\.js[^`]*)```/)?.[1];
  assert.ok(walk, "docs/tasks.md shows tasks/walk.js");
  await writeFile(join(folder, "walk.js"), walk);
  const { default: Walk } = await import(pathToFileURL(join(folder, "walk.js")).href);
  const trainer = await mbppo.createTrainer({ task: Walk, seed: 1 });
  assert.ok((await trainer.step("iteration")).real_steps > 0);
  trainer.destroy();
});

test("mbppo verify: a receipt agrees, a forged one does not, and one from elsewhere cannot be told", async () => {
  const trainer = await mbppo.createTrainer({ task: "CartPole-v1", seed: 3 });
  await trainer.step("iteration");
  const receipt = await trainer.receipt();
  const receipts = {
    good: receipt,
    forged: receipt.replace('"seed": 3', '"seed": 4'),
    elsewhere: receipt
      .replace(/"arithmetic": "[^"]*"/, '"arithmetic": "x86_64 linux avx2 fma"')
      .replace(/"hash": "(.)/, (_, first) => `"hash": "${first === "0" ? "1" : "0"}`),
    damaged: receipt.slice(0, 100),
  };
  for (const [name, text] of Object.entries(receipts)) await writeFile(join(folder, `${name}.json`), text);
  const verify = (...files) => ran(join(folder, "node_modules/.bin/mbppo"), files, folder);
  const good = await verify("verify", "good.json");
  assert.deepEqual([good.status, good.stderr], [0, ""]);
  assert.match(good.stdout, /^good\.json: every bit agrees \(CartPole-v1, seed 3, \d+ real steps\)\.\n$/);
  const bad = await verify("verify", "forged.json", "elsewhere.json", "damaged.json", "missing.json", "good.json");
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /^forged\.json: it does not agree/m);
  assert.match(bad.stdout, /^elsewhere\.json: it cannot be verified here/m);
  assert.match(bad.stdout, /^good\.json: every bit agrees/m);
  assert.match(bad.stderr, /damaged\.json: .*\n.*missing\.json: .*ENOENT.*\n.*4 of 5 could not be verified/);
  for (const wrong of [[], ["verify"], ["train"]]) assert.equal((await verify(...wrong)).status, 2, wrong.join());
});
