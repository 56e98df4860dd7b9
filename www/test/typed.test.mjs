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

test("keys are meant for a lab with the focus on nothing or in its theatre, never where something takes them", () => {
  const target = (...matches) => ({
    closest: (selector) => matches.some((name) => selector.split(", ").includes(name)),
  });
  const lab = { tagName: "DIV" };
  const parts = { lab, theatre: { contains: (node) => node.inTheatre === true } };
  const within = (...matches) => ({ ...target(...matches), inTheatre: true });
  for (const nothing of [{ tagName: "BODY" }, { tagName: "HTML" }, lab]) assert.ok(isMeant(nothing, "s", parts));
  assert.ok(isMeant(within("button"), "s", parts) && isMeant(within(), " ", parts));
  assert.ok(!isMeant(within("button"), " ", parts), "space presses it");
  for (const node of ["input", "select", "textarea", "summary", "a"])
    assert.ok(!isMeant(within(node), "r", parts), node);
  for (const node of ["button", "input"]) assert.ok(!isMeant(target(node), "s", parts), `${node} elsewhere`);
});
