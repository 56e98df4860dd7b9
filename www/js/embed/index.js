// embed.html: a lab that fills its frame and hears and tells the page around it by messages (protocol.js).
import { createLab } from "../lab/index.js";
import { pairsOf } from "../url.js";
import { frameSettings, isAllowed, ltiResize, readMessage, resizerId, resizerMessage, VERSION } from "./protocol.js";

document.querySelector("[data-is=help]")?.remove(); // every module has arrived
const host = /** @type {HTMLElement} */ (document.querySelector("main"));
const { pairs, frame } = frameSettings(pairsOf(location.href));
const around = parent === window ? null : parent;

addEventListener("hashchange", () => location.reload()); // another run, in the same frame

/** To the page around; with a list of origins to none that is not in it. */
function send(message, transfer = []) {
  for (const origin of frame.origins ?? ["*"]) around?.postMessage(message, origin, transfer);
}
const tell = (event, detail) => send({ mbppo: VERSION, event, detail });

const lab = createLab(host, {
  run: new URLSearchParams(pairs).toString(),
  panels: frame.panels,
  controls: frame.controls,
  theme: frame.theme,
  keys: document,
  told: tell,
});
lab.ready.catch((error) => tell("error", { code: "start", message: error.message, hint: "" }));
Object.defineProperty(window, "mbppo", { value: lab });

/** What a call gives. */
async function answered({ call, args }) {
  if (call === "get") return /** @type {any} */ (lab)[args[0]];
  return /** @type {any} */ (lab)[call](...args);
}

addEventListener("message", async ({ data, origin, source }) => {
  if (!around || source !== around) return;
  const id = resizerId(data);
  if (id !== null) return resized(id);
  const message = readMessage(data);
  if (!message || !isAllowed(frame.origins, origin)) return;
  const reply = (rest) => around.postMessage({ mbppo: VERSION, id: message.id, ...rest }, answerTo(origin));
  if (message.refused) return reply({ error: { code: "message", message: message.refused, hint: "" } });
  try {
    reply({ value: await answered(/** @type {any} */ (message)) });
  } catch (error) {
    reply({ error: { code: "setting", message: error.message, hint: "The run goes on as it was." } });
  }
});

/** A page without an origin, such as a file, can only be answered by "*". */
const answerTo = (origin) => (origin === "null" || origin === "" ? "*" : origin);

// --- the size of what is in the frame ---

/** @type {?string} */ let resizer = null; // iframe-resizer's id of this frame
let told = 0;
const sizeNow = () => ({ width: Math.ceil(host.scrollWidth), height: Math.ceil(host.getBoundingClientRect().height) });

function resized(id) {
  resizer = id;
  send(resizerMessage(id, sizeNow(), "init"));
}
new ResizeObserver(() => {
  const size = sizeNow();
  if (size.height === told || size.height === 0) return;
  told = size.height;
  tell("resize", size);
  send(ltiResize(size.height));
  if (resizer !== null) send(resizerMessage(resizer, size, "resizeObserver"));
}).observe(host);

// --- keys that the lab has no use for are the page's: slides are turned with the arrows ---

addEventListener("keydown", ({ key, code, altKey, ctrlKey, metaKey, shiftKey, defaultPrevented }) => {
  if (!around || defaultPrevented) return;
  if (key === "Escape") {
    /** @type {any} */ (document.activeElement)?.blur();
    around.focus();
  }
  tell("key", { key, code, altKey, ctrlKey, metaKey, shiftKey });
});
