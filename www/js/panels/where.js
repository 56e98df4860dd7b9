// Where is it looking? A map of the task's states: visited, novel, and what value it expects, if the learner has that.
import { find, say } from "../dom.js";
import { percent, value } from "../format.js";

export function mountWhere({ root, store, plotter }) {
  const panel = find("where", root);
  const canvas = find("plot", panel);
  const layers = find("layers", panel);
  const show = () => {
    const { stateMap } = store.get();
    const layer = layers.querySelector(":checked").value;
    const words = answer(stateMap, layer);
    plotter.show(canvas, (plots, theme, target) => plots.draw_state_map(target, stateMap ?? NOTHING, layer, theme));
    say(find("answer", panel), words);
    canvas.setAttribute(
      "aria-label",
      stateMap ? `Map of ${stateMap.axes[1].name} over ${stateMap.axes[0].name}. ${words}` : words,
    );
  };
  layers.addEventListener("change", show);
  store.on(["stateMap", "run"], show);
  store.on(["display"], () => {
    const [visits, ...others] = layers.querySelectorAll("label");
    layers.hidden = others.every(({ hidden }) => hidden);
    if (!layers.querySelector(":checked").closest("label").hidden) return;
    visits.querySelector("input").checked = true;
    show();
  });
}

const AXIS = { name: "", unit: "", low: 0, high: 1 };
const NOTHING = { axes: [AXIS, AXIS], cells: [0, 0], visits: [], novelty: [], value: [] };

/** The map in a sentence. */
export function answer(map, layer) {
  if (!map) return "Its first steps will be drawn here.";
  const numbers = map[layer];
  const visited = map.visits.filter((visits) => visits > 0).length;
  const best = numbers.indexOf(Math.max(...numbers));
  const place = placed(map, best);
  if (layer === "visits")
    return `It has been in ${percent(visited / numbers.length)} of this map, most often near ${place}.`;
  const seen = map.visits[best] > 0;
  if (layer === "novelty") return `Most novel: near ${place}, where it has ${seen ? "" : "never "}been. Dots: visited.`;
  return (
    `It expects the highest return, ${value(numbers[best])}, near ${place}${seen ? "" : ": a guess"}. Dots: ` +
    "visited."
  );
}

/** "cart position 0.9 m and pole angle −0.1 rad" */
function placed({ axes, cells }, index) {
  const at = [index % cells[0], Math.floor(index / cells[0])];
  return axes
    .map(({ name, unit, low, high }, axis) => {
      const whole = unit === "" && Math.abs(high - low) === cells[axis]; // a grid counts its cells
      const number = low + ((at[axis] + 0.5) / cells[axis]) * (high - low);
      return `${name} ${value(whole ? Math.round(number) : Number(number.toPrecision(2)))}${unit ? ` ${unit}` : ""}`;
    })
    .join(" and ");
}
