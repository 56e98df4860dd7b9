// Bytes ⇄ base64, for files that have to travel as text. Pure.

const PIECE = 0x8000; // a call can take so many arguments

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let letters = "";
  for (let from = 0; from < bytes.length; from += PIECE)
    letters += String.fromCharCode(...bytes.subarray(from, from + PIECE));
  return btoa(letters);
}

/** The bytes; throws where the text is none of base64. @param {string} text */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
