// Can it trust its imagination? Error by horizon, and what follows from it.
import { find, say } from "../dom.js";
import { counted, percent } from "../format.js";

export function mountTrust({ root, store, plotter }) {
  const panel = find("trust", root);
  const canvas = find("plot", panel);
  const show = () => {
    const { errorByHorizon, snapshot } = store.get();
    const any = errorByHorizon && errorByHorizon.model.length > 0;
    const horizon = snapshot?.horizon ?? errorByHorizon?.model.length;
    plotter.show(canvas, (plots, theme, target) =>
      plots.draw_error_by_horizon(target, errorByHorizon ?? NOTHING, horizon ?? 0, theme),
    );
    canvas.setAttribute("aria-label", any ? described(errorByHorizon) : "Nothing measured yet.");
  };
  store.on(["errorByHorizon", "run"], show);
  store.watch(["snapshot"], ({ snapshot }) => snapshot?.horizon, show); // the sentence says it too
  store.on(["snapshot"], ({ snapshot }) => say(find("answer", panel), answer(snapshot)));
}

const NOTHING = { model: [], stretches: [], asked: 0 };

export function described({ model, asked }) {
  const last = model.at(-1);
  const unknown = model.length < asked ? ` Not known beyond that, up to ${counted(asked, "step")}.` : "";
  return (
    `Error of the world model after 1 to ${counted(model.length, "imagined step")}, where 1 is as bad as ` +
    `predicting no change: ${model[0].toFixed(2)} after one step, ${last.toFixed(2)} after the last.${unknown}`
  );
}

export function answer(snapshot) {
  if (!snapshot) return "It has not imagined anything yet.";
  if (snapshot.imagination_skipped) return `Not now: ${snapshot.imagination_skipped.replace(/\.?$/, ".")}`;
  if (snapshot.confidence === null || snapshot.confidence === undefined)
    return "Not measured yet: its world model has not been tested.";
  const much = snapshot.confidence > 0.6 ? "Largely" : snapshot.confidence > 0.3 ? "Somewhat" : "Hardly";
  const { known_steps: known, horizon, horizon_set: wanted } = snapshot;
  const futures = counted(snapshot.branches, "future");
  const ahead = `up to ${counted(horizon, "step")} ahead`;
  const confidence = `${much}: confidence ${percent(snapshot.confidence)}`;
  // A search that imagines whole episodes does so whatever the confidence.
  const answered =
    snapshot.imagination_rounds === 0
      ? `${confidence}. It imagines ${futures} at a time all the same, ${ahead}.`
      : `${confidence}, so it imagines ${futures} a round, ${ahead}.`;
  if (known >= wanted) return answered;
  const measured = `The model's error is known up to ${counted(known, "step")} ahead`;
  if (horizon > known) return `${answered} ${measured}; beyond that it is not.`;
  return `${answered} ${measured}, so it goes no further, where up to ${wanted} are allowed.`;
}
