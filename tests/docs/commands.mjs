// Finds the commands that a document shows: fenced blocks of shell, and programs that are named in running text.

const NAMES = "cargo|trunk|wasm-pack|wasm-bindgen|mbppo|node|npm|npx|rustup|scripts/\\w+";
const PROGRAMS = new RegExp(`^((MBPPO|CI|CHROMIUM|WASM)[A-Z_]*=\\S* )*(${NAMES})( |$)`);

/** Blocks of `text`, each {line, lines}: a fenced block of shell as one, every command in running text on its own. */
export function blocksOf(text) {
  const blocks = [];
  let fence = null;
  text.split("\n").forEach((line, at) => {
    const mark = line.match(/^\s*```(\w*)/);
    if (mark && fence) {
      if (fence.language === "sh") blocks.push({ line: fence.line, lines: statements(fence.lines) });
      fence = null;
    } else if (mark) fence = { language: mark[1], line: at + 1, lines: [] };
    else if (fence) fence.lines.push(line);
    else
      for (const [, words] of line.matchAll(/`([^`]+)`/g))
        if (isCommand(words)) blocks.push({ line: at + 1, lines: [words] });
  });
  return blocks;
}

/** `scripts/page` and the like may be named as a file; a pattern such as `mbppo-….wasm` is no command. */
const isCommand = (words) => PROGRAMS.test(words) && !words.includes("…");

/** One statement a line, without comments. */
function statements(lines) {
  return lines
    .join("\n")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#( .*)?$/, "").trim())
    .filter(Boolean);
}

/** The relative links of `text`, without the place in the file. */
export const linksOf = (text) =>
  [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => to).filter((to) => !/^[a-z]+:/.test(to));
