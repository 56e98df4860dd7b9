// The curves of receipts that agree: a seed is a thin line, the median is bold, and the band is its 95 % interval.
import { copyOf, find, say } from "../dom.js";
import { groupsOf, groupWords, standingWords, stepsOf } from "../receipt_curve.js";

const [LEFT, RIGHT, TOP, BOTTOM] = [44, 12, 12, 24]; // CSS pixels around the lines

/** Gives show(verdicts): [{name, verdict, receipt}] of all that are opened. */
export function createReceiptCurves({ root, engines, plotter, signal }) {
  const [place, said] = ["receipt-curves", "receipts-said"].map((name) => find(name, root));
  let latest = 0;

  /** The median and its interval at every step; the page has its turns meanwhile, and null once it is no news. */
  async function summedUp(group, mine) {
    const rows = [];
    for (const { steps, values } of stepsOf(group.receipts)) {
      rows.push({ steps, ...engines.spread(values) });
      await new Promise((later) => setTimeout(later));
      if (mine !== latest || signal.aborted) return null;
    }
    return rows;
  }

  return async function show(verdicts) {
    const mine = (latest += 1);
    say(said, verdicts.length > 1 ? standingWords(verdicts) : "");
    const agreeing = verdicts.filter(({ verdict }) => verdict === "agrees").map(({ receipt }) => receipt);
    const groups = groupsOf(agreeing).filter(({ receipts }) => receipts.length > 1);
    while (place.children.length > groups.length) place.lastElementChild?.remove();
    for (const [index, group] of groups.entries()) {
      const rows = await summedUp(group, mine);
      if (!rows) return;
      if (!place.children[index]) place.append(copyOf("receipt-curve", root));
      const figure = place.children[index];
      const words = groupWords(group, rows);
      say(figure.querySelector("figcaption"), `Receipts: ${group.title}`);
      say(figure.querySelector("p"), words);
      const canvas = figure.querySelector("canvas");
      canvas.setAttribute("aria-label", `Mean return over real steps. ${words}`);
      const { receipts } = group;
      const bar = engines.schema.tasks.find(({ id }) => id === group.task)?.solved_return ?? null;
      plotter.show(canvas, (_, theme, target) => draw(target, { receipts, rows, bar }, theme));
    }
  };
}

function draw(canvas, { receipts, rows, bar }, theme) {
  const context = canvas.getContext("2d");
  const [width, height] = [canvas.width / theme.scale, canvas.height / theme.scale];
  const curves = receipts.map(({ evaluations }) => evaluations.map(({ real_steps, value }) => [real_steps, value]));
  const values = [...curves.flat().map(([, value]) => value), ...(bar === null ? [] : [bar])];
  const most = Math.max(1, ...curves.flat().map(([steps]) => steps));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const x = (steps) => LEFT + (steps / most) * (width - LEFT - RIGHT);
  const y = (value) => height - BOTTOM - ((value - low) / (high - low || 1)) * (height - TOP - BOTTOM);
  const line = (points, colour, thickness, alpha = 1) => {
    context.beginPath();
    for (const [steps, value] of points) context.lineTo(x(steps), y(value));
    Object.assign(context, { strokeStyle: colour, lineWidth: thickness, globalAlpha: alpha });
    context.stroke();
    context.globalAlpha = 1;
  };
  const write = (text, at, above, align) => {
    Object.assign(context, { fillStyle: theme.muted, textAlign: align, textBaseline: "middle" });
    context.font = `${theme.font_size}px system-ui, sans-serif`;
    context.fillText(text, at, above);
  };

  context.setTransform(theme.scale, 0, 0, theme.scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, width, height);
  context.lineJoin = "round";
  line(
    [
      [0, low],
      [most, low],
    ],
    theme.hairline,
    1,
  );
  for (const value of [low, high]) write(short(value), LEFT - 8, y(value), "right");
  write("0", x(0), height - BOTTOM / 2, "left");
  write(`${short(most)} real steps`, x(most), height - BOTTOM / 2, "right");
  if (bar !== null)
    line(
      [
        [0, bar],
        [most, bar],
      ],
      theme.muted,
      1,
      0.7,
    );
  context.beginPath();
  for (const { steps, interval } of rows) context.lineTo(x(steps), y(interval[0]));
  for (const { steps, interval } of rows.toReversed()) context.lineTo(x(steps), y(interval[1]));
  Object.assign(context, { fillStyle: theme.imagined, globalAlpha: 0.25 });
  context.fill();
  for (const curve of curves) line(curve, theme.muted, 1, 0.4);
  line(
    rows.map(({ steps, median }) => [steps, median]),
    theme.imagined,
    2.5,
  );
}

const short = (value) => String(Math.round(value * 100) / 100);
