#!/usr/bin/env node
// mbppo verify FILE…: runs again what receipts claim, in Node.js, with the program that the page has.
import { readFile } from "node:fs/promises";
import { verifyReceipt, version } from "./index.js";

const USAGE = `mbppo ${version}
Usage: mbppo verify FILE…   runs again what receipts claim, and says whether every bit agrees

Exit status: 0 every bit agrees, 1 something does not or cannot be verified, 2 invalid arguments.`;

const SENTENCES = {
  agrees: ({ words }) => `every bit agrees (${words}).`,
  differs: ({ words, differences }) => `it does not agree (${words}): ${differences.join("; ")}.`,
  undecided: ({ words, reason }) => `it cannot be verified here (${words}): ${reason}.`,
};

async function verify(files) {
  let disagreed = 0;
  for (const file of files) {
    try {
      const result = await verifyReceipt(await readFile(file, "utf8"));
      if (result.verdict !== "agrees") disagreed += 1;
      console.log(`${file}: ${SENTENCES[result.verdict](result)}`);
    } catch (error) {
      disagreed += 1;
      console.error(`mbppo: ${file}: ${error.message}`);
    }
  }
  if (disagreed > 0) console.error(`mbppo: ${disagreed} of ${files.length} could not be verified.`);
  return disagreed > 0 ? 1 : 0;
}

const [command, ...files] = process.argv.slice(2);
if (["--help", "-h", "help"].includes(command)) console.log(USAGE);
else if (["--version", "-V"].includes(command)) console.log(`mbppo ${version}`);
else if (command === "verify" && files.length > 0) process.exitCode = await verify(files);
else {
  console.error(command === "verify" ? `mbppo: no file.\n${USAGE}` : `mbppo: ${command ?? "no command"}?\n${USAGE}`);
  process.exitCode = 2;
}
