// Damaged files and hostile messages, made in the page: `hostile` is evaluated there and leaves globalThis.hostile.
// Every one is sure to be refused: a safetensors file has no checksum, so not every changed byte makes another file.

export function hostile() {
  /** @type {any} */ let random;
  /** @type {any} */ let run; // {header, data} of a saved run
  /** @type {any} */ let policy;
  const { mbppo, lab } = /** @type {any} */ (globalThis);

  /** mulberry32: numbers from 0 to 1. */
  const stream = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let word = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count) => Math.floor(random() * count);
  const one = (list) => list[below(list.length)];
  const noise = (count) => Uint8Array.from({ length: count }, () => below(256));
  const letters = (count) => Array.from({ length: count }, () => String.fromCharCode(97 + below(26))).join("");

  function read(bytes) {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    return { header, data: bytes.subarray(8 + length) };
  }
  function written({ header, data }, text = JSON.stringify(header)) {
    const head = new TextEncoder().encode(text);
    const bytes = new Uint8Array(8 + head.length + data.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
    bytes.set(head, 8);
    bytes.set(data, 8 + head.length);
    return bytes;
  }
  const copy = ({ header, data }) => ({ header: structuredClone(header), data: data.slice() });
  const withFacts = (file, change) => {
    const facts = JSON.parse(file.header.__metadata__.mbppo);
    change(facts);
    file.header.__metadata__.mbppo = JSON.stringify(facts);
    return written(file);
  };
  const someArray = ({ header }, of = /./) =>
    one(Object.keys(header).filter((name) => name !== "__metadata__" && of.test(name)));

  /** Ways to damage a file of a run or of a policy. */
  const DAMAGES = {
    cut: (file) => written(file).subarray(0, below(written(file).length)),
    longer: (file) => new Uint8Array([...written(file), ...noise(1 + below(9))]),
    noise: () => noise(below(3000)),
    length: (file) => {
      const bytes = written(file);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(below(2 ** 31)) << BigInt(below(32)), true);
      bytes[7] |= 0x40;
      return bytes;
    },
    control: (file) => {
      const text = JSON.stringify(file.header);
      const at = below(text.length);
      return written(file, `${text.slice(0, at)}\u0001${text.slice(at + 1)}`);
    },
    renamed: (file) => {
      const name = someArray(file);
      file.header[letters(8)] = file.header[name];
      delete file.header[name];
      return written(file);
    },
    missing: (file) => {
      delete file.header[someArray(file)];
      return written(file);
    },
    kind: (file) => {
      const array = file.header[someArray(file, /kernel|bias/)];
      array.dtype = one(["I32", "U32", "F64", "BF16", "none", 7]);
      return written(file);
    },
    shape: (file) => {
      const array = file.header[someArray(file, /kernel|bias/)];
      array.shape = one([
        [],
        [0],
        [2 ** 40, 2 ** 40],
        [-1],
        array.shape.concat(2),
        array.shape.map((size) => size + 1),
      ]);
      return written(file);
    },
    offsets: (file) => {
      file.header[someArray(file)].data_offsets = one([[0, 2 ** 50], [9, 1], [-4, 4], [0], "all"]);
      return written(file);
    },
    nan: (file) => {
      const {
        data_offsets: [from, to],
      } = file.header[someArray(file, /policy.*(kernel|bias)/)];
      const at = from + 4 * below((to - from) / 4);
      const number = one([Number.NaN, Infinity, -Infinity, 1e30]);
      new DataView(file.data.buffer).setFloat32(at, number, true);
      return written(file);
    },
    format: (file) =>
      withFacts(file, (facts) => {
        facts[facts.policy ? "policy" : "format"] = one([0, 9, -1, 1e300, "2", null, [], {}]);
      }),
    task: (file) =>
      withFacts(file, (facts) => {
        facts.task = one(["", "CartPole-v7", "__proto__", letters(3000), 7, null, ["CartPole-v1"]]);
      }),
    setting: (file) =>
      withFacts(file, (facts) => {
        facts.config[one(["gamma", "hidden_size", "num_envs", "algorithm", letters(5)])] = one([
          "",
          "NaN",
          "1e999",
          "-1",
          letters(9),
          5,
        ]);
      }),
    field: (file) =>
      withFacts(file, (facts) => {
        facts[one([letters(6), "constructor", "toString"])] = one([1, {}, null]);
      }),
    deep: (file) => {
      const depth = 200 + below(5000);
      file.header.__metadata__.mbppo = `{"${one(["format", "policy"])}":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      return written(file);
    },
  };

  /** [what was done, what came of it]. */
  async function outcome(what, asked) {
    try {
      await asked();
      return [what, "it was taken"];
    } catch (error) {
      return [what, error.message];
    }
  }
  const nested = (depth) => {
    let value = /** @type {any} */ (0);
    for (let level = 0; level < depth; level += 1) value = random() < 0.5 ? [value] : { value };
    return value;
  };
  const own = (name, value) => JSON.parse(`{"${name}":${JSON.stringify(value)}}`); // also "__proto__"
  const odd = () =>
    one([
      null,
      true,
      -1,
      1.5,
      2 ** 60,
      1e308,
      Number.NaN,
      letters(5),
      "",
      letters(20_000),
      [],
      [1],
      {},
      { toString: 1 },
      { valueOf: null },
      nested(below(800)),
      own("__proto__", { seed: 1 }),
      new Uint8Array(3),
      new Date(0),
      new Map(),
    ]);
  const NAMES = ["seed", "horizon", "task", "preset", "device", "gamma", "physics.gravity"];
  const object = () => one([{}, [1], { toString: 1 }, { valueOf: 1 }, nested(1 + below(800)), own("__proto__", 1)]);
  const notSeed = () => one([-1, 1.5, 2 ** 60, Number.NaN, Infinity, "three", {}, { toString: null }, [-3, 1]]);

  /** Calls that no lab takes: [name, arguments]. */
  const CALLS = [
    () => [
      "step",
      [one([0, -3, 1.5, 1e9, Number.NaN, Infinity, "minute", "5", null, {}, { toString: 1 }, [], nested(500)])],
    ],
    () => ["configure", [one([null, 7, "horizon=5", [], true])]],
    () => ["configure", [own(one(NAMES), object())]],
    () => [
      "configure",
      [own(one(["__proto__", "constructor", "toString", letters(6), "physics.__proto__", "physics.constructor"]), "1")],
    ],
    () => [
      "configure",
      [own(one(["horizon", "gamma", "n_epochs", "task", "preset", "device"]), one([letters(9), "1e999", "NaN", -7.5]))],
    ],
    () => ["reset", [{ seed: notSeed() }]],
    () => [
      "setState",
      [
        one([
          null,
          7,
          "{",
          letters(5000),
          [],
          {},
          { mbppo: 9 },
          { mbppo: { toString: 1 } },
          { mbppo: 1 },
          { mbppo: 1, run: {} },
        ]),
      ],
    ],
    () => [
      "setState",
      [{ mbppo: 1, run: one(["", "task=x"]), checkpoint: one([{}, { toString: 1 }, [], 5, "§", btoa(letters(40))]) }],
    ],
    () => ["openRun", [one([null, 7, "file", [1, 2], {}, { length: 9 }, new Uint16Array(3), new ArrayBuffer(8)])]],
    () => [
      "show",
      [
        one([
          null,
          7,
          "stage",
          { panels: "telescope" },
          { panels: {} },
          { controls: 7 },
          { theme: "pink" },
          { theme: { toString: 1 } },
        ]),
      ],
    ],
  ];
  const RECEIPTS = [
    () => letters(below(4000)),
    () => "[".repeat(below(9000)),
    () => JSON.stringify({ receipt: one([0, 2, -1, "1", null, {}]) }),
    () => JSON.stringify({ receipt: 1, [letters(5)]: odd() }),
    () => `{"receipt":1,"__proto__":${"[".repeat(300)}${"]".repeat(300)}}`,
    () => new TextDecoder().decode(noise(below(900))),
  ];

  Object.assign(globalThis, {
    hostile: {
      async begin(bytes, seed) {
        random = stream(seed);
        run = read(Uint8Array.from(bytes));
        const isPolicy = (name) => /^actor_critic\.policy|^obs_scaling/.test(name);
        const names = Object.keys(run.header)
          .filter(isPolicy)
          .sort((a, b) => run.header[a].data_offsets[0] - run.header[b].data_offsets[0]);
        const [header, pieces] = [{}, []];
        let at = 0;
        for (const name of names) {
          const {
            data_offsets: [from, to],
            ...rest
          } = run.header[name];
          header[name] = { ...rest, data_offsets: [at, at + to - from] };
          pieces.push(...run.data.subarray(from, to));
          at += to - from;
        }
        const { task, program, seed: of, config } = JSON.parse(run.header.__metadata__.mbppo);
        const facts = { policy: 1, program, task, config, seed: of, real_steps: 1, network: [4, 16, 16, 2] };
        policy = {
          header: { __metadata__: { mbppo: JSON.stringify(facts) }, ...header },
          data: Uint8Array.from(pieces),
        };
      },
      async files(count) {
        const results = [];
        for (let done = 0; done < count; done += 1) {
          const what = one(Object.keys(DAMAGES));
          const bytes = DAMAGES[what](copy(done % 3 === 0 ? policy : run));
          results.push(await outcome(what, () => mbppo.openRun(bytes)));
        }
        return results;
      },
      async calls(count) {
        const results = [];
        for (let done = 0; done < count; done += 1) {
          const [name, args] = one(CALLS)();
          results.push(await outcome(name, () => mbppo[name](...args)));
        }
        return results;
      },
      /** In messages to a frame; the frame's own lab rests. */
      async messages(count) {
        const frame = document.createElement("iframe");
        const heard = new Map();
        let ready = () => {};
        const isReady = new Promise((resolve) => (ready = () => resolve(null)));
        addEventListener("message", ({ data }) => {
          if (data?.event === "ready") ready();
          if (data?.mbppo === 1) heard.get(data.id)?.(data);
        });
        frame.src = "embed.html#task=CartPole-v1&preset=ppo&seed=1&device=cpu&autoplay=false&panels=counters";
        document.body.append(frame);
        await isReady;
        const ask = (message) =>
          new Promise((resolve) => {
            heard.set(message.id, resolve);
            frame.contentWindow?.postMessage(message, "*");
          });
        const results = [];
        for (let id = 1; id <= count; id += 1) {
          const [call, args] = one(CALLS)();
          frame.contentWindow?.postMessage(odd(), "*"); // meant for nobody
          const message = one([
            { mbppo: 1, id, call, args },
            { mbppo: one([0, 2, "1", null, {}, { toString: 1 }, nested(300)]), id, call: "play" },
            { mbppo: 1, id, call: one(["fly", "constructor", "__proto__", "then", {}, { toString: 1 }, 7, null]) },
            { mbppo: 1, id, call: "step", args: one([{ 0: 1 }, "phase", 7, { toString: 1 }]) },
            { mbppo: 1, id, call: "get", args: [one(["ready", "constructor", {}, { toString: 1 }, null])] },
          ]);
          const { error } = await ask(message);
          results.push([JSON.stringify(message)?.slice(0, 80), error?.message ?? "it was taken"]);
        }
        frame.remove();
        return results;
      },
      /** Dropped on the lab together. */
      async receipts(count) {
        const dataTransfer = new DataTransfer();
        for (let done = 0; done < count; done += 1) dataTransfer.items.add(new File([one(RECEIPTS)()], `${done}.json`));
        lab
          .querySelector("[data-is=stage]")
          .dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, composed: true, cancelable: true }));
      },
    },
  });
}
