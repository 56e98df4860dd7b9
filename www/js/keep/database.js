// Kept runs in the browser's own database: what a list shows of each, and beside it the file. Whatever the browser
// refuses becomes a sentence.

const NAME = "mbppo";
/** The version of what is stored: a page that finds a newer one leaves it alone. */
export const VERSION = 1;
const [RECORDS, FILES] = ["records", "files"];

/** What to say where the browser refuses, by the name of its error. */
const SENTENCES = {
  QuotaExceededError:
    "The browser has no more room: the latest state of this run is not kept. Delete kept runs, or save it as a file.",
  SecurityError: "Runs are not kept: the browser allows no storage here, as in a private window or a sandboxed frame.",
  InvalidStateError:
    "Runs are not kept: the browser's storage is closed, as in a private window or after its data were cleared.",
  VersionError:
    "Runs are kept here by a newer version of this page, and this one leaves them alone. Reload it for the newer.",
};
const REPLACED = "A newer version of this page is open in another tab: this one keeps nothing any more. Reload it.";
const BLOCKED = "Runs are not kept until other tabs with an older version of this page are closed.";
const CLOSED =
  "The browser has closed its storage: nothing is kept any more. Reload the page, or save the run as a file.";

/** Why something is not kept, as a sentence. */
export const whyNot = (error) =>
  SENTENCES[error?.name] ?? `Runs are not kept: the browser's storage answers “${error?.message ?? error}”.`;

/** What a request gives. */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Resolves once everything that was written is stored; else nothing of it is. */
const stored = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error ?? new Error("it was interrupted"));
  });

/**
 * The database. `factory()`: the browser's indexedDB, which may throw; `said(sentence, ends)` hears what is in its way.
 * Rejects with the browser's error.
 * @param {{ factory: () => IDBFactory, said: (sentence: string, ends: boolean) => void }} world
 */
export async function openDatabase({ factory, said }) {
  const request = factory().open(NAME, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(RECORDS, { keyPath: "id" });
    request.result.createObjectStore(FILES, { keyPath: "id" });
  };
  request.onblocked = () => said(BLOCKED, false);
  const database = await answer(request);
  database.onversionchange = () => {
    database.close();
    said(REPLACED, true);
  };
  database.onclose = () => said(CLOSED, true);

  /** Does `work(records, files)` in one transaction: all of it or nothing. */
  async function within(mode, work) {
    const transaction = database.transaction([RECORDS, FILES], mode);
    const done = stored(transaction);
    done.catch(() => {}); // whoever waits for `work` hears it first
    const result = await work(transaction.objectStore(RECORDS), transaction.objectStore(FILES));
    await done;
    return result;
  }

  return {
    /** What a list shows of every run, the one that began last first. */
    all: () =>
      within("readonly", async (records) =>
        (await answer(records.getAll())).sort((one, other) => other.began - one.began),
      ),
    /**
     * Stores a run, or its next state. False, and nothing is stored, if another tab has taken it over since, or what is
     * kept is further. A name that was given to it stays.
     */
    write: (record, bytes) =>
      within("readwrite", async (records, files) => {
        const before = await answer(records.get(record.id));
        if (before && (before.writer !== record.writer || before.iteration > record.iteration)) return false;
        const { name, isNamed, began } = before ?? record;
        records.put({ ...record, began, ...(isNamed ? { name, isNamed } : {}) });
        files.put({ id: record.id, bytes });
        return true;
      }),
    /** A run with its file, {record, bytes}, for `writer` to go on with; null if there is none of this id. */
    take: (id, writer) =>
      within("readwrite", async (records, files) => {
        const [before, file] = [await answer(records.get(id)), await answer(files.get(id))];
        if (!before || !file) return null;
        const record = { ...before, writer };
        records.put(record);
        return { record, bytes: file.bytes };
      }),
    /** A run with its file, as it is. */
    read: (id) =>
      within("readonly", async (records, files) => {
        const [record, file] = [await answer(records.get(id)), await answer(files.get(id))];
        return record && file ? { record, bytes: file.bytes } : null;
      }),
    rename: (id, name) =>
      within("readwrite", async (records) => {
        const before = await answer(records.get(id));
        if (before) records.put({ ...before, name, isNamed: true });
      }),
    /** Stores a run as it is: one that was deleted, or a duplicate. */
    restore: ({ record, bytes }) =>
      within("readwrite", async (records, files) => {
        records.put(record);
        files.put({ id: record.id, bytes });
      }),
    remove: (id) =>
      within("readwrite", async (records, files) => {
        records.delete(id);
        files.delete(id);
      }),
    close: () => database.close(),
  };
}
