// The top line: which learner on which device, and why.
import { find, say } from "../dom.js";
import { titleOf, unsuited } from "../params.js";
import { makeChoice } from "./choice.js";

export function mountTopline({ root, store, commands }) {
  const task = find("task", root);
  const preset = find("preset", root);
  const device = find("device", root);
  const { schema } = store.get();

  const offerTasks = () =>
    task.replaceChildren(...schema.tasks.map(({ id, goal }) => Object.assign(new Option(id, id), { title: goal })));
  store.on(["tasks"], offerTasks);
  preset.replaceChildren(
    ...schema.presets.map(({ name, title, explanation }) => {
      const option = new Option(title, name);
      option.title = explanation;
      return option;
    }),
  );
  const offer = (settings) => {
    for (const option of /** @type {any} */ (preset).options) {
      const row = unsuited(schema, { task: settings.task, preset: option.value });
      option.disabled = row !== undefined;
      say(option, titleOf(schema, option.value) + (row ? ` (not on ${settings.task})` : ""));
      option.title = row?.why ?? schema.presets.find(({ name }) => name === option.value).explanation;
    }
  };
  const choices = {
    task: makeChoice(task, (value) => change(taskChange(schema, store.get().settings, value))),
    preset: makeChoice(preset, (value) => change({ preset: value, config: {} })),
    device: makeChoice(device, (value) => said(commands.changeDevice(value))),
  };

  const show = ({ settings, device: opened, opening }) => {
    if (!settings) return;
    const goal = schema.tasks.find(({ id }) => id === settings.task)?.goal ?? "";
    for (const [name, choice] of Object.entries(choices)) choice.show(settings[name]);
    task.title = goal;
    say(find("seed", root), String(settings.seed));
    say(find("goal", root), goal.charAt(0).toLowerCase() + goal.slice(1));
    offer(settings);
    preset.title = schema.presets.find(({ name }) => name === settings.preset)?.explanation ?? "";
    say(find("device-sentence", root), opening ? "Preparing the learner…" : (opened?.sentence ?? ""));
  };
  store.on(["settings", "device", "opening"], show);
  const coming = find("coming", root);
  store.on(["coming"], ({ coming: progress }) => {
    coming.hidden = progress === null;
    // Its megabytes are not read aloud.
    find("device-sentence", root).setAttribute("aria-busy", String(progress !== null));
    if (progress?.total) coming.value = progress.received / progress.total;
    else coming.removeAttribute("value");
  });

  /**
   * What is refused is said, and the controls show what runs. `note`: what is to be said otherwise.
   * @param {Promise<any>} changing
   * @param {string} [note]
   */
  async function said(changing, note) {
    const error = await changing;
    const words = error ? `${error.message} The run goes on as it was.` : note;
    if (words) store.set({ notes: [...store.get().notes, words] });
    if (error) show(store.get());
  }
  /** @param {any} wish */
  const change = ({ note, ...changes }) => said(commands.change(changes), note);
}

/** What another task changes: if the learner cannot learn it, the nearest takes its place, and `note` says why. */
export function taskChange(schema, settings, task) {
  const preset = settings?.preset ?? schema.presets[0].name;
  const row = unsuited(schema, { task, preset });
  if (!row) return { task, config: {} };
  return {
    task,
    preset: row.instead,
    config: {},
    note: `${row.why} ${titleOf(schema, row.instead)} learns it instead.`,
  };
}
