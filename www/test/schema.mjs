// A small schema, shaped as the wasm's.
export const SCHEMA = {
  version: "0",
  tasks: [{ id: "CartPole-v1", goal: "Keep it up.", obs: [], solved_return: 475, return_range: [0, 500] }],
  presets: [
    { name: "mb-ppo", title: "MB-PPO", explanation: "", changes: [] },
    { name: "ppo", title: "plain PPO", explanation: "", changes: [["learning_rate", "0.0007"]] },
  ],
  metrics: [],
  hyperparameters: [
    { name: "gamma", group: "policy", unit: "γ", explanation: "", default: "0.99", allowed: { kind: "number", min: 0, max: 1 } },
    { name: "learning_rate", group: "policy", unit: "", explanation: "", default: "0.001", allowed: { kind: "number", min: 1e-6, max: 0.1 } },
    { name: "horizon", group: "imagination", unit: "H", explanation: "", default: "20", allowed: { kind: "count", min: 1, max: 100 } },
    { name: "curiosity", group: "curiosity", unit: "", explanation: "", default: "true", allowed: { kind: "switch" } },
    { name: "model_target", group: "world model", unit: "", explanation: "", default: "difference", allowed: { kind: "choice", words: ["difference", "raw"] } },
  ],
};
