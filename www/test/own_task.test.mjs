// Tasks that a visitor has written: where they may come from, and what the page and the program are given of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTasks, addressOf, isModule, moduleOf, programTask } from "../js/engine/task.js";
import { ownPicture } from "../js/stage/own.js";

const PAGE = "https://host.example/lab/index.html";
const FACTS = { id: "walk", goal: "Walk.", obs: [{ name: "place", unit: "m", low: -1, high: 1 }] };
const SOURCE = "export default class Walk {}; export const draw = () => 7;";
const MODULE = `data:text/javascript,${encodeURIComponent(SOURCE)}#.js`;

test("a module is told from an id, and only this page's own host gives one", () => {
  const tasks = ["CartPole-v1", "tasks/walk.js", "./walk.mjs", () => {}];
  assert.deepEqual(tasks.map(isModule), [false, true, true, false]);
  assert.equal(addressOf("tasks/walk.js", PAGE), "https://host.example/lab/tasks/walk.js");
  assert.throws(() => addressOf("https://a.example/walk.js", PAGE), {
    message: "task = https://a.example/walk.js is not valid: a module with a task must come from this page's own host.",
    field: "task",
  });
});

test("of a module its default export makes the task, and what has none is named", async () => {
  const { make, draw } = await moduleOf(MODULE);
  assert.deepEqual([make.name, draw()], ["Walk", 7]);
  assert.equal((await programTask(MODULE)).name, "Walk");
  assert.equal(await programTask("CartPole-v1"), "CartPole-v1");
  await assert.rejects(moduleOf("data:text/javascript,export default 3#.js"), /its default export must be a class/);
  await assert.rejects(moduleOf("file:///nowhere/walk.js"), /The task at \/nowhere\/walk\.js could not be loaded: /);
});

test("an engine that is in a worker is given an address, and no function", async () => {
  const seen = [];
  const tasks = (thread) =>
    createTasks({
      describe: (make) => {
        seen.push(make);
        return FACTS;
      },
      base: () => PAGE,
      shared: () => thread === "main",
    });
  const walk = () => ({});
  await assert.rejects(tasks("worker").add(walk), /A worker takes no function: give the address of a module/);
  await assert.rejects(
    tasks("main").add({ name: "walk" }),
    /A task is the address of a module, or a class or function/,
  );
  const shared = tasks("main");
  assert.deepEqual(await shared.add(walk), { ...FACTS, draw: null });
  assert.deepEqual([shared.here("walk"), shared.wish("walk"), seen], [walk, walk, [walk]]);
  assert.deepEqual([shared.here("CartPole-v1"), shared.wish("CartPole-v1")], ["CartPole-v1", "CartPole-v1"]);
});

test("a task's own drawing gets a box and an observation; what it throws is told and stops nothing", () => {
  const [calls, failures] = [[], []];
  const draw = (context, box, obs, look) => {
    calls.push([box, obs, look]);
    if (obs[0] > 1) throw new Error("too far");
  };
  const picture = ownPicture(draw, FACTS.obs[0], (error) => failures.push(error.message));
  const context = { saved: 0, save: () => (context.saved += 1), restore: () => (context.saved -= 1) };
  const eye = picture.camera({ left: 10, width: 300, top: 20, bottom: 120 });
  const theme = { ink: "black", imagined: "blue" };
  picture.drawReal(context, eye, { obs: picture.STILL }, theme);
  picture.drawReal(context, eye, { obs: [0.5] }, theme);
  picture.drawImagined(context, eye, [2], theme, 0.3);
  assert.deepEqual(calls, [
    [{ left: 10, top: 20, width: 280, height: 100 }, [0.5], { colour: "black", alpha: 1, imagined: false }],
    [{ left: 10, top: 20, width: 280, height: 100 }, [2], { colour: "blue", alpha: 0.3, imagined: true }],
  ]);
  assert.deepEqual([failures, context.saved], [["too far"], 0]);
  assert.deepEqual([picture.STRIP.label, picture.STRIP.of([0.5])], ["place, m", 0.5]);
});
