// As much of IndexedDB as the page uses, in memory, with a limit on bytes: a transaction that passes it is undone.

const later = (call) => queueMicrotask(call);

/** A request whose answer comes later. */
function request(work, transaction) {
  const asked = /** @type {any} */ ({});
  if (transaction) transaction.waits += 1;
  later(() => {
    asked.result = work();
    asked.onsuccess?.();
    if (transaction) setImmediate(() => transaction.answered());
  });
  return asked;
}

const clone = (value) => structuredClone(value);
const sizeOf = (stores) =>
  [...stores.values()].flatMap((rows) => [...rows.values()]).reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);

/**
 * @param {{ quota?: number }} [limits]
 * @returns {any}
 */
export function standInDatabase({ quota = Number.POSITIVE_INFINITY } = {}) {
  const limits = { quota };
  let stores = new Map();
  let version = 0;
  const databases = new Set();

  function transactionOf() {
    const before = new Map([...stores].map(([name, rows]) => [name, new Map(rows)]));
    const transaction = /** @type {any} */ ({ waits: 0, error: null });
    transaction.answered = () => {
      transaction.waits -= 1;
      if (transaction.waits > 0) return;
      if (sizeOf(stores) <= limits.quota) return transaction.oncomplete?.();
      stores = before;
      transaction.error = new DOMException("full", "QuotaExceededError");
      transaction.onabort?.();
    };
    transaction.objectStore = (name) => ({
      get: (id) => request(() => clone(stores.get(name).get(id)), transaction),
      getAll: () => request(() => clone([...stores.get(name).values()]), transaction),
      put: (row) => request(() => stores.get(name).set(row.id, clone(row)), transaction),
      delete: (id) => request(() => stores.get(name).delete(id), transaction),
    });
    return transaction;
  }

  function open(_, wanted) {
    const asked = /** @type {any} */ ({});
    later(() => {
      if (wanted < version) {
        asked.error = new DOMException("newer", "VersionError");
        return asked.onerror();
      }
      const database = {
        createObjectStore: (name) => stores.set(name, new Map()),
        transaction: () => {
          if (!databases.has(database)) throw new DOMException("closed", "InvalidStateError");
          return transactionOf();
        },
        close: () => databases.delete(database),
      };
      asked.result = database;
      databases.add(database);
      if (wanted > version) asked.onupgradeneeded();
      version = wanted;
      asked.onsuccess();
    });
    return asked;
  }
  return {
    open,
    limits,
    becomes: (newer) => {
      version = newer;
      for (const database of [...databases]) database.onversionchange();
    },
  };
}
