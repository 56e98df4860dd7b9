// CartPole as a picture: where its parts are on the canvas, and how a body of ink or of light is drawn.
// obs = [cart position m, cart velocity, pole angle rad, pole velocity].

export const TASK = "CartPole-v1";
export const EDGE = 2.4; // m: the cart may go this far
export const FALL = (12 * Math.PI) / 180; // rad: the pole may lean this far
export const ANGLE = 2; // index of the pole's angle in an observation
const POLE = 1; // m: CartPole's pole, twice its half length
const CART = { width: 0.4, height: 0.15 };
const KEPT = 0.7; // the cart stays within this share of the picture's width

/** How metres become pixels between `top` and `ground`; a narrow picture looks closer and goes along with the cart. */
export function camera({ width, top, ground }, x) {
  const metre = Math.min((ground - top) / (POLE + CART.height + 0.12), width / 3.2);
  const slack = Math.max(0, EDGE - (KEPT * width) / 2 / metre);
  const centre = (Math.max(-EDGE, Math.min(EDGE, x)) / EDGE) * slack;
  return { metre, ground, x: (metres) => width / 2 + (metres - centre) * metre };
}

export function body(view, obs) {
  const x = view.x(obs[0]);
  const axle = view.ground - CART.height * view.metre;
  return { x, axle, tipX: x + Math.sin(obs[2]) * POLE * view.metre, tipY: axle - Math.cos(obs[2]) * POLE * view.metre };
}

export function drawTrack(context, view, theme) {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(view.x(-EDGE), view.ground + 0.5);
  context.lineTo(view.x(EDGE), view.ground + 0.5);
  for (const side of [-EDGE, EDGE]) {
    context.moveTo(view.x(side), view.ground - 8);
    context.lineTo(view.x(side), view.ground + 8.5);
  }
  context.stroke();
  context.strokeStyle = theme.hairline;
  context.beginPath();
  for (let metres = -2; metres <= 2; metres += 0.5) {
    context.moveTo(view.x(metres), view.ground + 1);
    context.lineTo(view.x(metres), view.ground + 6);
  }
  context.stroke();
}

/** Two faint rays: beyond them the pole counts as fallen. */
export function drawLimits(context, view, obs, theme) {
  const { x, axle } = body(view, obs);
  const length = POLE * view.metre * 1.06;
  context.strokeStyle = theme.hairline;
  context.lineWidth = 1;
  context.setLineDash([2, 5]);
  context.beginPath();
  for (const angle of [-FALL, FALL]) {
    context.moveTo(x, axle);
    context.lineTo(x + Math.sin(angle) * length, axle - Math.cos(angle) * length);
  }
  context.stroke();
  context.setLineDash([]);
}

/** The real one: solid ink. */
export function drawReal(context, view, obs, theme) {
  const { x, axle, tipX, tipY } = body(view, obs);
  drawCart(context, view, x);
  context.fillStyle = theme.ink;
  context.fill();
  drawPole(context, view, { x, axle, tipX, tipY }, theme.ink, 1);
  context.fillStyle = theme.paper;
  context.beginPath();
  context.arc(x, axle, Math.max(1.6, view.metre * 0.016), 0, 7);
  context.fill();
}

/** An imagined one: light, and slender enough for many. */
export function drawImagined(context, view, obs, theme, alpha, { cart = true } = {}) {
  const parts = body(view, obs);
  if (cart) {
    context.globalAlpha = alpha * 0.6;
    drawCart(context, view, parts.x);
    context.fillStyle = theme.imagined;
    context.fill();
  }
  drawPole(context, view, parts, theme.imagined, alpha, 0.45);
}

function drawCart(context, view, x) {
  const width = CART.width * view.metre;
  const height = CART.height * view.metre;
  context.beginPath();
  context.roundRect(x - width / 2, view.ground - height, width, height - 1, 3);
}

function drawPole(context, view, { x, axle, tipX, tipY }, colour, alpha, thickness = 1) {
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.lineWidth = Math.max(4, view.metre * 0.05) * thickness;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(x, axle);
  context.lineTo(tipX, tipY);
  context.stroke();
  context.lineCap = "butt";
  context.globalAlpha = 1;
}
