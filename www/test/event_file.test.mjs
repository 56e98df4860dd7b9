// Event files of TensorBoard, read back by a reader of its own and, where it can be had, by TensorBoard itself.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { crc32c } from "../js/event_file.js";
import { asCsv, asJsonLines, METRIC_FILES } from "../js/metric_files.js";

const NOW = 1_790_000_000_250;
const point = (real_steps, value) => ({ real_steps, value });
const CURVES = {
  episode_returns: [point(22, 22), point(300.5, 19)],
  evaluations: [point(0, 9.5), point(70_000, 500)],
  metrics: { "train/value_loss": [point(128, 0.1), point(2 ** 33, -1e-30)], "größe/ε": [point(5, 1e30)] },
};

/** CRC-32C bit by bit, as its definition has it. */
function plainCrc(bytes) {
  let sum = 0xffffffffn;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1n ? (sum >> 1n) ^ 0x82f63b78n : sum >> 1n;
  }
  return sum ^ 0xffffffffn;
}
const masked = (sum) => (((sum >> 15n) | (sum << 17n)) + 0xa282ead8n) & 0xffffffffn;

/** All records of a file; throws where a sum or a length is wrong. */
function records(file) {
  const found = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(data.length, length);
    assert.equal(BigInt(file.readUInt32LE(at + 8)), masked(plainCrc(file.subarray(at, at + 8))), "sum of the length");
    assert.equal(BigInt(file.readUInt32LE(at + 12 + length)), masked(plainCrc(data)), "sum of the data");
    found.push(data);
    at += 16 + length;
  }
  return found;
}

/** A message of protocol buffers: {field: value}, where a value is a bigint, or bytes. */
function message(bytes) {
  const fields = {};
  let at = 0;
  const varint = () => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const kind = key & 7;
    if (kind === 0) fields[key >> 3] = varint();
    else {
      const size = kind === 1 ? 8 : kind === 5 ? 4 : Number(varint());
      fields[key >> 3] = bytes.subarray(at, (at += size));
    }
  }
  return fields;
}

const file = () => {
  const { name, content } = METRIC_FILES.tensorboard(CURVES, NOW);
  return { name, bytes: Buffer.from(content) };
};
const EXPECTED = [
  ["eval/mean_reward", 0, 9.5],
  ["größe/ε", 5, Math.fround(1e30)],
  ["rollout/ep_rew", 22, 22],
  ["train/value_loss", 128, Math.fround(0.1)],
  ["rollout/ep_rew", 301, 19],
  ["eval/mean_reward", 70_000, 500],
  ["train/value_loss", 2 ** 33, Math.fround(-1e-30)],
];

test("CRC-32C is that of its check value", () => {
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});

test("an event file holds every point in the order of steps", () => {
  const { name, bytes } = file();
  assert.equal(name, "events.out.tfevents.1790000000.mbppo");
  const [first, ...events] = records(bytes).map(message);
  assert.equal(first[3].toString(), "brain.Event:2");
  const read = events.map((event) => {
    assert.equal(event[1].readDoubleLE(), NOW / 1000);
    const value = message(message(event[5])[1]);
    return [value[1].toString(), Number(event[2]), value[2].readFloatLE()];
  });
  assert.deepEqual(read, EXPECTED);
});

const PROGRAM = `
import sys, json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
print(json.dumps([[tag, e.step, e.value] for tag in events.Tags()["scalars"] for e in events.Scalars(tag)]))
`;
const python = process.env.MBPPO_PYTHON ?? "python3";
const hasTensorBoard = spawnSync(python, ["-c", "import tensorboard"]).status === 0;
const why = `${python} has no tensorboard: pip install tensorboard, or name one that has it in MBPPO_PYTHON`;

test("TensorBoard reads the same points", { skip: hasTensorBoard ? false : why }, () => {
  const folder = mkdtempSync(join(tmpdir(), "mbppo-events-"));
  try {
    const { name, bytes } = file();
    writeFileSync(join(folder, name), bytes);
    const { stdout, stderr, status } = spawnSync(python, ["-c", PROGRAM, folder], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const sorted = (rows) => rows.map((row) => JSON.stringify(row)).sort();
    assert.deepEqual(sorted(JSON.parse(stdout)), sorted(EXPECTED));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("CSV and JSON Lines hold the same points", () => {
  const [head, ...rows] = asCsv(CURVES).trimEnd().split("\n");
  assert.equal(head, "metric,real_steps,value");
  const objects = asJsonLines(CURVES)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(objects[0], { metric: "rollout/ep_rew", real_steps: 22, value: 22 });
  assert.deepEqual(
    rows,
    objects.map(({ metric, real_steps: steps, value }) => `${metric},${steps},${value}`),
  );
  assert.equal(objects.length, EXPECTED.length);
});
