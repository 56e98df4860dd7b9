// What a lab begins with: the run that was there before the page was reloaded, a saved one that its address names, or a
// new one.
import { EngineError } from "../engine/protocol.js";
import { fetchRun, openRun } from "../saved_run.js";

/** What an address can hold besides settings: where a saved run lies, or a policy as a text. */
const SAVED = { run: "run", policy: "policy" };
const found = (pairs, name) => pairs.findLast(([each]) => each === name)?.[1].trim() ?? null;
export const withoutRun = (pairs) => pairs.filter(([name]) => !Object.hasOwn(SAVED, name));

/**
 * Begins; gives sentences to be said. `parts`: {store, engines, commands, keeper}; `asked`: the pairs of the address;
 * `settings`: what they say. Throws if not even a new run can begin.
 */
export async function beginFirst({ run, parts, asked, settings, playing }) {
  const { isThere, said } = await resumed(parts, { playing, thread: settings.thread });
  if (isThere) return said;
  const [file, policy] = [found(asked, SAVED.run), found(asked, SAVED.policy)];
  const isSaved = file !== null || policy !== null;
  await run.startForgiving(settings, { playing: playing && !isSaved });
  return isSaved ? [...said, ...(await openSaved(parts, { file, policy }, playing))] : said;
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

/** Opens what the address holds or names: what to say where that fails; then its settings begin anew. */
async function openSaved(parts, { file, policy }, playing) {
  const { engines, store } = parts;
  try {
    if (file !== null && policy !== null)
      throw new EngineError("run and policy are both in the address: it can have one of them.");
    const bytes =
      file === null ? await engines.policyOfText(policy, store.get().settings) : await fetchRun(file, document.baseURI);
    await openRun(parts, bytes, { playing });
    return [];
  } catch (error) {
    if (playing) parts.commands.play();
    return [`${error.message} A new run has begun instead.`];
  }
}
