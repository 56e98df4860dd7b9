// Every command of README, CONTRIBUTING and docs/ is tried, every link followed. How: rules.mjs.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { blocksOf, linksOf } from "./commands.mjs";
import { planFor } from "./rules.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const files = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

let scratch; // below the checkout, so that cargo finds its manifest from there, and out of everybody's way
let env;
before(() => {
  mkdirSync(join(root, "target"), { recursive: true });
  scratch = mkdtempSync(join(root, "target", "docs-"));
  execFileSync("cargo", ["build", "--locked", "--quiet"], { cwd: root, stdio: "inherit" });
  const { target_directory: target } = JSON.parse(
    execFileSync("cargo", ["metadata", "--format-version", "1", "--no-deps", "--offline"], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    }),
  );
  env = {
    ...process.env,
    PATH: `${join(target, "debug")}${delimiter}${process.env.PATH}`,
    ROOT: root,
    SCRATCH: scratch,
    i: "0",
  };
});
after(() => {
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

for (const file of files) {
  for (const { line, lines } of blocksOf(readFileSync(join(root, file), "utf8"))) {
    test(`${file}:${line}: ${lines[0]}${lines.length > 1 ? ` and ${lines.length - 1} more` : ""}`, async (t) => {
      const plans = lines.map((command) => ({ command, ...planFor(command, { root, has }) }));
      for (const { command, wrong, skip, known } of plans) {
        assert.equal(wrong, undefined, `${command}: ${wrong}`);
        if (skip) t.diagnostic(`skipped: ${command} (${skip})`);
        if (known) t.diagnostic(`not run here: ${command} (${known})`);
      }
      if (plans.every(({ skip }) => skip)) return t.skip(plans[0].skip);
      const script = plans
        .filter(({ run }) => run)
        .map(({ run }) => run)
        .join("\n");
      if (script && first(script, lines)) runs(script, file);
      for (const { serve } of plans) if (serve && first(serve, lines)) await answers(serve);
    });
  }

  test(`${file}: every link leads to a file`, () => {
    for (const to of linksOf(readFileSync(join(root, file), "utf8")))
      assert.ok(existsSync(join(root, dirname(file), to)), `${to} is not there`);
  });
}

/** False for a single command that another place of the documents has shown already. */
const tried = new Set();
const first = (command, { length }) => length > 1 || (!tried.has(command) && Boolean(tried.add(command)));

/**
 * As a person would type it, who stops at a failure; each document has a folder of its own for what its commands write.
 */
function runs(script, file) {
  const folder = join(scratch, file.replaceAll("/", "-"));
  mkdirSync(folder, { recursive: true });
  const cwd = /^(MBPPO|trunk)/.test(script) ? root : folder;
  const { status, stdout, stderr } = spawnSync("bash", ["-ec", script], {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: 300_000,
  });
  assert.equal(status, 0, `${script}\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
}

async function answers(command) {
  const port = await freePort();
  const child = spawn("bash", ["-c", `exec ${command.includes("=no ") ? "env " : ""}${command}`], {
    cwd: root,
    env: { ...env, PORT: String(port) },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      said += text;
    });
  try {
    for (
      const end = Date.now() + 240_000;
      Date.now() < end && child.exitCode === null;
      await new Promise((later) => setTimeout(later, 300))
    ) {
      const page = await fetch(`http://localhost:${port}/`).then(
        (answer) => (answer.ok ? answer.text() : null),
        () => null,
      );
      if (page) return assert.match(page, /data-build="cpu"/);
    }
    assert.fail(`${command} did not serve the page:\n${said.slice(-3000)}`);
  } finally {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      /* it has ended */
    }
  }
}

async function freePort() {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
