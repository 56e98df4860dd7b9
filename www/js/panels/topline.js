// The top line: what learns, on which device and why, and how to share it.
import { find, say } from "../dom.js";
import { makeChoice } from "./choice.js";

export function mountTopline({ store, commands, addressOf }) {
  const task = find("task");
  const preset = find("preset");
  const device = find("device");
  const dialog = find("share-dialog");
  const { schema } = store.get();

  task.replaceChildren(...schema.tasks.map(({ id, goal }) => Object.assign(new Option(id, id), { title: goal })));
  preset.replaceChildren(...schema.presets.map(({ name, title, explanation }) => {
    const option = new Option(title, name);
    option.title = explanation;
    return option;
  }));
  const choices = {
    task: makeChoice(task, (value) => change({ task: value, config: {} })),
    preset: makeChoice(preset, (value) => change({ preset: value, config: {} })),
    device: makeChoice(device, (value) => change({ device: value })),
  };

  const show = ({ settings, device: opened, opening }) => {
    if (!settings) return;
    const goal = schema.tasks.find(({ id }) => id === settings.task)?.goal ?? "";
    for (const [name, choice] of Object.entries(choices)) choice.show(settings[name]);
    task.title = goal;
    say(find("seed"), String(settings.seed));
    say(find("goal"), goal.charAt(0).toLowerCase() + goal.slice(1));
    preset.title = schema.presets.find(({ name }) => name === settings.preset)?.explanation ?? "";
    say(find("device-sentence"), opening ? "Preparing the learner…" : opened?.sentence ?? "");
  };
  store.on(["settings", "device", "opening"], show);
  const coming = find("coming");
  store.on(["coming"], ({ coming: progress }) => {
    coming.hidden = progress === null;
    find("device-sentence").setAttribute("aria-busy", String(progress !== null)); // its megabytes are not read aloud
    if (progress?.total) coming.value = progress.received / progress.total;
    else coming.removeAttribute("value");
  });

  /** Starts over; what is refused is said, and the controls show what runs. */
  async function change(changes) {
    const error = await commands.change(changes);
    if (!error) return;
    store.set({ notes: [...store.get().notes, `${error.message} The run goes on as it was.`] });
    show(store.get());
  }

  find("share").addEventListener("click", async () => {
    const address = find("share-address");
    address.value = addressOf(store.get().settings);
    say(find("share-done"), "");
    dialog.showModal();
    address.select();
    try {
      await navigator.clipboard.writeText(address.value);
      say(find("share-done"), "It is on your clipboard.");
    } catch {
      say(find("share-done"), "Copy it from the line above.");
    }
  });
}
