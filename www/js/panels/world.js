// Change the world: what the task is made of, changed while it runs.
import { copyOf, find, say } from "../dom.js";
import { value } from "../format.js";

const WORDS = "Its model of the world will be wrong at once: its error jumps and its ghosts go astray. Then it learns the new world. A restart brings the old one back.";

export function mountWorld({ store, commands }) {
  const form = find("world-form");
  const problem = find("world-problem", form);
  const reset = find("world-reset", form);
  let levers = new Map(); // name → {show}
  /** @type {any} */ let initial = null; // the physics with which this run began

  const complain = (words) => {
    say(problem, words);
    find("world-words", form).hidden = words !== ""; // the panel must not grow over what is under it
  };
  say(find("world-words", form), WORDS);

  /** Says what went wrong, if anything did; the world is as it was then. */
  const change = async (name, number) => {
    const error = await commands.setPhysics(name, number);
    complain(error ? `${error.message} Nothing has changed.` : "");
    return !error;
  };
  const build = (physics) => {
    levers = new Map(physics.map((parameter) => [parameter.name, makeLever(parameter, change)]));
    find("levers", form).replaceChildren(...[...levers.values()].map(({ node }) => node));
    find("world").hidden = physics.length === 0;
    complain("");
    say(find("world-said", form), "");
  };
  reset.addEventListener("click", async () => {
    for (const { name, value: number } of changes(initial, store.get().physics).map(({ name }) => initial.find((row) => row.name === name))) await change(name, number);
    say(find("world-said", form), "It is as it was.");
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  let run = 0;
  store.on(["physics", "run"], ({ physics, run: now }) => {
    if (!physics) return;
    if (run !== now) {
      [run, initial] = [now, physics];
      build(physics);
    }
    const changed = changes(initial, physics);
    for (const parameter of physics) levers.get(parameter.name)?.show(parameter.value);
    reset.disabled = changed.length === 0;
    say(find("world-changed"), changed.map(worded).join(", "));
    if (changed.length > 0) say(find("world-said", form), "");
  });
}

/** What is otherwise than at the start. */
export function changes(initial, physics) {
  return physics.filter(({ name, value: number }) => initial.find((row) => row.name === name)?.value !== number);
}

/** "half length 0.9 m" */
export function worded({ name, unit, value: number }) {
  return [spoken(name), value(rounded(number)), unit].filter(Boolean).join(" ");
}

const spoken = (name) => name.replaceAll("_", " ");
const rounded = (number) => Number(number.toPrecision(3));

/** A range and a number for one parameter; while a change is under way, only the last wish of many waits. */
function makeLever({ name, unit, min, max, value: start }, change) {
  const node = copyOf("lever");
  const [range, number] = node.querySelectorAll("input");
  const words = `${spoken(name)}${unit ? `, ${unit}` : ""}`;
  node.querySelector("span").textContent = spoken(name);
  node.querySelector("small").textContent = unit;
  const label = node.querySelector("label");
  range.id = `world-${name}`;
  label.htmlFor = range.id;
  for (const input of [range, number]) Object.assign(input, { min, max });
  number.setAttribute("aria-label", `${words}, as a number from ${value(min)} to ${value(max)}`);
  let [latest, wish, busy] = [start, null, false];

  const show = (now) => {
    latest = now;
    if (busy) return;
    range.value = now;
    if (document.activeElement !== number) number.value = rounded(now);
    range.setAttribute("aria-valuetext", `${value(rounded(now))} ${unit}`.trim());
    number.setAttribute("aria-invalid", "false");
  };
  const want = async (text) => {
    wish = text;
    if (busy) return;
    busy = true;
    let fine = true;
    while (wish !== null) {
      const asked = Number(wish);
      wish = null;
      fine = await change(name, asked);
    }
    busy = false;
    if (fine) show(latest);
    else number.setAttribute("aria-invalid", "true");
  };
  range.addEventListener("input", () => {
    number.value = rounded(range.valueAsNumber);
    want(number.value);
  });
  number.addEventListener("change", () => want(number.value === "" ? "NaN" : number.value));
  number.addEventListener("blur", () => { if (number.getAttribute("aria-invalid") !== "true") show(latest); });
  show(start);
  return { node, show };
}
