// Does it know what it does not know? Its uncertainty against its errors, and the imagined return against the real one.
import { find, say } from "../dom.js";
import { value } from "../format.js";

const CLEAR = 0.6; // rank correlation from which doubt is a good warning
const SOME = 0.25; // … and from which it is one at all
const NOTHING = { disagreement: [], error: [], rank_correlation: 0, pairs: 0 };
const FAIR = 0.1; // a promise this close, as a share of what a window really brought, was kept

export function mountDoubt({ root, store, plotter }) {
  const panel = find("doubt", root);
  const canvas = find("plot", panel);
  store.on(["calibration", "returnGap", "run", "snapshot"], ({ calibration, returnGap, snapshot }) => {
    const words = doubtAnswer(calibration);
    say(find("answer", panel), words);
    say(find("promise", panel), promiseAnswer(returnGap, snapshot?.horizon_set));
    canvas.setAttribute("aria-label", `Error of the world model by how much its members disagree. ${words}`);
  });
  const show = () => {
    const { calibration } = store.get();
    plotter.show(canvas, (plots, theme, target) => plots.draw_calibration(target, calibration ?? NOTHING, theme));
  };
  store.on(["calibration", "run"], show);
}

/** Whether more doubt means more error, in a sentence. */
export function doubtAnswer(calibration) {
  if (!calibration) return "Its uncertainty will be compared with its errors here.";
  const { rank_correlation: rank, disagreement, error } = calibration;
  const verdict =
    rank > CLEAR
      ? "Mostly: where its models disagree more, their errors are larger"
      : rank > SOME
        ? "Partly: where its models disagree more, their errors are often larger"
        : "No: how much its models disagree says little about their error";
  const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const times = mean(error) / mean(disagreement);
  const size = !Number.isFinite(times)
    ? ""
    : times > 1.5
      ? ` They are ${value(Number(times.toPrecision(2)))} times as wrong as they disagree: overconfident.`
      : times < 0.67
        ? " They are underconfident."
        : " They are about as wrong as they disagree.";
  return `${verdict} (rank correlation ${value(Number(rank.toFixed(2)))}).${size}`;
}

/** What was promised and what came, in a sentence. */
export function promiseAnswer(gap, horizon) {
  if (!gap) return "The return it imagines will be compared with the real one.";
  const [imagined, real] = [gap.imagined, gap.real].map((number) =>
    value(Number(Math.abs(number) < 1 ? number.toFixed(2) : number.toPrecision(3))),
  );
  const much = Math.abs(gap.gap) / Math.max(Math.abs(gap.real), 0.01);
  const verdict = much <= FAIR ? "a fair promise" : gap.gap > 0 ? "it dreams of too much" : "it dreams of too little";
  return (
    `Over up to ${horizon ?? "some"} steps its dream promised a return of ${imagined} on average; from the same ` +
    `starts reality returned ${real}: ${verdict}.`
  );
}
