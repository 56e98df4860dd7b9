// The scripts on odd machines: homes and checkouts with apostrophes and spaces, a ZIP without run bits or links,
// Windows, flags in the environment.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ODD = ["o'brien's checkout", 'a "quoted" \\ folder'];
const CARRIED = [
  "Cargo.toml",
  "Cargo.lock",
  "build.rs",
  ".cargo/config.toml",
  "scripts",
  "src",
  "benches",
  "www",
  "tests/page",
  "Trunk.toml",
  "Trunkfile.toml",
];

let scratch;
before(() => {
  scratch = mkdtempSync(join(tmpdir(), "mbppo-scripts-"));
});
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A copy of the checkout as a ZIP would leave it: no run bits. */
function checkout(name) {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  for (const path of CARRIED) {
    const passed = (from) => !/node_modules|\/dist$/.test(from);
    cpSync(join(root, path), join(folder, path), { recursive: true, filter: passed });
  }
  for (const script of readdirSync(join(folder, "scripts"))) chmodSync(join(folder, "scripts", script), 0o644);
  return folder;
}

/** {status, said}: what a shell line did in a folder; `env` on top of this process's, undefined takes away. */
function shell(line, cwd, env = {}) {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", line], {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 120_000,
  });
  return { status, said: stdout + stderr };
}

for (const name of ODD) {
  test(`a checkout and a home called ${name}: cargo finds its target folder, scripts run without run bits`, () => {
    const folder = checkout(name);
    const cache = join(scratch, `${name} cache`);
    const env = { XDG_CACHE_HOME: cache, CARGO_TARGET_DIR: undefined };
    const write = shell(
      "source scripts/lib.sh && eval \"$(sed -n '/^setup_target_dir()/,/^}/p' scripts/setup)\" && begin() { :; " +
        "} && doing() { :; } && ready() { :; } && setup_target_dir",
      folder,
      env,
    );
    assert.equal(write.status, 0, write.said);
    const told = execFileSync("cargo", ["metadata", "--format-version", "1", "--no-deps", "--offline"], {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });
    assert.ok(JSON.parse(told).target_directory.startsWith(cache), told.slice(-300));
    const list = shell("bash scripts/test --list", folder, env);
    assert.equal(list.status, 0, list.said);
    assert.match(list.said, /native +cargo test/);
  });
}

test("no script starts another by its run bit, and nothing in the checkout is a link", () => {
  const files = readdirSync(join(root, "scripts"), { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const script of [...files.map(({ name }) => `scripts/${name}`), ".ci/run"]) {
    const text = readFileSync(join(root, script), "utf8");
    assert.doesNotMatch(text, /^\s*(exec )?(\.\/)?"?(\$root\/)?scripts\/\w+/m, script);
    assert.ok(!text.includes("\r"), `${script} has Windows line ends`);
  }
  const listed = spawnSync("git", ["ls-files", "-s"], { cwd: root, encoding: "utf8" });
  if (listed.status === 0) assert.doesNotMatch(listed.stdout, /^120000/m);
  assert.match(readFileSync(join(root, ".gitattributes"), "utf8"), /\* text=auto eol=lf/);
});

test("trunk's settings are the same under both of their names", () => {
  assert.equal(readFileSync(join(root, "Trunk.toml"), "utf8"), readFileSync(join(root, "Trunkfile.toml"), "utf8"));
});

test("CDPATH in the environment does not lead the scripts astray", () => {
  const { status, said } = shell("CDPATH=.:/tmp bash scripts/test --list", root);
  assert.equal(status, 0, said);
});

test("on Windows the scripts say where they run", () => {
  const bin = join(scratch, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "uname"), "#!/bin/sh\necho MINGW64_NT-10.0\n", { mode: 0o755 });
  const { status, said } = shell("bash scripts/serve", root, { PATH: `${bin}:${process.env.PATH}` });
  assert.equal(status, 2);
  assert.match(said, /runs in WSL/);
});

test("RUSTFLAGS in the environment is joined to the project's flags, never in their place", () => {
  const flags = shell(
    "source scripts/lib.sh; RUSTC_BOOTSTRAP=1 cargo -Zunstable-options config get " +
      'target.wasm32-unknown-unknown.rustflags; echo "for others: $CARGO_BUILD_RUSTFLAGS, left: ' +
      '${RUSTFLAGS-none}"',
    root,
    { RUSTFLAGS: "-D warnings" },
  );
  assert.match(flags.said, /-D warnings.*simd128|simd128.*-D warnings/s, flags.said);
  assert.match(flags.said, /for others: -D warnings, left: none/);
});

test("trunk typed by hand with RUSTFLAGS is stopped with a sentence, before anything is compiled", () => {
  for (const env of [{ RUSTFLAGS: "-D warnings" }, { CARGO_ENCODED_RUSTFLAGS: "-D\u001fwarnings" }]) {
    const { status, said } = shell("bash scripts/page before", root, env);
    assert.equal(status, 1);
    assert.match(said, /RUSTFLAGS .* SIMD.*scripts\/serve/s);
  }
  assert.equal(shell("bash scripts/page before", root, { RUSTFLAGS: "-C target-feature=+simd128" }).status, 0);
  assert.equal(shell("bash scripts/page before", root).status, 0);
});

test("a wasm build without SIMD is an error of the build itself", () => {
  const program = join(scratch, "build-script");
  execFileSync("rustc", ["--edition", "2024", "-o", program, join(root, "build.rs")]);
  const build = (features, more = {}) =>
    execFileSync(program, {
      encoding: "utf8",
      env: {
        CARGO_CFG_TARGET_FAMILY: "wasm",
        CARGO_CFG_TARGET_FEATURE: features,
        CARGO_FEATURE_TENSORS: "1",
        CARGO_FEATURE_WEBGPU: "1",
        ...more,
      },
    });
  assert.match(build("bulk-memory,sign-ext"), /cargo::error=.*without SIMD.*RUSTFLAGS/);
  const good = build("bulk-memory,simd128");
  assert.doesNotMatch(good, /cargo::error/);
  assert.match(good, /rustc-cfg=webgpu/);
  assert.doesNotMatch(good, /rustc-cfg=tensors/);
  assert.match(build("simd128", { CARGO_FEATURE_TENSORS_IN_WASM: "1" }), /rustc-cfg=tensors/);
});
