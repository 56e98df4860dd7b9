import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, readSettings, reasons, threadOf, writeSettings } from "../js/params.js";
import { addressWith, pairsOf } from "../js/url.js";
import { SCHEMA } from "./schema.mjs";

const read = (query) => readSettings(pairsOf(`http://host/page/?${query}`), SCHEMA);

test("an empty address gives the defaults and no complaint", () => {
  const { settings, problems } = read("");
  assert.deepEqual(settings, { task: "CartPole-v1", preset: "mb-ppo", seed: null, device: "auto", thread: "worker", speed: "normal", autoplay: true, config: {} });
  assert.deepEqual(problems, []);
});

test("settings survive the way into an address and back", () => {
  const { settings } = read("preset=ppo&seed=0&device=cpu&thread=main&speed=slow&autoplay=false&gamma=.5&curiosity=false&model_target=raw&horizon=7");
  const address = addressWith("http://host/page/?old=1#x", writeSettings(settings, SCHEMA));
  assert.deepEqual(readSettings(pairsOf(address), SCHEMA), { settings, problems: [] });
  assert.equal(settings.seed, 0);
  assert.equal(settings.config.gamma, ".5");
});

test("what is not possible is named with what is allowed, the default holds, the rest still counts", () => {
  const { settings, problems } = read("preset=best&seed=-1&device=gpu&gamma=1.5&colour=red&horizon=5");
  assert.deepEqual(settings, { task: "CartPole-v1", preset: "mb-ppo", seed: null, device: "auto", thread: "worker", speed: "normal", autoplay: true, config: { horizon: "5" } });
  assert.deepEqual(problems, [
    "preset = best is not possible: it must be one of mb-ppo, ppo. It runs with mb-ppo.",
    "seed = -1 is not possible: it must be a whole number from 0 to 4294967295. It runs with a fresh seed.",
    "device = gpu is not possible: it must be one of auto, cpu, webgpu. It runs with auto.",
    "colour = red is left out: there is no parameter of this name. There are task, preset, seed, device, thread, speed, autoplay and the hyperparameters below.",
    "gamma = 1.5 is not possible: it must be a number from 0 to 1. It runs with 0.99.",
  ]);
});

test("a hyperparameter is compared with its preset, not with the table's default", () => {
  assert.deepEqual(read("learning_rate=0.0007&preset=ppo").settings.config, {});
  assert.deepEqual(read("learning_rate=0.001&preset=ppo").settings.config, { learning_rate: "0.001" });
  assert.match(read("preset=ppo&learning_rate=7").problems[0], /It runs with 0\.0007/);
});

test("the hash counts too, and wins", () => {
  assert.deepEqual(readSettings(pairsOf("http://host/?seed=1#seed=2&gamma=0.5"), SCHEMA).settings.seed, 2);
  assert.deepEqual(pairsOf("http://host/#controls"), []);
});

test("names that every object has are not parameters", () => {
  assert.match(read("constructor=1").problems[0], /no parameter of this name/);
});

test("numbers are read as the program reads them", () => {
  const number = { kind: "number", min: 0, max: 1 };
  for (const text of ["0", "1", ".5", "1e-3", "+0.5"]) assert.ok(isAllowed(number, text), text);
  for (const text of ["", "0x1", "one", "NaN", "2", "1e", " "]) assert.ok(!isAllowed(number, text), text);
  assert.ok(!isAllowed({ kind: "count", min: 1, max: 9 }, "1.0"));
});

test("a task stands in the address, brings its own defaults and says why", () => {
  const { settings, problems } = read("task=Pendulum-v1&gamma=0.95&horizon=20");
  assert.deepEqual([settings.task, settings.config, problems], ["Pendulum-v1", { horizon: "20" }, []]);
  assert.deepEqual(writeSettings(settings, SCHEMA), [["task", "Pendulum-v1"], ["horizon", "20"]]);
  assert.deepEqual(reasons(SCHEMA, settings), [
    "Pendulum-v1 is learned with gamma = 0.95. Little is told 20 steps later.",
    "Pendulum-v1 is learned with horizon = 5. It tumbles.",
  ]);
  assert.deepEqual(reasons(SCHEMA, { task: "CartPole-v1", preset: "ppo" }), []);
  assert.match(read("task=Tetris").problems[0], /^task = Tetris is not possible: it must be one of CartPole-v1, Pendulum-v1\. It runs with CartPole-v1\.$/);
});

test("the thread is known before the schema is", () => {
  const asked = (query) => threadOf(pairsOf(`http://host/?${query}`));
  assert.deepEqual(["", "thread=main", "thread=other", "thread=main#thread=worker"].map(asked), ["worker", "main", "worker", "worker"]);
});
