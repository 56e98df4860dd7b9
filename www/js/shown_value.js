// Any value as a few words of a sentence, whatever it is: what comes in a message may have no text of its own. Pure.

const LONGEST = 60;

/** A text as it is, shortened; of an object only what it is. */
export function shownValue(/** @type {any} */ value) {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  const text = isObject ? Object.prototype.toString.call(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
