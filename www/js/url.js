// Pairs of names and texts ⇄ an address. Pure.

/** All pairs in an address: those of the query first, then those of the hash, which win where both have a name. */
export function pairsOf(address) {
  const url = new URL(address);
  const hash = url.hash.slice(1);
  return [...url.searchParams, ...(hash.includes("=") ? new URLSearchParams(hash) : [])];
}

/** The same page with these pairs, in the query. */
export function addressWith(address, pairs) {
  const url = new URL(address);
  url.search = new URLSearchParams(pairs).toString();
  url.hash = "";
  return url.href;
}
