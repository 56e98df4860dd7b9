// Parses numbers as people type them. Pure.

const DECIMAL_COMMA = /^\s*[+-]?\d*,\d+(e[+-]?\d+)?\s*$/i;
/** "1,500" may be one and a half or fifteen hundred; "0,500" and "1,50" may not. */
const EITHER = /^\s*[+-]?[1-9]\d{0,2},\d{3}\s*$/;

/**
 * {text} with a point where a comma was typed as the decimal mark, or {problem}: a sentence, where it may be either.
 */
export function withPoint(text) {
  if (EITHER.test(text)) {
    const number = text.trim();
    return {
      problem: `${number} could be read in two ways: write ${number.replace(",", ".")} or ${number.replace(",", "")}.`,
    };
  }
  return { text: (DECIMAL_COMMA.test(text) ? text.replace(",", ".") : text).trim() };
}
