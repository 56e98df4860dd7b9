import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonsBy } from "../js/panels/display.js";

test("every reason is given once, under the preset that shows what is missing", () => {
  const row = (what, why, instead = "mb-ppo") => ({ what, why, instead });
  assert.deepEqual(
    reasonsBy([row("novelty", "No curiosity."), row("comparison", "No model."), row("calibration", "No model.")]),
    [["mb-ppo", ["No curiosity.", "No model."]]],
  );
  assert.deepEqual(reasonsBy([row("value", "No value.", "ppo"), row("novelty", "No curiosity.")]), [
    ["ppo", ["No value."]],
    ["mb-ppo", ["No curiosity."]],
  ]);
  assert.deepEqual(reasonsBy([]), []);
});
