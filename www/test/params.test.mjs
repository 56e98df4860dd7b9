import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inTensors,
  kernelsOf,
  plansOf,
  programOf,
  readSettings,
  reasons,
  threadOf,
  writeSettings,
} from "../js/params.js";
import { readable } from "../js/panels/notes.js";
import { addressWith, pairsOf } from "../js/url.js";
import { readHyperparameter, SCHEMA } from "./schema.mjs";

const read = (query) => readSettings(pairsOf(`http://host/page/?${query}`), SCHEMA, readHyperparameter);

test("an empty address gives the defaults and no complaint", () => {
  const { settings, problems } = read("");
  assert.deepEqual(settings, {
    task: "CartPole-v1",
    preset: "mb-ppo",
    seed: null,
    device: "auto",
    thread: "worker",
    speed: "normal",
    autoplay: true,
    config: {},
    physics: {},
  });
  assert.deepEqual(problems, []);
});

test("settings survive the way into an address and back", () => {
  const { settings } = read(
    "preset=ppo&seed=0&device=cpu&thread=main&speed=slow&autoplay=false&gamma=.5" +
      "&curiosity=false&model_target=raw&horizon=7",
  );
  const address = addressWith("http://host/page/?old=1#x", writeSettings(settings, SCHEMA));
  const again = readSettings(pairsOf(address), SCHEMA, readHyperparameter);
  assert.deepEqual([again.settings, again.problems], [settings, []]);
  assert.equal(settings.seed, 0);
  assert.equal(settings.config.gamma, "0.5", "as the program writes it");
});

test("what is not valid is named with what is allowed, the default holds, the rest still counts", () => {
  const { settings, problems } = read("preset=best&seed=-1&device=gpu&gamma=1.5&colour=red&horizon=5");
  assert.deepEqual(settings, {
    task: "CartPole-v1",
    preset: "mb-ppo",
    seed: null,
    device: "auto",
    thread: "worker",
    speed: "normal",
    autoplay: true,
    config: { horizon: "5" },
    physics: {},
  });
  assert.deepEqual(problems, [
    "preset = best is not valid: it must be one of mb-ppo, ppo, dqn, td3. It runs with mb-ppo.",
    "seed = -1 is not valid: it must be a whole number from 0 to 4294967295. It runs with a fresh seed.",
    "device = gpu is not valid: it must be one of auto, cpu, webgpu. It runs with auto.",
    "colour = red was ignored: there is no parameter of this name. The names are task, preset, seed, device, " +
      "thread, speed, autoplay, physics.NAME and the hyperparameters below.",
    "gamma = 1.5 is not valid: it must be from 0 to 1. It runs with 0.99.",
  ]);
});

test("a hyperparameter is compared with its preset, not with the table's default", () => {
  assert.deepEqual(read("learning_rate=0.0007&preset=ppo").settings.config, {});
  assert.deepEqual(read("learning_rate=0.001&preset=ppo").settings.config, { learning_rate: "0.001" });
  assert.match(read("preset=ppo&learning_rate=7").problems[0], /It runs with 0\.0007/);
});

test("the hash counts too, and wins", () => {
  assert.deepEqual(
    readSettings(pairsOf("http://host/?seed=1#seed=2&gamma=0.5"), SCHEMA, readHyperparameter).settings.seed,
    2,
  );
  assert.deepEqual(pairsOf("http://host/#controls"), []);
});

test("names that every object has are not parameters", () => {
  assert.match(read("constructor=1").problems[0], /no parameter of this name/);
});

test("a task stands in the address, brings its own defaults and says why", () => {
  const { settings, problems } = read("task=Pendulum-v1&gamma=0.95&horizon=20");
  assert.deepEqual([settings.task, settings.config, problems], ["Pendulum-v1", { horizon: "20" }, []]);
  assert.deepEqual(writeSettings(settings, SCHEMA), [
    ["task", "Pendulum-v1"],
    ["horizon", "20"],
  ]);
  assert.deepEqual(reasons(SCHEMA, settings), [
    "Pendulum-v1 is learned with gamma = 0.95. Little is told 20 steps later.",
    "Pendulum-v1 is learned with horizon = 5. It tumbles.",
  ]);
  assert.deepEqual(reasons(SCHEMA, { task: "CartPole-v1", preset: "ppo" }), []);
  assert.match(
    read("task=Tetris").problems[0],
    /^task = Tetris is not valid: it must be one of CartPole-v1, Pendulum-v1\. It runs with CartPole-v1\.$/,
  );
});

