// What this run has to show: parts of the page that it can never fill are hidden, and a sentence says why, with the
// learner that fills them. Which those are the program says; what they need is marked in lab.html: data-shows.
import { copyOf, find, say } from "../dom.js";
import { titleOf } from "../params.js";

export function mountDisplay({ root, store, engines, commands }) {
  const marked = [...root.querySelectorAll("[data-shows]")];
  const phases = [...find("ribbon", root).children];
  const absent = find("absent", root);
  const change = async (preset) => {
    const error = await commands.change({ preset, config: {} });
    if (error) store.set({ notes: [...store.get().notes, `${error.message} The run goes on as it was.`] });
  };
  store.on(["settings"], ({ settings }) => {
    if (!settings) return;
    const display = engines.display(settings);
    const missing = new Set(display.not_shown.map(({ what }) => what));
    for (const node of marked) node.hidden = missing.has(node.dataset.shows);
    for (const phase of phases) phase.hidden = !display.phases.includes(phase.dataset.phase);
    absent.hidden = missing.size === 0;
    absent.replaceChildren(
      ...reasonsBy(display.not_shown).map(([preset, reasons]) => {
        const row = copyOf("absent-row", root);
        const [words, button] = row.children;
        say(words, `${reasons.join(" ")} To see that:`);
        say(button, `Watch ${titleOf(store.get().schema, preset)}`);
        button.addEventListener("click", () => change(preset));
        return row;
      }),
    );
    store.set({ display });
  });
}

/** Every reason once, by the preset that has what is missing: [[preset, [why]]]. */
export function reasonsBy(missing) {
  const reasons = new Map();
  for (const { why, instead } of missing) reasons.set(instead, (reasons.get(instead) ?? new Set()).add(why));
  return [...reasons].map(([preset, all]) => [preset, [...all]]);
}
