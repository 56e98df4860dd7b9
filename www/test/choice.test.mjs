import assert from "node:assert/strict";
import { test } from "node:test";
import { makeChoice } from "../js/panels/choice.js";

/** A selector on which keys and clicks act as in a browser, and a clock that a test moves. */
function world() {
  const select = Object.assign(new EventTarget(), { value: "a" });
  /** @type {string[]} */ const chosen = [];
  let waiting = null;
  const choice = makeChoice(select, (value) => chosen.push(value), {
    later: (act) => {
      waiting = act;
      return 1;
    },
    never: () => {
      waiting = null;
    },
  });
  const fire = (type, fields) => select.dispatchEvent(Object.assign(new Event(type), fields));
  return {
    select,
    chosen,
    choice,
    fire,
    key(key, value) {
      fire("keydown", { key });
      if (value) {
        select.value = value;
        fire("change");
      }
    },
    rest: () => waiting?.(),
  };
}

test("arrow keys walk through the list and start one run, where they come to rest", () => {
  const { key, chosen, rest } = world();
  for (const value of ["b", "c", "d"]) key("ArrowDown", value);
  assert.deepEqual(chosen, []);
  rest();
  rest();
  assert.deepEqual(chosen, ["d"]);
});

test("Enter and leaving do not wait; who comes back to where they were starts nothing", () => {
  for (const end of [({ key }) => key("Enter"), ({ fire }) => fire("blur")]) {
    const here = world();
    here.key("ArrowDown", "b");
    end(here);
    here.rest();
    assert.deepEqual(here.chosen, ["b"]);
  }
  const { key, fire, chosen } = world();
  key("ArrowDown", "b");
  key("ArrowUp", "a");
  fire("blur");
  assert.deepEqual(chosen, []);
});

test("a choice from the open list counts at once, also after keys", () => {
  const { select, fire, key, chosen } = world();
  key("ArrowDown", "b");
  fire("pointerdown");
  select.value = "c";
  fire("change");
  assert.deepEqual(chosen, ["c"]);
});

test("what the page shows meanwhile does not take the selector out of somebody's hands", () => {
  const { select, choice, key, rest, chosen } = world();
  key("ArrowDown", "b");
  choice.show("a");
  assert.equal(select.value, "b");
  rest();
  choice.show("a"); // it was refused
  assert.deepEqual([select.value, chosen], ["a", ["b"]]);
  key("ArrowDown", "b");
  rest();
  assert.deepEqual(chosen, ["b", "b"]);
});
