// How a command of the documents is tried. A command that no rule knows is a failure: give it one.
//
// - Runs are shortened: at most 40 real steps, two seeds of a range.
// - What a part of scripts/test runs anyway is not run twice; the part must hold the command as it is written.
// - What serves is started at another port and must answer.
// - What measures for minutes or downloads is not run: its file and its options must exist. A test that measures must
//   be there; `scripts/test --long` runs it.
// - What needs a program that scripts/setup does not install is skipped, and said, where that program is missing.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const STEPS = 40;
const SEEDS = 2;

/** A run, shortened. */
function shortened(command) {
  const fewer = command.replace(
    /--seeds (\d+)\.\.(\d+)/,
    (_, from, to) => `--seeds ${from}..${Math.min(Number(to), Number(from) + SEEDS)}`,
  );
  return /--max-steps \S+/.test(fewer)
    ? fewer.replace(/--max-steps \S+/, `--max-steps ${STEPS}`)
    : `${fewer} --max-steps ${STEPS}`;
}

const run =
  (make = (command) => command) =>
  (command) => ({ run: make(command) });

/** `part` of scripts/test runs the command, with more arguments at most. */
const partOf =
  (part) =>
  (command, { root }) => {
    const script = readFileSync(join(root, "scripts/test"), "utf8");
    const body =
      script.match(new RegExp(`^part_${part}\\(\\) \\{.*(\\n|[^])*?^\\}|^part_${part}\\(\\) \\{.*\\}$`, "m"))?.[0] ??
      "";
    return body.includes(command)
      ? { known: `part ${part}` }
      : { wrong: `part ${part} of scripts/test does not run it` };
  };

const listed = (command, { root }) => {
  const script = readFileSync(join(root, "scripts/test"), "utf8");
  const missing = command
    .split(" ")
    .slice(1)
    .filter((word) => !word.startsWith("--") && !script.includes(`part_${word}()`));
  const options = command.split(" ").filter((word) => word.startsWith("--") && !script.includes(word));
  return missing.length + options.length
    ? { wrong: `scripts/test has no ${[...missing, ...options]}` }
    : { known: "parts of scripts/test" };
};

/** A program of minutes: the file is there and knows every option. */
const known = (command, { root }) => {
  const [, file, ...rest] = command.split(" ");
  if (!existsSync(join(root, file))) return { wrong: `there is no ${file}` };
  const source = readFileSync(join(root, file), "utf8");
  const strange = rest.filter((word) => word.startsWith("--") && !source.includes(word.slice(2)));
  return strange.length ? { wrong: `${file} knows no ${strange}` } : { known: "it takes minutes" };
};

/** A test that measures: `--long` runs it, else it must be there. */
const measured = (command) => ({
  run: process.env.MBPPO_LONG ? command : `${command} --list | grep ': test$'`,
});

const needs = (program, then) => (command, world) =>
  world.has(program) ? then(command, world) : { skip: `${program} is not installed` };

/** @type {Array<[RegExp, (command: string, world: { root: string, has: (program: string) => boolean }) => any]>} */
export const RULES = [
  [/^mbppo$/, run((command) => `${command} --help`)],
  [/^(mbppo|cargo run --) --(help|version)$/, run()],
  [/^(mbppo|cargo run --) (train|grid|verify|policy|eval|transfer)$/, run((command) => `${command} --help`)],
  [/^(mbppo|cargo run (--release )?--) (train|grid) /, run(shortened)],
  [
    /^(mbppo|cargo run (--release )?--) (report|hyperparameters)$/,
    run((command) => command.replace(/report$/, "report --help")),
  ],
  [/^(mbppo|cargo run (--release )?--) (report|verify|policy|eval|transfer) /, run()],
  [/^(cat|set|shift|from=)/, run()],
  // What the npm package is tested with.
  [/^(npx mbppo verify |npm install$)/, () => ({ known: "part packages" })],
  [/^cargo test$/, partOf("native")],
  [/^cargo test .* --ignored /, measured],
  [/^cargo test /, run()],
  [/^cargo clippy$/, partOf("clippy")],
  [/^cargo build --target wasm32-unknown-unknown$/, run()],
  [/^cargo fmt$/, run(() => "cargo fmt --check")],
  // Its own profile has all dependencies compiled once more.
  [/^cargo bench$/, run(() => "cargo bench --profile dev --no-run")],
  [/^cargo bench /, run((command) => `${command.split(" -- ")[0]} --no-run`)],
  [/^wasm-pack test /, partOf("wasm")],
  [/^trunk build$/, partOf("page")],
  [/^MBPPO_PUBLIC_URL=\S+ trunk build$/, run((command) => `MBPPO_WEBGPU=no ${command} --dist "$SCRATCH/public"`)],
  [
    /^MBPPO_OFFLINE=no trunk build$/,
    run(
      (command) =>
        `MBPPO_WEBGPU=no ${command} --dist "$SCRATCH/online" && ! test -e "$SCRATCH/online/service_worker.js"`,
    ),
  ],
  [/^scripts\/offline dist$/, run((command) => `cp -r "$ROOT/dist" . && "$ROOT/"scripts/offline "$PWD/dist"`)],
  [/^MBPPO_WEBGPU=no trunk build$/, run((command) => `${command} --dist "$SCRATCH/dist"`)],
  [
    /trunk serve$/,
    (command) => ({
      serve: `${command.replace(/^trunk/, "MBPPO_WEBGPU=no trunk")} --port $PORT --dist "$SCRATCH/served"`,
    }),
  ],
  [/^scripts\/serve$/, () => ({ serve: 'MBPPO_WEBGPU=no scripts/serve --port $PORT --dist "$SCRATCH/served"' })],
  [/^scripts\/(setup|size)$/, run((command) => `"$ROOT/${command}"`)],
  [/^scripts\/setup serve$/, run((command) => `"$ROOT/"${command}`)],
  [/^scripts\/test( |$)/, listed],
  [
    /^scripts\/\w+$/,
    (command, { root }) => (existsSync(join(root, command)) ? { known: "a file" } : { wrong: "there is no such file" }),
  ],
  [
    /^find dist .*brotli/,
    needs(
      "brotli",
      run((command) => `cp -r "$ROOT/dist" . && ${command}`),
    ),
  ],
  [/^node (benches|tests|scripts)\//, known],
  [
    /^\(cd (\S+) && npm ci\)$/,
    (command, { root }) =>
      existsSync(join(root, command.match(/cd (\S+)/)[1], "package-lock.json"))
        ? { known: "it downloads" }
        : { wrong: "there is no package-lock.json" },
  ],
  [
    /^npm run /,
    (command, { root }) =>
      command.split(" ")[2] in JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts
        ? { known: "a script of package.json" }
        : { wrong: "package.json has no such script" },
  ],
];

/** What to do for a command: {run}, {serve}, {known}, {skip} or {wrong}, with words. */
export function planFor(command, world) {
  const rule = RULES.find(([pattern]) => pattern.test(command));
  return rule ? rule[1](command, world) : { wrong: "no rule says how to try it" };
}
