import assert from "node:assert/strict";
import { test } from "node:test";
import { isMeant } from "../js/panels/keys.js";
import { withPoint } from "../js/typed.js";

test("a decimal comma is read as people mean it, and said where it may mean two things", () => {
  for (const [typed, read] of [
    ["0,98", "0.98"],
    [" ,5 ", ".5"],
    ["-1,25", "-1.25"],
    ["1,5e-3", "1.5e-3"],
    ["0,125", "0.125"],
    ["0.98", "0.98"],
    ["20000", "20000"],
    ["1,2,3", "1,2,3"],
    ["a,b", "a,b"],
  ]) {
    assert.deepEqual(withPoint(typed), { text: read }, typed);
  }
  assert.deepEqual(withPoint("1,500"), { problem: "1,500 could be read in two ways: write 1.500 or 1500." });
  assert.match(withPoint("20,000").problem, /write 20\.000 or 20000/);
});

test("keys are meant for the lab with the focus on nothing or in the lab, never where something takes them", () => {
  const body = /** @type {HTMLElement} */ ({});
  globalThis.document = /** @type {Document} */ ({ body, documentElement: {} });
  const target = (...matches) => ({
    closest: (selector) => matches.some((name) => selector.split(", ").includes(name)),
  });
  const lab = { contains: (node) => node.inLab === true };
  const within = (...matches) => ({ ...target(...matches), inLab: true });
  assert.ok(isMeant(body, "s", lab));
  assert.ok(isMeant(within("button"), "s", lab) && isMeant(within(), " ", lab));
  assert.ok(!isMeant(within("button"), " ", lab), "space presses it");
  for (const node of ["input", "select", "textarea", "summary", "a"]) assert.ok(!isMeant(within(node), "r", lab), node);
  for (const node of ["button", "input"]) assert.ok(!isMeant(target(node), "s", lab), `${node} elsewhere`);
  delete globalThis.document;
});
