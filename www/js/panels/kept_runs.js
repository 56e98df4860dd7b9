// The runs that the browser keeps: opened, renamed, duplicated and deleted, which can be undone.
import { copyOf, find, say } from "../dom.js";
import { counted } from "../format.js";
import { LONGEST_NAME, polyline, readName } from "../keep/records.js";
import { runTable } from "../keep/run_table.js";
import { drawSmall } from "../stage/small_picture.js";
import { createGiving } from "./give.js";

const CURVE = { width: 96, height: 32 };

export function mountKeptRuns({ root, store, keeper, theme }) {
  if (!keeper) return;
  const { give } = createGiving(root);
  const [panel, list, said, count, removed] = ["kept-runs", "kept-list", "kept-said", "kept-count", "kept-removed"].map(
    (name) => find(name, root),
  );
  const table = find("kept-table", root);
  panel.hidden = false;
  const rows = new Map(); // id → row
  const failed = (name) => (error) => {
    const words = `${name} was not opened: ${error.message} This run goes on.`;
    store.set({ notes: [...store.get().notes, words] });
  };

  function rowOf(id) {
    const row = copyOf("kept-run", root);
    const part = (name) => find(name, row);
    const [form, name, problem] = ["kept-form", "kept-name", "kept-problem"].map(part);
    const typing = (isTyping) => {
      form.hidden = !isTyping;
      say(problem, "");
      if (!isTyping) return part("kept-rename").focus();
      name.value = part("kept-title").textContent;
      name.focus();
      name.select();
    };
    part("kept-open").addEventListener("click", () => {
      keeper.open(id).catch(failed(part("kept-title").textContent));
      find("play", root).focus({ preventScroll: true });
    });
    part("kept-rename").addEventListener("click", () => typing(form.hidden));
    part("kept-duplicate").addEventListener("click", () => keeper.duplicate(id));
    part("kept-delete").addEventListener("click", async () => {
      await keeper.remove(id);
      removed.querySelector("button").focus();
    });
    part("kept-cancel").addEventListener("click", () => typing(false));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") typing(false);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const read = readName(name.value);
      if (read.problem) return say(problem, read.problem);
      keeper.rename(id, read.name);
      typing(false);
    });
    name.setAttribute("maxlength", String(2 * LONGEST_NAME));
    return row;
  }

  function fill(row, record, current) {
    const isCurrent = record.id === current;
    const part = (name) => find(name, row);
    say(part("kept-title"), record.name);
    say(part("kept-facts"), factsOf(record, isCurrent));
    row.dataset.task = record.settings.task;
    part("kept-curve").setAttribute("points", polyline(record.curve, CURVE));
    part("kept-open").disabled = isCurrent;
    row.toggleAttribute("aria-current", isCurrent);
    for (const name of ["kept-open", "kept-rename", "kept-duplicate", "kept-delete"])
      part(name).setAttribute("aria-label", `${part(name).textContent}: ${record.name}`);
  }

  function show({ runs, current }) {
    for (const [id, row] of rows)
      if (!runs.some((record) => record.id === id)) {
        row.remove();
        rows.delete(id);
      }
    for (const [index, record] of runs.entries()) {
      const row = rows.get(record.id) ?? rowOf(record.id);
      rows.set(record.id, row);
      fill(row, record, current);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    }
    table.hidden = runs.length === 0;
    draw();
  }
  /** Pictures need room before they can be drawn: there is none while the list is folded. */
  function draw() {
    if (!panel.open) return;
    for (const row of rows.values()) {
      const canvas = find("kept-picture", row);
      const { task } = row.dataset;
      const world = { task, maze: store.get().schema.mazes[task] };
      canvas.classList.toggle("is-empty", !drawSmall(/** @type {any} */ (canvas), world, theme.get()));
    }
  }
  theme.onChange(draw);
  table.addEventListener("click", () => give("runs.csv", runTable(store.get().kept.runs)));

  removed.querySelector("button").addEventListener("click", async () => {
    const { id } = store.get().kept.removed.record;
    await keeper.undoRemove();
    const row = rows.get(id);
    if (row) find("kept-rename", row).focus();
  });
  panel.addEventListener("toggle", () => panel.open && keeper.refresh());
  store.on(["kept"], ({ kept }) => {
    say(said, kept.said);
    say(count, kept.runs.length > 0 ? String(kept.runs.length) : "");
    removed.hidden = !kept.removed;
    say(find("kept-removed-words", root), kept.removed ? `${kept.removed.record.name} is deleted.` : "");
    show(kept);
  });
  keeper.refresh();
}

const MEGABYTE = 1e6;

function factsOf({ settings, iteration, real_steps: steps, bytes, at }, isCurrent) {
  const size = `${(bytes / MEGABYTE).toFixed(2)} MB`;
  const when = isCurrent ? "runs now" : new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  return [settings.task, counted(iteration, "iteration"), counted(steps, "real step"), size, when].join(" · ");
}
