// Whatever trunk is told, the page that it builds starts; `trunk serve` has it before WebGPU is compiled.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { faultsOf, launch, PATIENCE_MS, until } from "./support/browser.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "mbppo-builds-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const env = { ...process.env, MBPPO_WEBGPU: "no", NO_COLOR: "true" };

for (const options of [
  ["--minify"],
  ["--filehash", "false"],
  ["--release"],
  ["--release", "--minify", "--filehash", "false", "--public-url", "./"],
]) {
  test(`trunk build ${options.join(" ")}: a page that learns`, async () => {
    const dist = join(scratch, options.join(""));
    const { status, stdout, stderr } = spawnSync("trunk", ["build", ...options, "--dist", dist], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout + stderr);
    const browser = await launch({ dist });
    try {
      const page = await browser.open("?seed=1&device=cpu");
      await until(page, (s) => s.real_steps > 0);
      assert.deepEqual(await faultsOf(page), []);
    } finally {
      await browser.close();
    }
  });
}

/**
 * `trunk serve` at a free port, with a stand-in for cargo where WebGPU is compiled, which takes until `compiled()` is
 * called and ends with `status`.
 */
async function serving({ status = 0, wasm = "" }) {
  const bin = mkdtempSync(join(scratch, "bin-"));
  const real = spawnSync("sh", ["-c", "command -v cargo"], { encoding: "utf8" }).stdout.trim();
  const answer = JSON.stringify({ filenames: [wasm] }).slice(1, -1);
  const script = `#!/bin/sh
case "$*" in
  *"--bin mbppo --message-format json-render-diagnostics"*) ;;
  *) exec '${real}' "$@" ;;
esac
while [ -e '${bin}/cargo' ] && [ ! -e '${bin}/compiled' ]; do sleep 0.1; done
echo '{${answer}}'
exit ${status}
`;
  writeFileSync(join(bin, "cargo"), script, { mode: 0o755 });
  const probe = createServer().listen(0);
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  await new Promise((resolve) => probe.close(resolve));
  const dist = mkdtempSync(join(scratch, "dist-"));
  const { MBPPO_WEBGPU: _, ...all } = env;
  const child = spawn("trunk", ["serve", "--port", String(port), "--dist", dist], {
    cwd: ROOT,
    env: { ...all, PATH: `${bin}:${process.env.PATH}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      said += text;
    });
  const index = () =>
    fetch(`http://localhost:${port}/`).then(
      (answer) => answer.text(),
      () => "",
    );
  const untilServed = async (words, limit = PATIENCE_MS) => {
    for (const end = Date.now() + limit; Date.now() < end; await new Promise((later) => setTimeout(later, 200))) {
      const page = await index();
      if (words.test(page)) return page;
    }
    throw new Error(`${words} was not served: ${said}`);
  };
  return {
    home: `http://localhost:${port}/`,
    dist,
    untilServed,
    compiled: () => writeFileSync(join(bin, "compiled"), ""),
    said: () => said,
    end: () => child.kill("SIGTERM"),
  };
}

/** The CPU's program, as trunk's build has left it in cargo's folder: the WebGPU build's door is the same. */
function cpuWasm() {
  const { stdout } = spawnSync("cargo", ["metadata", "--format-version", "1", "--no-deps", "--offline"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return join(JSON.parse(stdout).target_directory, "wasm32-unknown-unknown/page/mbppo.wasm");
}

test("trunk serve: the page is there at once and takes up WebGPU once compiled, as does a new visitor's", async () => {
  const served = await serving({ wasm: cpuWasm() });
  const browser = await launch({ gpu: true });
  try {
    await served.untilServed(/data-build="webgpu" data-coming="/);
    const page = await browser.open("?seed=1&device=webgpu", { loaded: false });
    await page.goto(`${served.home}?seed=1&device=webgpu`);
    const sentence = page.locator("[data-is=device-sentence]");
    await sentence.filter({ hasText: "while WebGPU is still being compiled" }).waitFor();
    await until(page, (s) => s.real_steps > 0);
    served.compiled();
    await served.untilServed(/data-build="webgpu" data-script="/);
    assert.equal(readdirSync(served.dist).filter((name) => name.startsWith("mbppo-webgpu-")).length, 2);
    // The stand-in has no WebGPU in it, and says so: the page has fetched and tried it.
    await sentence.filter({ hasText: "this build has no WebGPU in it" }).waitFor();
    assert.match(served.said(), /WebGPU has been added to the page/);
  } finally {
    served.end();
    await browser.close();
  }
});

test("trunk serve: where WebGPU cannot be compiled the page stays, and says that it is without", async () => {
  const served = await serving({ status: 101 });
  try {
    await served.untilServed(/data-build="webgpu" data-coming="/);
    served.compiled();
    await served.untilServed(/^(?![^]*data-coming)[^]*data-build="cpu"/);
    assert.match(served.said(), /WebGPU could not be built/);
    assert.match(served.said(), /The program with burn's tensors could not be built/);
  } finally {
    served.end();
  }
});
