// Shapes that several pictures share: rods, joints, arrows, dashed lines and short labels.

/** A rod with round ends through these points. */
export function rod(context, points, width, colour, alpha = 1) {
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  points.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
  context.lineCap = "butt";
  context.globalAlpha = 1;
}

export function disc(context, [x, y], radius, colour, alpha = 1) {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
  context.globalAlpha = 1;
}

export function dashed(context, points, colour, pattern = [2, 5]) {
  context.setLineDash(pattern);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  points.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
  context.setLineDash([]);
}

/** The point of an arrow at `end`, looking along `angle`. */
export function arrowhead(context, [x, y], angle, size, colour) {
  context.fillStyle = colour;
  context.beginPath();
  for (const [turn, length] of [
    [0, size],
    [2.5, size],
    [-2.5, size],
  ])
    context.lineTo(x + length * Math.cos(angle + turn), y + length * Math.sin(angle + turn));
  context.fill();
}

/** A turn around `centre` from `angle` on, as far as `sweep` says (radians, clockwise), with a head: a torque. */
export function turn(context, [x, y], radius, angle, sweep, colour) {
  if (Math.abs(sweep) < 0.05) return;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius, angle, angle + sweep, sweep < 0);
  context.stroke();
  const end = angle + sweep;
  arrowhead(
    context,
    [x + radius * Math.cos(end), y + radius * Math.sin(end)],
    end + (Math.sign(sweep) * Math.PI) / 2,
    6,
    colour,
  );
}

/** A few words at a place; `align` and `base` as the canvas names them. */
export function label(
  context,
  text,
  [x, y],
  theme,
  { align = "left", base = "middle", colour = theme.muted, weight = 400 } = {},
) {
  context.font = `${weight} ${theme.font_size}px system-ui, sans-serif`;
  context.textAlign = align;
  context.textBaseline = base;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = theme.paper; // whatever passes under the words
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
