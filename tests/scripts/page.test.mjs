// scripts/page on what trunk may leave it: works on every form that trunk's options give, stops with a sentence on any
// other.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "mbppo-page-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const SOURCE = readFileSync(join(root, "www/index.html"), "utf8");
/** With the lab's markup in it, as trunk puts it there. */
const INDEX = SOURCE.replace(
  /<link data-trunk rel="inline"[^>]*href="lab\.html">/,
  readFileSync(join(root, "www/lab.html"), "utf8"),
);
/**
 * As `trunk build --minify` does: no comments, no line ends, attributes in order, quotes only where they are needed.
 */
const minified = (html) =>
  html
    .replace(/<meta (name="(?:builds|offline)") (content="[^"]*")>/, "<meta $2 $1>")
    .replace(/<!--[^]*?-->/g, "")
    .replace(/\n\s*/g, "")
    .replace(/="([\w./-]+)"/g, "=$1");

let count = 0;
/** What scripts/page makes of a staging folder: {status, said, index, names, folder}. */
function paged({ index = INDEX, stem = "mbppo-0123456789abcdef", wasm = "\0asm simd128", extra = {} } = {}) {
  const page = join(scratch, String((count += 1)));
  mkdirSync(page);
  for (const kind of ["js", "css"]) cpSync(join(root, "www", kind), join(page, kind), { recursive: true });
  const embed = readFileSync(join(root, "www/embed.html"), "utf8");
  const files = {
    "index.html": index,
    "embed.html": embed,
    [`${stem}.js`]: "export {}",
    [`${stem}_bg.wasm`]: wasm,
    ...extra,
  };
  for (const [name, text] of Object.entries(files)) if (text !== null) writeFileSync(join(page, name), text);
  const env = { ...process.env, TRUNK_STAGING_DIR: page, TRUNK_DIST_DIR: page, MBPPO_WEBGPU: "no" };
  const { status, stdout, stderr } = spawnSync("bash", [join(root, "scripts/page")], { env, encoding: "utf8" });
  return {
    status,
    said: stdout + stderr,
    index: readFileSync(join(page, "index.html"), "utf8"),
    names: readdirSync(page),
    read: (name) => readFileSync(join(page, name), "utf8"),
    folder: (name) => readdirSync(join(page, name), { recursive: true }).sort(),
  };
}

/** @type {any[][]} */
const FORMS = [
  ["as trunk leaves it", {}],
  ["minified", { index: minified(INDEX) }],
  ["without hashes in names", { stem: "mbppo" }],
  ["minified, without hashes", { index: minified(INDEX), stem: "mbppo" }],
];
for (const [form, given] of FORMS) {
  test(`${form}: the page knows its program and its modules by names that change with their content`, () => {
    const { status, said, index, names, folder, read } = paged(given);
    assert.equal(status, 0, said);
    const stem = given.stem ?? "mbppo-0123456789abcdef";
    const js = names.find((name) => /^js-\d+\.\d+\.\d+-[0-9a-f]+$/.test(name));
    assert.ok(js && !names.includes("js"));
    assert.ok(
      index.includes(
        `<meta data-build="cpu" data-script="./${stem}.js" data-wasm="./${stem}_bg.wasm" data-bytes="12" ` +
          `data-worker="./${js}/worker/index.js">`,
      ),
      index.slice(0, 2000),
    );
    for (const script of ["main", "host"]) assert.match(index, new RegExp(`src="\\./${js}/${script}\\.js"`));
    assert.match(index, new RegExp(`rel="?modulepreload"? href="\\./${js}/lab/index\\.js"`));
    const entries = ["element", "embed", "lab", "offline", "trainer", "worker"].flatMap((each) => [
      each,
      `${each}/index.js`,
    ]);
    assert.deepEqual(folder(js), [...entries, "host.js", "main.js"].sort());
    assert.equal(read("lab.js"), `export { createLab } from "./${js}/lab/index.js";\n`, "for pages that hold labs");
    assert.equal(read("element.js"), `export { MbppoLab } from "./${js}/element/index.js";\n`);
    assert.equal(read("trainer.js"), `export { createTrainer, verifyReceipt } from "./${js}/trainer/index.js";\n`);
    assert.match(read("embed.html"), new RegExp(`src="\\./${js}/embed/index\\.js"`));
    assert.doesNotMatch(index, /scripts\/page/);
    const [style, ofLab, ...others] = index.match(/href="?[^" >]*\.css/g);
    assert.deepEqual([ofLab, others, names.includes("css")], [style, [], false], "one style sheet, in both trees");
    const sheet = style.match(/style-[0-9a-f]+\.css$/)[0];
    const parts = SOURCE.match(/css\/\w+\.css/g).map((part) => readFileSync(join(root, "www", part), "utf8"));
    assert.equal(read(sheet), parts.join(""), "all of them, in the order of index.html");
  });
}

