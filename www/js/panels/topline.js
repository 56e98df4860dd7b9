// The top line: what learns, on which device and why, and how to share it.
import { find, say } from "../dom.js";

export function mountTopline({ store, commands, addressOf }) {
  const preset = find("preset");
  const device = find("device");
  const dialog = find("share-dialog");
  const { schema } = store.get();

  preset.replaceChildren(...schema.presets.map(({ name, title, explanation }) => {
    const option = new Option(title, name);
    option.title = explanation;
    return option;
  }));
  preset.addEventListener("change", () => commands.change({ preset: preset.value, config: {} }));
  device.addEventListener("change", () => commands.change({ device: device.value }));

  store.on(["settings", "device", "opening"], ({ settings, device: opened, opening }) => {
    if (!settings) return;
    const task = schema.tasks.find(({ id }) => id === settings.task);
    say(find("task"), settings.task);
    say(find("seed"), String(settings.seed));
    say(find("goal"), task ? task.goal.charAt(0).toLowerCase() + task.goal.slice(1) : "");
    preset.value = settings.preset;
    preset.title = schema.presets.find(({ name }) => name === settings.preset)?.explanation ?? "";
    device.value = settings.device;
    say(find("device-sentence"), opening ? "Preparing the learner…" : opened?.sentence ?? "");
  });

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
