// Builds the workloads as a module for a page: cargo, then wasm-bindgen, into built/.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const BUILT = fileURLToPath(new URL("built", import.meta.url));
const TARGET = "wasm32-unknown-unknown";

function call(program, values, options) {
  const { status, error, stdout } = spawnSync(program, values, {
    cwd: REPOSITORY,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    ...options,
  });
  if (error ?? status) throw new Error(`${program} ${values.join(" ")}: ${error?.message ?? `status ${status}`}`);
  return stdout;
}

/** The path of a file in built/. */
export const built = (name) => `${BUILT}/${name}`;

/** `features`: names of cargo features, such as webgpu. */
export function build(features = []) {
  const flags = [
    "--locked",
    "--target",
    TARGET,
    "--no-default-features",
    ...features.flatMap((name) => ["--features", name]),
  ];
  call("cargo", ["build", "--example", "web_bench", ...flags]);
  const { target_directory: folder } = JSON.parse(
    call("cargo", ["metadata", "--format-version", "1", "--no-deps", "--offline"], { maxBuffer: 1 << 26 }),
  );
  call("wasm-bindgen", [
    "--target",
    "web",
    "--out-dir",
    BUILT,
    "--out-name",
    "mbppo_bench",
    `${folder}/${TARGET}/debug/examples/web_bench.wasm`,
  ]);
}