/** @type {any[][]} */
const FAULTS = [
  [
    "no place for the programs",
    { index: INDEX.replace('name="builds"', 'name="other"') },
    /no match of .*builds.*change scripts\/page too/,
  ],
  ["no first module", { index: INDEX.replace("js/main.js", "js/begin.js") }, /no match of .*main/],
  ["no lab", { index: INDEX.replace("js/lab/index.js", "js/lab.js") }, /no match of .*lab/],
  ["no place for the lab's styles", { index: INDEX.replace('href="style.css"', "") }, /no match of .*style/],
  ["no plain script", { index: INDEX.replace("js/host.js", "js/other.js") }, /no match of .*host/],
  ["a place twice", { index: INDEX.replace("</head>", '<meta name="builds"></head>') }, /more than one match/],
  ["a style sheet that is not there", { index: INDEX.replace("css/top", "css/over") }, /there is no css\/over\.css/],
  ["a style sheet that is not named", { extra: { "css/other.css": "" } }, /does not name css\/other\.css/],
  [
    "style sheets apart",
    { index: INDEX.replace(/<link rel="stylesheet" href="css\/top/, "<meta>$&") },
    /more than one/,
  ],
  ["two programs", { extra: { "mbppo-ff_bg.wasm": "x", "mbppo-ff.js": "" } }, /mbppo\*_bg\.wasm, or several/],
  ["another script's name", { stem: "other" }, /trunk made no mbppo\*_bg\.wasm/],
  ["a program without SIMD", { wasm: "\0asm" }, /without SIMD/],
];
for (const [fault, given, words] of FAULTS) {
  test(`${fault}: stops with a sentence and is a failure for trunk`, () => {
    const { status, said } = paged(given);
    assert.equal(status, 1, said);
    assert.match(said, words);
  });
}

/** scripts/bundle.awk on modules given by their names; the entry is main.js. */
function bundled(modules) {
  const folder = join(scratch, `modules-${(count += 1)}`);
  for (const [name, text] of Object.entries(modules)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { status, stdout, stderr } = spawnSync(
    "awk",
    ["-v", `folder=${folder}`, "-v", "entry=main.js", "-f", join(root, "scripts/bundle.awk")],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

test("joined modules do what they did apart: names, scopes, order, waiting at the top", async () => {
  const { status, stdout } = bundled({
    "main.js":
      'import { one, two as second } from "./a.js";\nimport * as b from "./deep/b.js";\nimport {\n  Kind,\n} ' +
      'from "./deep/b.js";\nconst hidden = await Promise.resolve(3);\nglobalThis.joined = [one, second(), ' +
      "b.hidden, hidden, new Kind().name];\n",
    "a.js":
      'import { hidden } from "./deep/b.js";\n/** @type {number} */\nexport const one = /** @type {any} */ (1);\n' +
      "/**\n * @returns {number}\n */\nexport function two() {\n  /** @type {number} */ let more = 1;\n" +
      "  return hidden + more;\n}\n",
    "deep/b.js":
      'export const hidden = 5;\r\nexport class Kind { name = "kind"; }\r\nexport async function later() {}\r\n',
  });
  assert.equal(status, 0);
  await import(`data:text/javascript,${encodeURIComponent(stdout)}`);
  assert.deepEqual(globalThis.joined, [1, 6, 5, 3, "kind"]);
  assert.equal(stdout.match(/^\/\/ --- deep\/b\.js ---$/gm).length, 1, "a module that two import is there once");
  assert.doesNotMatch(stdout, /@returns|^\/\*\* @type/m, "JSDoc stays behind");
});

test("a joined file exports what its entry does", async () => {
  const { stdout } = bundled({
    "main.js": 'import { one } from "./a.js";\nexport function two() { return one + 1; }\n',
    "a.js": "export const one = 1;\n",
  });
  const { two, ...others } = await import(`data:text/javascript,${encodeURIComponent(stdout)}`);
  assert.deepEqual([two(), others], [2, {}]);
});

/** @type {any[][]} */
const FORMS_REFUSED = [
  ["a default import", { "main.js": 'import a from "./a.js";', "a.js": "" }, /main\.js:1: an import of another form/],
  ["a foreign module", { "main.js": '// first\nimport { a } from "a";' }, /main\.js:2: an import of another form/],
  [
    "a list of exports",
    { "main.js": 'import { a } from "./a.js";', "a.js": "const a = 1;\nexport { a };" },
    /a\.js:2: an export of another form/,
  ],
  [
    "a default export",
    { "main.js": 'import { a } from "./a.js";', "a.js": "export default 1;" },
    /a\.js:1: an export of another form/,
  ],
  [
    "a circle",
    {
      "main.js": 'import { a } from "./a.js";',
      "a.js": 'import { b } from "./b.js";',
      "b.js": 'import { a } from "./a.js";',
    },
    /b\.js:1: a\.js imports this file itself/,
  ],
  ["a module that is not there", { "main.js": 'import { a } from "./a.js";' }, /a\.js:0: there is no such file/],
];
for (const [form, modules, words] of FORMS_REFUSED) {
  test(`modules with ${form} are refused by their place`, () => {
    const { status, stderr } = bundled(modules);
    assert.equal(status, 1);
    assert.match(stderr, words);
  });
}

test("by hand it says who runs it", () => {
  const { status, stderr } = spawnSync("bash", [join(root, "scripts/page")], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  assert.equal(status, 1);
  assert.match(stderr, /run by 'trunk build' and 'trunk serve'/);
});
