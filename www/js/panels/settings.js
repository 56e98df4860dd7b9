// Every hyperparameter as a native input with its unit, range and explanation; they apply when the run restarts.
import { copyOf, find, say } from "../dom.js";
import { allowedWords, isAllowed, MAX_SEED, presetValue, reasons } from "../params.js";

export function mountSettings({ store, commands }) {
  const form = find("form");
  const problem = find("form-problem", form);
  const { schema } = store.get();
  const rows = new Map(schema.hyperparameters.map((parameter) => [parameter.name, makeRow(parameter)]));
  const usual = { task: schema.tasks[0].id, preset: schema.presets[0].name };
  const otherwise = (parameter) => presetValue(schema, store.get().settings ?? usual, parameter);

  const groups = new Map();
  for (const parameter of schema.hyperparameters) {
    if (!groups.has(parameter.group)) {
      const group = copyOf("setting-group");
      group.querySelector("legend").textContent = parameter.group;
      groups.set(parameter.group, group);
    }
    groups.get(parameter.group).append(rows.get(parameter.name).node);
  }
  find("groups", form).replaceChildren(...groups.values());

  const fill = (config, seed) => {
    for (const parameter of schema.hyperparameters) rows.get(parameter.name).write(config[parameter.name] ?? otherwise(parameter));
    form.elements.seed.value = seed ?? "";
    check();
  };
  /** Marks what differs and what is wrong; gives back {config, seed} or null. */
  const check = () => {
    const config = {};
    let fine = true;
    for (const parameter of schema.hyperparameters) {
      const row = rows.get(parameter.name);
      const text = row.read();
      const allowed = isAllowed(parameter.allowed, text);
      row.mark({ changed: text !== otherwise(parameter), wrong: allowed ? "" : `${capital(allowedWords(parameter.allowed))}.` });
      if (text !== otherwise(parameter)) config[parameter.name] = text;
      fine &&= allowed;
    }
    const seed = form.elements.seed.value.trim();
    const seedFine = /^\d+$/.test(seed) && Number(seed) <= MAX_SEED;
    say(problem, seedFine ? "" : `The seed must be a whole number from 0 to ${MAX_SEED}.`);
    return fine && seedFine ? { config, seed: Number(seed) } : null;
  };

  form.addEventListener("input", check);
  find("reset", form).addEventListener("click", () => fill({}, form.elements.seed.value));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = check();
    if (!wanted) return form.querySelector("[aria-invalid=true]")?.focus();
    const error = await commands.change(wanted);
    say(problem, error ? `${error.message} The run goes on as it was.` : "");
    if (error) rows.get(error.field)?.mark({ changed: true, wrong: error.message });
  });
  store.on(["settings"], ({ settings }) => {
    if (!settings) return;
    fill(settings.config, settings.seed);
    say(find("preset-sentence", form), schema.presets.find(({ name }) => name === settings.preset).explanation);
    say(find("task-sentence", form), reasons(schema, settings).join(" "));
  });
}

function makeRow({ name, unit, explanation, allowed }) {
  const typed = allowed.kind === "count" || allowed.kind === "number";
  const node = copyOf(typed ? "setting-typed" : `setting-${allowed.kind}`);
  const input = node.querySelector("input, select");
  node.querySelector("code").textContent = name;
  node.querySelector(".unit").textContent = unit;
  node.querySelector("small").textContent = explanation;
  input.name = name;
  if (typed) input.inputMode = allowed.kind === "count" ? "numeric" : "decimal";
  if (allowed.kind === "choice") input.append(...allowed.words.map((word) => new Option(word, word)));
  const alarm = node.querySelector("em");
  return {
    node,
    read: () => (allowed.kind === "switch" ? String(input.checked) : input.value.trim()),
    write: (text) => (allowed.kind === "switch" ? (input.checked = text === "true") : (input.value = text)),
    mark({ changed, wrong }) {
      node.classList.toggle("changed", changed);
      input.setAttribute("aria-invalid", String(wrong !== ""));
      say(alarm, wrong);
    },
  };
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