test("the thread is known before the schema is", () => {
  const asked = (query) => threadOf(pairsOf(`http://host/?${query}`));
  assert.deepEqual(["", "thread=main", "thread=other", "thread=main#thread=worker"].map(asked), [
    "worker",
    "main",
    "worker",
    "worker",
  ]);
});

test("a learner that cannot learn the task: named values stay, the nearest that works replaces the rest", () => {
  const alone = read("preset=td3&seed=1");
  assert.deepEqual(
    [alone.settings.preset, alone.settings.task, alone.problems],
    ["td3", "Pendulum-v1", ["TD3 acts in numbers. TD3 runs on Pendulum-v1 instead."]],
  );
  const both = read("preset=dqn&task=Pendulum-v1&gamma=0.9");
  assert.deepEqual(
    [both.settings.preset, both.settings.task, both.settings.config],
    ["td3", "Pendulum-v1", { gamma: "0.9" }],
  );
  assert.deepEqual(both.problems, ["DQN compares choices. TD3 learns it instead."]);
});

test("physics stand in the address with their ticks, readable, and come back", () => {
  const { settings, problems } = read("physics.gravity=20;9.8@150&physics.wind=-0.5");
  assert.deepEqual([settings.physics, problems], [{ gravity: "20;9.8@150", wind: "-0.5" }, []]);
  const address = addressWith("http://host/page/", writeSettings(settings, SCHEMA));
  assert.equal(address, "http://host/page/?physics.gravity=20;9.8@150&physics.wind=-0.5");
  assert.deepEqual(readSettings(pairsOf(address), SCHEMA, readHyperparameter).settings, settings);
  assert.deepEqual(
    plansOf([
      { name: "gravity", changes: "20@7" },
      { name: "wind", changes: "" },
    ]),
    { gravity: "20@7" },
  );
  const long = { ...settings, physics: { gravity: Array.from({ length: 600 }, (_, i) => `${i % 20}@${i}`).join(";") } };
  const far = addressWith("http://host/page/", writeSettings(long, SCHEMA));
  assert.equal(new URL(far).search, "", "no server is sent so much");
  assert.deepEqual(readSettings(pairsOf(far), SCHEMA, readHyperparameter).settings, long);
});

test("strange addresses end in settings and sentences of a bearable length", () => {
  for (const query of [
    "gamma=",
    "gamma=%E0%A4%A",
    "=",
    "&&&",
    "seed=1e9",
    "seed=99999999999999999999",
    "gamma=0.9&gamma=0.8",
    "g%C3%A4mma=1",
    `${"x".repeat(5000)}=1`,
    `gamma=${"9".repeat(5000)}`,
    "physics.=1",
    "__proto__=1",
    "config=1",
    "gamma=NaN",
    "gamma=Infinity",
    "autoplay=yes",
    "physics.constructor=1",
  ]) {
    const { settings, problems } = read(query);
    assert.equal(settings.task, "CartPole-v1", query);
    for (const problem of problems) assert.ok(readable(problem).length < 400, query);
  }
  assert.equal(read("gamma=0.9&gamma=0.8").settings.config.gamma, "0.8", "the last one counts");
  assert.equal({}.polluted, undefined);
});

test("the schema says where a learner can compute", () => {
  assert.deepEqual(kernelsOf(SCHEMA, read("preset=dqn").settings), { algorithm: "dqn", devices: ["cpu"] });
  assert.deepEqual(kernelsOf(SCHEMA, read("preset=mb-ppo").settings).devices, ["cpu", "webgpu"]);
  assert.deepEqual(kernelsOf(SCHEMA, read("preset=ppo&algorithm=dqn").settings).devices, ["cpu"]);
});

test("what only a program with tensors can compute is known by its row, also where the preset says it", () => {
  const words = { kind: "choice", words: ["perceptrons", "gru"], in_tensors: ["gru"] };
  const row = { ...SCHEMA.hyperparameters[0], name: "model", default: "perceptrons", allowed: words };
  const schema = { ...SCHEMA, hyperparameters: [...SCHEMA.hyperparameters, row] };
  const plain = read("").settings;
  const chosen = { ...plain, config: { model: "gru" } };
  assert.deepEqual([programOf(schema, plain), programOf(schema, chosen)], ["cpu", "tensors"]);
  assert.deepEqual(inTensors(schema, chosen), ["model", "gru"]);
  assert.deepEqual(kernelsOf(schema, chosen), { algorithm: "model=gru", devices: ["cpu"] });
  const presets = schema.presets.map((preset) => ({ ...preset, changes: [["model", "gru"]] }));
  assert.equal(programOf({ ...schema, presets }, plain), "tensors");
  const back = { ...plain, config: { model: "perceptrons" } };
  assert.equal(programOf({ ...schema, presets }, back), "cpu");
});
