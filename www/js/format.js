// Formats numbers for people.

const grouped = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** 640 · 12,300 · 1.23 million: never seven digits. */
export function count(value) {
  if (value < 999_999.5) return grouped.format(value);
  return `${(value / 1e6).toFixed(2)} million`;
}

/** "1 real step", "2 real steps". */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${Math.round(value) === 1 ? one : many}`;
}

/** 63 % */
export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** A metric's value, three digits that matter: 0.0123 · 187 · 12,300 · 1.2e-7. */
export function value(number) {
  if (number === undefined || number === null || Number.isNaN(number)) return "–";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  const size = Math.abs(number);
  const text =
    size >= 1000
      ? count(size)
      : size === 0
        ? "0"
        : size < 0.0001
          ? size.toExponential(1)
          : Number.isInteger(number)
            ? String(size)
            : String(Number(size.toPrecision(3)));
  return number < 0 ? `−${text}` : text;
}

/** 12.3 MB */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
