// Change the world: the task's physics, changed while it runs.
import { copyOf, find, say } from "../dom.js";
import { value } from "../format.js";
import { withPoint } from "../typed.js";

const WORDS =
  "Its world model will be wrong at once: its error jumps, and what it imagines goes wrong. Then it learns the new " +
  "world. A restart goes back to the physics of the address, or to the defaults.";

/** Between two changes of one lever. */
const PAUSE_MS = 200;

export function mountWorld({ root, store, commands }) {
  const form = find("world-form", root);
  const problem = find("world-problem", form);
  const reset = find("world-reset", form);
  let levers = new Map(); // name → {show}

  const complain = (words) => {
    say(problem, words);
    find("world-words", form).hidden = words !== ""; // the panel must not grow over what is under it
    return words === "";
  };
  say(find("world-words", form), WORDS);

  /** Says what went wrong, if anything did; the world is as it was then. */
  const change = async (name, number) => {
    const error = await commands.setPhysics(name, number);
    return complain(error ? `${error.message} Nothing has changed.` : "");
  };
  const build = (physics) => {
    levers = new Map(physics.map((parameter) => [parameter.name, makeLever(parameter, { root, change, complain })]));
    find("levers", form).replaceChildren(...[...levers.values()].map(({ node }) => node));
    find("world", root).hidden = physics.length === 0;
    complain("");
    say(find("world-said", form), "");
  };
  reset.addEventListener("click", async () => {
    for (const { name, usual } of changed(store.get().physics)) await change(name, usual);
    say(find("world-said", form), "Physics are reset.");
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  let run = 0;
  store.on(["physics", "run"], ({ physics, run: now }) => {
    if (!physics) return;
    if (run !== now) {
      run = now;
      build(physics);
    }
    const otherwise = changed(physics);
    for (const parameter of physics) levers.get(parameter.name)?.show(parameter.value);
    reset.disabled = otherwise.length === 0;
    say(find("world-changed", root), otherwise.map(worded).join(", "));
    if (otherwise.length > 0) say(find("world-said", form), "");
  });
}

/** What is otherwise than in the task as it is. */
export const changed = (physics) => physics.filter(({ value: number, usual }) => number !== usual);

/** "half length 0.9 m" */
export function worded({ name, unit, value: number }) {
  return [spoken(name), value(rounded(number)), unit].filter(Boolean).join(" ");
}

const pause = () => new Promise((later) => setTimeout(later, PAUSE_MS));
const spoken = (name) => name.replaceAll("_", " ");
const rounded = (number) => Number(number.toPrecision(3));

/** A range and a number for one parameter; while a change is under way, only the last wish of many waits. */
function makeLever({ name, unit, min, max, value: start }, { root, change, complain }) {
  const node = copyOf("lever", root);
  const [range, number] = node.querySelectorAll("input");
  const words = `${spoken(name)}${unit ? `, ${unit}` : ""}`;
  node.querySelector("span").textContent = spoken(name);
  node.querySelector("small").textContent = unit;
  const label = node.querySelector("label");
  range.id = `world-${name}`;
  label.htmlFor = range.id;
  Object.assign(range, { min, max });
  number.setAttribute("aria-label", `${words}, as a number from ${value(min)} to ${value(max)}`);
  let [latest, wish, busy] = [start, null, false];

  const show = (now) => {
    latest = now;
    if (busy) return;
    range.value = now;
    if (root.activeElement !== number) number.value = rounded(now);
    range.setAttribute("aria-valuetext", `${value(rounded(now))} ${unit}`.trim());
    number.setAttribute("aria-invalid", "false");
  };
  const want = async (text) => {
    wish = text;
    if (busy) return;
    busy = true;
    let fine = true;
    while (wish !== null) {
      const { text: typed, problem } = withPoint(wish);
      wish = null;
      fine = problem ? complain(problem) : await change(name, typed === "" ? NaN : Number(typed));
      if (!fine) number.setAttribute("aria-invalid", "true");
      await pause(); // every change is a part of the run: a slider that is pulled makes a few, not hundreds
    }
    busy = false;
    if (fine) show(latest);
  };
  range.addEventListener("input", () => {
    number.value = rounded(range.valueAsNumber);
    want(number.value);
  });
  number.addEventListener("change", () => want(number.value));
  number.addEventListener("blur", () => {
    if (number.getAttribute("aria-invalid") !== "true") show(latest);
  });
  show(start);
  return { node, show };
}
