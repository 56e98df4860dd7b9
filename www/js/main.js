// The page's composition: makes the parts and wires them. Nothing here decides anything.
import { EngineError } from "./engine/protocol.js";
import { openEngines } from "./engine/index.js";
import { createLoop } from "./loop.js";
import { mountControls } from "./panels/controls.js";
import { mountCounters } from "./panels/counters.js";
import { mountCurves } from "./panels/curves.js";
import { mountDoubt } from "./panels/doubt.js";
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
import { readSettings, threadOf, writeSettings } from "./params.js";
import { createPainting } from "./painting.js";
import { createPlotter } from "./plotting.js";
import { publish } from "./public.js";
import { createRun } from "./run.js";
import { createStage } from "./stage/index.js";
import { createStore, INITIAL } from "./store.js";
import { createTheme } from "./theme.js";
import { addressWith, pairsOf } from "./url.js";
import { find } from "./dom.js";
import { received, stopped, trouble } from "./reports.js";

find("help").remove(); // every module has arrived

const store = createStore(INITIAL);
const theme = createTheme();
const stage = createStage({ canvas: find("stage"), theme, store });
/** @type {?ReturnType<typeof createPlotter>} */
let plotter = null;
/** @type {any} */
let commands = null; // of the run, once the program has arrived
const loop = createLoop({
  paint: createPainting((now, dt) => { stage.paint(now, dt); plotter?.paintOne(now); }),
  reported: (report) => store.set(received(report, store.get())),
  failed: (error) => store.set(stopped(error, store.get())),
});
mountLoading({ store });
mountNotes({ store });
mountTrouble({ store, rescue: () => commands.rescue() });

try {
  const engines = await openEngines({
    thread: threadOf(pairsOf(location.href)),
    onProgress: (progress) => store.set({ loading: { ...progress, done: false } }),
    onPanic: (message, options) => store.set(trouble(message, store.get(), options)),
  });
  const { schema, plots } = engines;
  store.set({ schema });
  const addressOf = (settings) => addressWith(location.href, writeSettings(settings, schema));
  plotter = createPlotter({ plots, theme });
  const run = createRun({ engines, store, loop, settingsChanged: (settings) => history.replaceState(null, "", addressOf(settings)) });
  commands = run.commands;
  const parts = { store, plotter, addressOf, commands };
  for (const mount of [mountTopline, mountControls, mountKeys, mountCounters, mountRibbon, mountNarration, mountLearning, mountTrust, mountWhere, mountWorld, mountReality, mountDoubt, mountCurves, mountMetrics, mountSettings]) mount(parts);
  find("version").textContent = `mbppo ${schema.version}`;
  publish(parts);

  const { settings, problems } = readSettings(pairsOf(location.href), schema);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  store.set({ notes: problems, speed: settings.speed });
  await run.startForgiving(settings, { playing: settings.autoplay && !calm });
  store.set({ loading: { ...store.get().loading, done: true } });
} catch (error) {
  store.set(trouble(EngineError.from(error).message, store.get(), { final: true }));
}
