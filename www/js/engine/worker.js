// Starts the Worker that trains. Browsers start one from its address only where the page is of the same origin. In a
// sandboxed frame, whose origin is none, and for a lab of another host they take a classic script from memory.

/**
 * A Worker with the script at `address`.
 * @param {string} address
 * @param {string} name what browsers' tools call it
 */
export async function newWorker(address, name, page = globalThis) {
  if (new URL(address).origin === page.origin) return new Worker(address, { type: "module", name });
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The worker's script could not be loaded: the server answered ${answer.status}.`);
  const script = URL.createObjectURL(new Blob([await answer.text()], { type: "text/javascript" }));
  try {
    return new Worker(script, { name });
  } finally {
    setTimeout(() => URL.revokeObjectURL(script), 60_000); // the browser may still be reading it
  }
}
