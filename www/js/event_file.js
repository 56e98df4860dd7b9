// An event file of TensorBoard: each point of each curve is an event with a scalar. Pure.
//
// A file is a row of TFRecords: length [8 bytes], masked CRC-32C of those [4], data, masked CRC-32C of the data [4],
// all little-endian. The data of each are an Event of protocol buffers:
//   Event { 1: double wall_time, 2: int64 step, 3: string file_version, 5: Summary }
//   Summary { repeated 1: Value { 1: string tag, 2: float simple_value } }

const POLYNOMIAL = 0x82f63b78; // of Castagnoli, bits reversed
const MASK = 0xa282ead8;
const VERSION = "brain.Event:2";

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
  return sum;
});

/** CRC-32C of bytes. @param {Uint8Array} bytes */
export function crc32c(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 0xff];
  return (sum ^ 0xffffffff) >>> 0;
}

/** As TFRecords hold it: a sum that stands beside sums of its own kind is rotated and moved. */
const masked = (sum) => ((((sum >>> 15) | (sum << 17)) >>> 0) + MASK) >>> 0;

/**
 * @param {Record<string, { real_steps: number, value: number }[]>} curves by the name of the metric
 * @param {number} wallTime seconds since 1970, of all events: a curve knows steps and no time
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function eventFile(curves, wallTime) {
  const points = Object.entries(curves).flatMap(([tag, curve]) =>
    curve.map(({ real_steps: steps, value }) => ({ tag, step: Math.round(steps), value })),
  );
  points.sort((one, other) => one.step - other.step); // TensorBoard takes a step back for a restart
  const events = [
    [...number(1, float64(wallTime)), ...text(3, VERSION)],
    ...points.map(({ tag, step, value }) => [
      ...number(1, float64(wallTime)),
      ...varint((2 << 3) | 0),
      ...varint(step),
      ...nested(5, nested(1, [...text(1, tag), ...varint((2 << 3) | 5), ...float32(value)])),
    ]),
  ];
  return joined(events.map(record));
}

function record(event) {
  const data = Uint8Array.from(event);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return joined([length, uint32(masked(crc32c(length))), data, uint32(masked(crc32c(data)))]);
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A whole number that is not negative, seven bits a byte. */
function varint(value) {
  const bytes = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  return [...bytes, left];
}

const nested = (field, bytes) => [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
const text = (field, letters) => nested(field, [...new TextEncoder().encode(letters)]);
const number = (field, bytes) => [...varint((field << 3) | 1), ...bytes];
const bytesOf = (size, write) => {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
};
const float64 = (value) => bytesOf(8, (view) => view.setFloat64(0, value, true));
const float32 = (value) => bytesOf(4, (view) => view.setFloat32(0, value, true));
const uint32 = (value) => bytesOf(4, (view) => view.setUint32(0, value, true));
