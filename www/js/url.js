// Pairs of names and texts ⇄ an address. Pure.

/** Longer ones go into the hash, which no server is sent: some refuse a query of more than this. */
const LONG = 2000;

/** All pairs in an address: those of the query first, then those of the hash, which win where both have a name. */
export function pairsOf(address) {
  const url = new URL(address);
  const hash = url.hash.slice(1);
  return [...url.searchParams, ...(hash.includes("=") ? new URLSearchParams(hash) : [])];
}

/** The same page with these pairs, in the query. */
export function addressWith(address, pairs) {
  const url = new URL(address);
  // These two may stand in an address as they are, and are easier to read so.
  const text = new URLSearchParams(pairs).toString().replaceAll("%40", "@").replaceAll("%3B", ";");
  [url.search, url.hash] = text.length > LONG ? ["", text] : [text, ""];
  return url.href;
}

/** The same page without any. */
export const bareAddress = (address) => addressWith(address, []);
