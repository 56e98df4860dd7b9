// The notebook's widget: one file that anywidget loads from memory, shown twice, talking with a model.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually, launch } from "../page/support/browser.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** A page that loads the widget as notebooks do, from memory, and holds models as they are in JavaScript. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A notebook</title>
<link rel="icon" href="data:,"><script type="module" src="notebook.js"></script></head>
<body><div class="cell"></div><div class="cell"></div></body></html>`;
const NOTEBOOK = `const text = await (await fetch("mbppo.widget.js")).text();
/** The widget as a notebook loads it: anew for each. */
window.loaded = async (altered = (code) => code) => {
  const address = URL.createObjectURL(new Blob([altered(text)], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  URL.revokeObjectURL(address);
  return widget;
};
const widget = await loaded();
class Model extends EventTarget {
  constructor(traits) { super(); Object.assign(this, { traits, sent: [], saved: 0, heard: new Map() }); }
  get(name) { return this.traits[name]; }
  set(name, value) { this.traits[name] = value; }
  save_changes() { this.saved += 1; }
  send(message, callbacks, buffers = []) { this.sent.push({ message, bytes: buffers[0]?.byteLength ?? null }); }
  on(event, heard) { this.heard.set(event, [...(this.heard.get(event) ?? []), heard]); }
  off(event, heard) { this.heard.set(event, this.heard.get(event).filter((each) => each !== heard)); }
  tell(event, message) { for (const heard of this.heard.get(event) ?? []) heard(message); }
}
/** As MyST's pages have it: there is no Python, and all but the traits throws. */
class Traits {
  constructor(traits) { this.traits = traits; }
  get(name) { return this.traits[name]; }
  set(name, value) { this.traits[name] = value; }
  on() {}
  off() { throw new Error("not implemented"); }
  save_changes() { throw new Error("not implemented"); }
  send() { throw new Error("not implemented"); }
}
window.showAlone = async (traits) => {
  const model = new Traits(traits);
  await widget.initialize({ model });
  return widget.render({ model, el: document.querySelector(".cell") });
};
window.models = [];
window.show = (index, traits, shown = widget) => {
  const model = new Model(traits);
  models[index] = model;
  shown.initialize({ model });
  return shown.render({ model, el: document.querySelectorAll(".cell")[index] });
};
window.came = true;`;

let browser;
before(async () => {
  execFileSync("bash", ["scripts/package"], { cwd: ROOT });
  browser = await launch({
    files: {
      "notebook.html": PAGE,
      "notebook.js": NOTEBOOK,
      "mbppo.widget.js": readFileSync(`${ROOT}/packed/mbppo.widget.js`),
    },
  });
});
after(() => browser?.close());

const CART = { task: "CartPole-v1", seed: 1, device: "cpu", panels: "stage horizon-error", controls: "" };

test("a widget learns with no folder to fetch from, tells its model, and does what the model asks", async () => {
  const page = await browser.open("notebook.html", { loaded: false });
  const fetched = [];
  await page.waitForFunction(() => globalThis.came);
  page.on("request", (request) => fetched.push(request.url()));
  await page.evaluate((traits) => {
    globalThis.ended = [globalThis.show(0, { ...traits, autoplay: true }), globalThis.show(1, { ...traits, seed: 2 })];
  }, CART);
  const trait = (index, name) => page.evaluate(([at, key]) => globalThis.models[at].traits[key], [index, name]);
  await eventually(page, async () => (await trait(0, "iteration")) > 1, "iterations in the model");
  assert.ok((await trait(0, "real_steps")) > 0);
  assert.ok(Object.keys(await trait(0, "metrics")).includes("world_model/train_loss"));
  assert.equal(await trait(1, "iteration"), undefined, "each has a state of its own");

  const answers = () => page.evaluate(() => globalThis.models[1].sent);
  await page.evaluate(() => {
    globalThis.models[1].tell("msg:custom", { id: "a", call: "step", args: ["iteration"] });
  });
  await eventually(page, async () => (await answers()).length === 1, "an answer");
  assert.equal((await answers())[0].message.value.iteration, 1);
  await page.evaluate(() => {
    for (const [id, call, args] of [
      ["b", "exportRun", []],
      ["c", "configure", [{ horizon: "far" }]],
      ["d", "destroy", []],
    ])
      globalThis.models[1].tell("msg:custom", { id, call, args });
  });
  await eventually(page, async () => (await answers()).length === 4, "answers");
  const by = Object.fromEntries((await answers()).map((answer) => [answer.message.id, answer]));
  assert.ok(by.b.bytes > 1000, "a file comes as bytes");
  assert.match(by.c.message.error, /horizon = far is not valid/);
  assert.match(by.d.message.error, /call = destroy is not valid: it must be one of play/);

  await page.evaluate(() => {
    const [, model] = globalThis.models;
    model.set("seed", 7);
    model.tell("change:seed");
  });
  const seedOf = () =>
    page.evaluate(() => /** @type {any} */ (document.querySelectorAll("mbppo-lab")[1]).settings.seed);
  await eventually(page, async () => (await seedOf()) === 7, "a change in Python");
  await page.evaluate(() => globalThis.ended.forEach((end) => end()));
  await eventually(page, () => page.workers().length === 0, "the end of its workers");
  assert.equal(await page.evaluate(() => document.querySelectorAll(".cell > *").length), 0);
  assert.deepEqual(
    fetched.filter((address) => !/^(blob|data):/.test(address)),
    [],
    "nothing is fetched",
  );
  assert.deepEqual(
    page.faults.filter((fault) => !/blob:/.test(fault)),
    [],
  );
  await page.leave();
});

test("each Lab of a notebook evaluates the file again, even that of another build: all learn", async () => {
  // High enough for three labs: one that is out of sight would rest.
  const page = await browser.open("notebook.html", { loaded: false, viewport: { width: 1280, height: 3000 } });
  await page.waitForFunction(() => globalThis.came);
  const shown = await page.evaluate(async (traits) => {
    const other = (code) => code.replace('"index":"', '"index":"<!-- another build -->');
    const widgets = [await globalThis.loaded(), await globalThis.loaded(), await globalThis.loaded(other)];
    document.body.append(document.querySelector(".cell").cloneNode());
    widgets.forEach((widget, index) => globalThis.show(index, { ...traits, autoplay: true }, widget));
    return [widgets[0] === widgets[1], ...[...document.querySelectorAll(".cell > *")].map((lab) => lab.localName)];
  }, CART);
  assert.deepEqual(shown, [true, "mbppo-lab", "mbppo-lab", "mbppo-lab-2"]);
  await page.waitForFunction(() => globalThis.models.every(({ traits }) => traits.iteration > 0));
  assert.deepEqual(
    page.faults.filter((fault) => !/blob:/.test(fault)),
    [],
  );
  await page.leave();
});

test("it learns where there is no Python, as on MyST's pages, and ends there without an error", async () => {
  const page = await browser.open("notebook.html", { loaded: false });
  await page.waitForFunction(() => globalThis.came);
  await page.evaluate(async (traits) => {
    globalThis.ended = await globalThis.showAlone({ ...traits, autoplay: true });
  }, CART);
  await page.waitForFunction(() => document.querySelector("mbppo-lab")?.["snapshot"]?.iteration > 1);
  await page.evaluate(() => globalThis.ended());
  await eventually(page, () => page.workers().length === 0, "the end of its worker");
  assert.deepEqual(
    page.faults.filter((fault) => !/blob:/.test(fault)),
    [],
  );
  await page.leave();
});

test("the wheel has what Python wants, and is the same each time", (t) => {
  const ran = (...args) => execFileSync("python3", args, { cwd: ROOT, encoding: "utf8" });
  try {
    ran("--version");
  } catch {
    return t.skip("there is no python3");
  }
  const wheel = ran("-c", "import glob; print(glob.glob('packed/*.whl')[0])").trim();
  const before = readFileSync(`${ROOT}/${wheel}`);
  execFileSync("bash", ["scripts/package"], { cwd: ROOT });
  assert.deepEqual(readFileSync(`${ROOT}/${wheel}`), before);
  const read = `import sys, zipfile, hashlib, base64, ast
wheel = zipfile.ZipFile(sys.argv[1]); names = wheel.namelist(); record = [n for n in names if n.endswith("RECORD")][0]
for line in wheel.read(record).decode().splitlines():
    name, digest, size = line.split(",")
    if digest:
        data = wheel.read(name)
        assert digest == "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode(), name
        assert len(data) == int(size), name
ast.parse(wheel.read("mbppo_widget/__init__.py"))
print(*sorted(names))`;
  const names = ran("-c", read, wheel);
  assert.match(names, /mbppo_widget\/__init__\.py mbppo_widget\/static\/mbppo\.widget\.js/);
});
