// What a lab begins with: the run that was there before the page was reloaded, a saved one that its address names, or a
// new one.
import { fetchRun, openRun } from "../saved_run.js";

/** The name in an address of a saved run. */
const RUN = "run";
/** The saved run that pairs of an address name, or null. */
const runOf = (pairs) => pairs.findLast(([name]) => name === RUN)?.[1].trim() ?? null;
export const withoutRun = (pairs) => pairs.filter(([name]) => name !== RUN);

/**
 * Begins; gives sentences to be said. `parts`: {store, engines, commands, keeper}; `asked`: the pairs of the address;
 * `settings`: what they say. Throws if not even a new run can begin.
 */
export async function beginFirst({ run, parts, asked, settings, playing }) {
  const { isThere, said } = await resumed(parts, { playing, thread: settings.thread });
  if (isThere) return said;
  const file = runOf(asked);
  await run.startForgiving(settings, { playing: playing && file === null });
  return file === null ? said : [...said, ...(await openFile(parts, file, playing))];
}

/** Goes on with what this tab showed: {isThere, said}. */
async function resumed({ keeper }, wish) {
  try {
    const record = await keeper?.resume(wish);
    if (!record) return { isThere: false, said: [] };
    const where = `from iteration ${record.iteration}, as it was kept before the page was reloaded`;
    return { isThere: true, said: [`This run goes on ${where}. Restart begins anew.`] };
  } catch (error) {
    return {
      isThere: false,
      said: [`The kept run did not open: ${error.message} It is still kept; a new one has begun.`],
    };
  }
}

/** Opens the saved run that the address names: what to say where that fails; then its settings begin anew. */
async function openFile(parts, file, playing) {
  try {
    await openRun(parts, await fetchRun(file, document.baseURI), { playing });
    return [];
  } catch (error) {
    if (playing) parts.commands.play();
    return [`${error.message} A new run has begun instead.`];
  }
}
