// Composition root: creates the page's parts and wires them together. Nothing here makes decisions.
import { createDelivery } from "./delivery.js";
import { openEngines } from "./engine/index.js";
import { createLoop } from "./loop.js";
import { mountControls } from "./panels/controls.js";
import { mountCounters } from "./panels/counters.js";
import { mountCurves } from "./panels/curves.js";
import { mountDoubt } from "./panels/doubt.js";
import { mountKept } from "./panels/kept.js";
import { mountKeys } from "./panels/keys.js";
import { mountLearning } from "./panels/learning.js";
import { mountLoading } from "./panels/loading.js";
import { mountMetrics } from "./panels/metrics.js";
import { mountNarration } from "./panels/narration.js";
import { mountNotes } from "./panels/notes.js";
import { mountReality } from "./panels/reality.js";
import { mountRibbon } from "./panels/ribbon.js";
import { mountSettings } from "./panels/settings.js";
import { mountTopline } from "./panels/topline.js";
import { mountTrouble } from "./panels/trouble.js";
import { mountTrust } from "./panels/trust.js";
import { mountWhere } from "./panels/where.js";
import { mountWorld } from "./panels/world.js";
import { openPage } from "./page.js";
import { createPainting } from "./painting.js";
import { createPlotter } from "./plotting.js";
import { publish } from "./public.js";
import { createStage } from "./stage/index.js";
import { createStore, INITIAL } from "./store.js";
import { createTheme } from "./theme.js";
import { find } from "./dom.js";
import { received, stopped } from "./reports.js";

const PANELS = [
  mountTopline,
  mountControls,
  mountKept,
  mountKeys,
  mountCounters,
  mountRibbon,
  mountNarration,
  mountLearning,
  mountTrust,
  mountWhere,
  mountWorld,
  mountReality,
  mountDoubt,
  mountCurves,
  mountMetrics,
  mountSettings,
];

/** Where pictures are further apart, nothing else moves by itself either: what fades is laid out in every frame. */
const SLOW_MS = 50;

find("help").remove(); // every module has arrived

const store = createStore(INITIAL);
const theme = createTheme();
const stage = createStage({ canvas: find("stage"), theme, store });
/** @type {?ReturnType<typeof createPlotter>} */
let plotter = null;
/** @type {any} */
let commands = null; // of the run, once the program has arrived
const delivery = createDelivery((report) => store.set(received(report, store.get())));
const painting = createPainting((now, dt) => {
  document.body.classList.toggle("is-slow", painting.every() > SLOW_MS);
  delivery.flush();
  stage.paint(now, dt);
  plotter?.paintOne(now);
});
const loop = createLoop({
  paint: painting.frame,
  paintsEvery: painting.every,
  reported: delivery.take,
  leaving: delivery.flush,
  failed: (error) => store.set(stopped(error, store.get())),
});
mountLoading({ store });
mountNotes({ store });
mountTrouble({ store, rescue: () => commands.rescue() });

await openPage({
  openEngines,
  store,
  loop,
  address: { read: () => location.href, write: writeAddress },
  calm: matchMedia("(prefers-reduced-motion: reduce)").matches,
  arrived(parts) {
    plotter = createPlotter({ plots: parts.engines.plots, theme });
    commands = parts.commands;
    for (const mount of PANELS) mount({ ...parts, plotter });
    find("version").textContent = `mbppo ${store.get().schema.version}`;
    publish(parts);
  },
});

/** A browser refuses a page that writes too often; the address that is shared does not come from the bar. */
function writeAddress(href) {
  try {
    history.replaceState(null, "", href);
  } catch (error) {
    console.warn(error);
  }
}
