// Installs a host from the npm or the PyPI registry, pinned by its lock in locks/, into a cache folder outside the
// checkout. What is there already is used again.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LOCKS = fileURLToPath(new URL("locks", import.meta.url));
/** Where hosts are installed. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mbppo", "hosts");

/** A host that this machine or its registries do not have: its test is skipped, and says why. */
export class NotToBeHad extends Error {}

/** What npm and pip say of a registry that is away, or does not have what the lock names. */
const AWAY = new RegExp(
  "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|E404|ETARGET|" +
    "NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ConnectionError|NameResolutionError|" +
    "No matching distribution|Could not find a version",
);

/**
 * The output of a program that ends with 0; else an error with its last words.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options]
 * @returns {Promise<string>}
 */
export function ran(program, args, { cwd, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (piece) => {
        said += piece;
      });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(said);
      else reject(new Error(`${program} ${args.join(" ")} ended with ${status}:\n${said.slice(-3000)}`));
    });
  });
}

/** Does `install` unless it was done for exactly this lock; a registry that is away makes the host NotToBeHad. */
async function once(folder, lock, install) {
  const mark = join(folder, ".installed-for");
  const sum = createHash("sha256")
    .update(await readFile(lock))
    .digest("hex");
  if ((await readFile(mark, "utf8").catch(() => null)) === sum) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await install();
  } catch (error) {
    const reason = error.message.match(new RegExp(`.*(${AWAY.source}).*`, "g"))?.at(-1);
    throw reason ? new NotToBeHad(`the registry does not give it: ${reason.trim()}`) : error;
  }
  await writeFile(mark, sum);
}

/** The folder with the node_modules of locks/NAME. `local`: packages from files, which are installed anew each time. */
export async function fromNpm(name, { local = [] } = {}) {
  const folder = join(CACHE, name);
  const lock = join(LOCKS, name, "package-lock.json");
  await once(folder, lock, async () => {
    for (const file of ["package.json", "package-lock.json"])
      await copyFile(join(LOCKS, name, file), join(folder, file));
    await ran("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  });
  const quietly = ["--offline", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  if (local.length > 0) {
    await rm(join(folder, "node_modules/mbppo"), { recursive: true, force: true });
    await ran("npm", ["install", ...quietly, ...local], { cwd: folder });
  }
  return folder;
}

/** The `bin` folder of a virtual environment with locks/NAME.txt. `wheels`: files, installed anew each time. */
export async function fromPyPI(name, { wheels = [] } = {}) {
  const folder = join(CACHE, name);
  const lock = join(LOCKS, `${name}.txt`);
  const bin = join(folder, "bin");
  const pip = (...args) => ran(join(bin, "pip"), ["install", "--quiet", "--no-input", ...args]);
  await once(folder, lock, async () => {
    await ran("python3", ["-m", "venv", folder]).catch((error) => {
      throw new NotToBeHad(`there is no python3 with venv: ${error.message.split("\n")[0]}`);
    });
    await pip("--requirement", lock);
  });
  if (wheels.length > 0) await pip("--force-reinstall", "--no-deps", "--no-index", ...wheels);
  return bin;
}

/** The folder with the wheels of locks/NAME.txt, for a Python that is not this machine's; `bin` has a pip. */
export async function wheelsFromPyPI(name, bin, python) {
  const folder = join(CACHE, name);
  const lock = join(LOCKS, `${name}.txt`);
  const any = ["--only-binary", ":all:", "--python-version", python, "--platform", "any", "--implementation", "py"];
  await once(folder, lock, () =>
    ran(join(bin, "pip"), ["download", "--quiet", "--no-deps", ...any, "--dest", folder, "--requirement", lock]),
  );
  return folder;
}
