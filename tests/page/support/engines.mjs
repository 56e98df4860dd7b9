// Three browsers of three makers, as Debian has them, each started on an address and told nothing else.
import { spawn, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const QUIET = [
  ["browser.shell.checkDefaultBrowser", false],
  ["browser.aboutwelcome.enabled", false],
  ["browser.startup.homepage_override.mstone", "ignore"],
  ["datareporting.policy.dataSubmissionEnabled", false],
  ["app.update.enabled", false],
  ["browser.tabs.firefox-view", false],
  ["network.captive-portal-service.enabled", false],
  ["network.connectivity-service.enabled", false],
  ["toolkit.telemetry.enabled", false],
];

/**
 * Each: its name, the program (null where it is missing), and how it is started with `folder` for all that it keeps.
 */
export const ENGINES = [
  {
    name: "Chromium",
    program: found(process.env.CHROMIUM, "chromium", "google-chrome"),
    start: (program, folder, address) =>
      run(program, [
        "--headless=new",
        "--no-sandbox",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        `--user-data-dir=${folder}`,
        "--window-size=1280,800",
        address,
      ]),
  },
  { name: "Firefox", program: found(process.env.FIREFOX, "firefox-esr", "firefox"), start: startFirefox },
  {
    name: "WebKitGTK",
    program: found("Xvfb") && found(process.env.MINIBROWSER, "MiniBrowser", ...miniBrowsers()),
    start: startMiniBrowser,
  },
];

/** The first of these that is a program here. */
function found(...names) {
  return (
    names.filter(Boolean).find((name) => {
      if (name.includes("/")) return existsSync(name);
      return process.env.PATH.split(":").some((folder) => existsSync(join(folder, name)));
    }) ?? null
  );
}

/** Where Debian keeps WebKitGTK's browser, the newest interface first. */
function miniBrowsers() {
  const libraries = "/usr/lib";
  if (!existsSync(libraries)) return [];
  const folders = readdirSync(libraries).flatMap((arch) =>
    arch.includes("linux-gnu")
      ? readdirSync(join(libraries, arch))
          .filter((name) => name.startsWith("webkit2gtk-"))
          .map((name) => join(libraries, arch, name))
      : [],
  );
  return [
    ...folders
      .sort()
      .reverse()
      .map((folder) => join(folder, "MiniBrowser")),
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
  ];
}

function run(program, args, environment = {}) {
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...environment },
    detached: true,
  });
  let words = "";
  child.stderr.on("data", (piece) => {
    words = (words + piece).slice(-2000);
  });
  const ended = new Promise((resolve) => {
    child.on("exit", resolve);
    child.on("error", resolve);
  });
  return { pid: child.pid, ended, words: () => words };
}

function startFirefox(program, folder, address) {
  writeFileSync(
    join(folder, "user.js"),
    QUIET.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`).join("\n"),
  );
  return run(program, ["--headless", "--no-remote", "--profile", folder, "--width=1280", "--height=800", address], {
    HOME: folder,
  });
}

/** It has no headless way: a screen that nobody sees is started with it. */
async function startMiniBrowser(program, folder, address) {
  const screen = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const display = await new Promise((resolve, reject) => {
    screen.stdout.once("data", (number) => resolve(`:${String(number).trim()}`));
    screen.once("exit", () => reject(new Error("Xvfb did not start.")));
  });
  const browser = run(program, [address], {
    DISPLAY: display,
    GDK_BACKEND: "x11",
    HOME: folder,
    XDG_CACHE_HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_RUNTIME_DIR: folder,
    NO_AT_BRIDGE: "1",
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
  });
  return { ...browser, also: screen.pid };
}

/** Starts an engine on `address` with an empty profile. Gives {version, words, ended, close}. */
export async function openEngine({ program, start }, address) {
  const folder = mkdtempSync(join(tmpdir(), "mbppo-engine-"));
  const child = await start(program, folder, address);
  return {
    ...child,
    async close() {
      for (const pid of [child.pid, child.also]) if (pid) stop(pid);
      await child.ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Ends a process that was started here, and those that it has started. */
function stop(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** What a browser calls itself. */
export function versionOf({ program }) {
  try {
    return execFileSync(program, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, HOME: tmpdir() },
    })
      .trim()
      .split("\n")[0];
  } catch {
    return program;
  }
}
