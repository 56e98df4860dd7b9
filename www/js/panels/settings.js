// Every hyperparameter as a native input with its unit, range and explanation; they take effect when the run restarts.
// Unapplied input is kept and marked; it is in the store as `draft`, so that every kind of restart applies it.
import { copyOf, find, say } from "../dom.js";
import { MAX_SEED, presetValue, reasons } from "../params.js";
import { withPoint } from "../typed.js";

export function mountSettings({ root, store, engines, commands }) {
  const form = find("form", root);
  const problem = find("form-problem", form);
  const seedInput = form.elements.seed;
  const { schema } = store.get();
  const rows = new Map(
    schema.hyperparameters.map((parameter) => [parameter.name, makeRow(parameter, engines.readHyperparameter, root)]),
  );
  const usual = { task: schema.tasks[0].id, preset: schema.presets[0].name };
  const otherwise = (parameter) => presetValue(schema, store.get().settings ?? usual, parameter);
  const applied = (parameter) => store.get().settings?.config[parameter.name] ?? otherwise(parameter);
  const appliedSeed = () => String(store.get().settings?.seed ?? "");
  find("groups", form).replaceChildren(...grouped(schema.hyperparameters, rows, root));

  /** Puts the settings that run into the form, apart from what is typed and not applied. */
  const fill = (config, { keep }) => {
    for (const parameter of schema.hyperparameters) {
      const row = rows.get(parameter.name);
      if (!keep || !row.touched) row.write(config[parameter.name] ?? otherwise(parameter));
    }
    if (!keep || !seedInput.touched) seedInput.value = appliedSeed();
  };

  /** Marks what differs, what is not applied and what is wrong; gives back {config, seed} or null. */
  const check = () => {
    const config = {};
    const waiting = [];
    let fine = true;
    for (const parameter of schema.hyperparameters) {
      const row = rows.get(parameter.name);
      const { value, wrong } = row.read();
      row.touched = value !== applied(parameter);
      if (row.touched) waiting.push(parameter.name);
      row.mark({ changed: value !== otherwise(parameter), unapplied: row.touched, wrong });
      if (wrong) fine = false;
      else if (value !== otherwise(parameter)) config[parameter.name] = value;
    }
    const seed = seedInput.value.trim();
    seedInput.touched = seed !== appliedSeed();
    if (seedInput.touched) waiting.push("seed");
    const seedFine = /^\d+$/.test(seed) && Number(seed) <= MAX_SEED;
    say(problem, seedFine ? "" : `The seed must be a whole number from 0 to ${MAX_SEED}.`);
    say(find("form-draft", form), waiting.length === 0 ? "" : `Not applied yet: ${waiting.join(", ")}.`);
    const wanted = fine && seedFine ? { config, seed: Number(seed) } : null;
    store.set({ draft: waiting.length > 0 && wanted ? (seedInput.touched ? wanted : { config }) : {} });
    remark(wanted);
    return wanted;
  };

  /** Says beside each setting if it changes nothing in such a run. */
  const remark = (wanted) => {
    if (!wanted) return;
    const { task, preset } = store.get().settings ?? usual;
    const found = new Map(
      engines.withoutEffect({ task, preset, config: wanted.config }).map(({ name, reason }) => [name, reason]),
    );
    for (const [name, row] of rows) row.remark(found.has(name) ? `${capital(found.get(name))}.` : "");
  };

  form.addEventListener("input", check);
  form.addEventListener("change", ({ target }) => rows.get(/** @type {HTMLInputElement} */ (target).name)?.settle());
  find("reset", form).addEventListener("click", () => {
    for (const parameter of schema.hyperparameters) rows.get(parameter.name).write(otherwise(parameter));
    check();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = check();
    if (!wanted) return form.querySelector("[aria-invalid=true]")?.focus();
    const error = await commands.change(wanted);
    say(problem, error ? `${error.message} The run goes on as it was.` : "");
    if (error) rows.get(error.field)?.mark({ changed: true, unapplied: true, wrong: error.message });
  });
  /** @type {any} */ let shown = null; // the task and the learner whose settings stand in the form
  store.on(["settings"], ({ settings }) => {
    if (!settings) return;
    const same = shown?.task === settings.task && shown.preset === settings.preset;
    fill(settings.config, { keep: same });
    shown = settings;
    check();
    say(find("preset-sentence", form), schema.presets.find(({ name }) => name === settings.preset).explanation);
    say(find("task-sentence", form), reasons(schema, settings).join(" "));
  });
}

/** The rows in a fieldset for each group, in the order of the table. */
function grouped(parameters, rows, root) {
  const groups = new Map();
  for (const { name, group } of parameters) {
    if (!groups.has(group)) {
      const node = copyOf("setting-group", root);
      node.querySelector("legend").textContent = group;
      groups.set(group, node);
    }
    groups.get(group).append(rows.get(name).node);
  }
  return [...groups.values()];
}

/** One hyperparameter; `readValue(name, text)` as in engine/index.js. */
function makeRow({ name, unit, explanation, allowed }, readValue, root) {
  const typed = allowed.kind === "count" || allowed.kind === "number";
  const node = copyOf(typed ? "setting-typed" : `setting-${allowed.kind}`, root);
  const input = node.querySelector("input, select");
  node.querySelector("code").textContent = name;
  node.querySelector(".unit").textContent = unit;
  node.querySelector("small").textContent = explanation;
  input.name = name;
  if (typed) input.inputMode = allowed.kind === "count" ? "numeric" : "decimal";
  if (allowed.kind === "choice") input.append(...allowed.words.map((word) => new Option(word, word)));
  const alarm = node.querySelector("em");
  const remark = node.querySelector(".remark");
  const text = () => (allowed.kind === "switch" ? { text: String(input.checked) } : withPoint(input.value));
  return {
    node,
    touched: false, // typed into, and not applied
    /** {value} as the program writes it, or {value: what is typed, wrong: a sentence}. */
    read() {
      const typedIn = text();
      if (typedIn.problem) return { value: input.value, wrong: typedIn.problem };
      try {
        return { value: readValue(name, typedIn.text), wrong: "" };
      } catch (error) {
        return { value: typedIn.text, wrong: `${capital(error.allowed ?? error.message)}.` };
      }
    },
    write: (value) => (allowed.kind === "switch" ? (input.checked = value === "true") : (input.value = value)),
    /** Shows how what was typed was read. */
    settle() {
      const { value, wrong } = this.read();
      if (!wrong) this.write(value);
    },
    mark({ changed, unapplied, wrong }) {
      node.classList.toggle("changed", changed);
      node.classList.toggle("unapplied", unapplied);
      input.setAttribute("aria-invalid", String(wrong !== ""));
      say(alarm, wrong);
    },
    remark: (words) => say(remark, words),
  };
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
