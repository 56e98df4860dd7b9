// A small schema, shaped as the wasm's.
export const SCHEMA = {
  version: "0",
  tasks: [
    { id: "CartPole-v1", goal: "Keep it up.", obs: [], time_limit: 500, solved_return: 475, return_range: [0, 500] },
    {
      id: "Pendulum-v1",
      goal: "Swing it up.",
      obs: [],
      time_limit: 200,
      solved_return: -200,
      return_range: [-1600, -100],
    },
  ],
  tuned: [{ task: "Pendulum-v1", changes: [["gamma", "0.95"]], why: "Little is told 20 steps later." }],
  mazes: {
    "DynaMaze-v0": {
      rows: 6,
      columns: 9,
      walls: [
        [0, 7],
        [1, 2],
      ],
      start: [2, 0],
      goal: [0, 8],
    },
  },
  presets: [
    {
      name: "mb-ppo",
      title: "MB-PPO",
      explanation: "",
      changes: [],
      for_task: [{ task: "Pendulum-v1", changes: [["horizon", "5"]], why: "It tumbles." }],
    },
    { name: "ppo", title: "plain PPO", explanation: "", changes: [["learning_rate", "0.0007"]], for_task: [] },
    { name: "dqn", title: "DQN", explanation: "", changes: [["algorithm", "dqn"]], for_task: [] },
    { name: "td3", title: "TD3", explanation: "", changes: [["algorithm", "td3"]], for_task: [] },
  ],
  metrics: [],
  unsuited: [
    { preset: "dqn", task: "Pendulum-v1", why: "DQN compares choices.", instead: "td3" },
    { preset: "td3", task: "CartPole-v1", why: "TD3 acts in numbers.", instead: "dqn" },
  ],
  devices: { ppo: ["cpu", "webgpu"], dqn: ["cpu"], td3: ["cpu"] },
  hyperparameters: [
    {
      name: "algorithm",
      group: "learner",
      unit: "",
      explanation: "",
      default: "ppo",
      allowed: { kind: "choice", words: ["ppo", "dqn", "td3"] },
    },
    {
      name: "gamma",
      group: "policy",
      unit: "γ",
      explanation: "",
      default: "0.99",
      allowed: { kind: "number", min: 0, max: 1 },
    },
    {
      name: "learning_rate",
      group: "policy",
      unit: "",
      explanation: "",
      default: "0.001",
      allowed: { kind: "number", min: 1e-6, max: 0.1 },
    },
    {
      name: "horizon",
      group: "imagination",
      unit: "H",
      explanation: "",
      default: "20",
      allowed: { kind: "count", min: 1, max: 100 },
    },
    { name: "curiosity", group: "curiosity", unit: "", explanation: "", default: "true", allowed: { kind: "switch" } },
    {
      name: "model_target",
      group: "world model",
      unit: "",
      explanation: "",
      default: "difference",
      allowed: { kind: "choice", words: ["difference", "raw"] },
    },
  ],
};

/** As the program reads a hyperparameter: numbers as it writes them, or what is wrong. */
export function readHyperparameter(name, text) {
  const { kind, min, max, words } = SCHEMA.hyperparameters.find((row) => row.name === name).allowed;
  const number = Number(text);
  const fine =
    kind === "choice"
      ? words.includes(text)
      : kind === "switch"
        ? /^(true|false)$/.test(text)
        : text !== "" && number >= min && number <= max;
  if (fine) return kind === "count" || kind === "number" ? String(number) : text;
  const allowed = words ? `it must be one of ${words.join(", ")}` : `it must be from ${min} to ${max}`;
  throw Object.assign(new Error(`${name} = ${text} is not valid: ${allowed}.`), {
    field: name,
    value: text,
    allowed,
  });
}
