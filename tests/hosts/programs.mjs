// Servers that hosts bring with them, started on a loopback port and ended with all that they have started.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { PATIENCE_MS } from "../page/support/browser.mjs";

/** A port of the loopback that nobody uses now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * {close}, once `address` answers. With an error that says what the program said, if it ends before that.
 * @param {string} program
 * @param {string[]} args
 * @param {{ address: string, cwd: string, env?: Record<string, string | undefined> }} options
 */
export async function started(program, args, { address, cwd, env = {} }) {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: true, // a group of its own, which is ended as a whole
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece) => {
      said = (said + piece).slice(-20_000);
    });
  const ended = new Promise((resolve) => {
    child.once("close", resolve);
    child.once("error", (error) => {
      said += error.message;
      resolve(null);
    });
  });
  const close = async () => {
    try {
      process.kill(-(/** @type {number} */ (child.pid)), "SIGTERM");
    } catch {
      // It has ended.
    }
    await ended;
  };
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !isOver; ) {
    if (await answers(address)) return { close, said: () => said };
    await new Promise((later) => setTimeout(later, 100));
  }
  await close();
  throw new Error(`${program} did not answer at ${address}:\n${said}`);
}

const answers = (address) =>
  fetch(address).then(
    (answer) => answer.ok,
    () => false,
  );
