// A lab: everything that trains one run and shows it, in one element of any page. Composition root: creates the parts
// and wires them together; nothing here makes decisions. What belongs to the page is injected; every part ends with
// `signal`.
import { createDelivery } from "../delivery.js";
import { find } from "../dom.js";
import { homeAddress } from "../engine/address.js";
import { openEngines } from "../engine/index.js";
import { createLoop } from "../loop.js";
import { createPainting } from "../painting.js";
import { mountControls } from "../panels/controls.js";
import { mountCounters } from "../panels/counters.js";
import { mountCurves } from "../panels/curves.js";
import { mountDisplay } from "../panels/display.js";
import { mountDoubt } from "../panels/doubt.js";
import { mountFiles } from "../panels/files.js";
import { mountKept } from "../panels/kept.js";
import { mountKeptRuns } from "../panels/kept_runs.js";
import { mountKeys } from "../panels/keys.js";
import { mountLearning } from "../panels/learning.js";
import { mountLoading } from "../panels/loading.js";
import { mountMetrics } from "../panels/metrics.js";
import { mountNarration } from "../panels/narration.js";
import { mountNotes } from "../panels/notes.js";
import { mountOpened } from "../panels/opened.js";
import { mountReality } from "../panels/reality.js";
import { mountRibbon } from "../panels/ribbon.js";
import { mountSavePicture } from "../panels/save_picture.js";
import { mountSettings } from "../panels/settings.js";
import { mountShare } from "../panels/share.js";
import { mountTopline } from "../panels/topline.js";
import { mountTrouble } from "../panels/trouble.js";
import { mountTrust } from "../panels/trust.js";
import { mountWhere } from "../panels/where.js";
import { mountWorld } from "../panels/world.js";
import { createPlotter } from "../plotting.js";
import { received, stopped } from "../reports.js";
import { createStage } from "../stage/index.js";
import { createStore, INITIAL } from "../store.js";
import { createTheme } from "../theme.js";
import { ownAddress } from "./address.js";
import { createApi } from "./api.js";
import { tellEvents } from "./events.js";
import { createRequests } from "./requests.js";
import { showOnly } from "./shown.js";
import { enter } from "./shadow.js";
import { watchSight } from "./sight.js";
import { startLab } from "./start.js";

const PANELS = [
  mountTopline,
  mountShare,
  mountDisplay,
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
  mountFiles,
  mountOpened,
  mountKeptRuns,
];

/** Where pictures are further apart, nothing else moves by itself either: what fades is laid out in every frame. */
const SLOW_MS = 50;

/**
 * @typedef {object} Options
 * @property {string} [run] what runs, as in an address: "task=Pendulum-v1&seed=3"
 * @property {import("./address.js").Address} [address] where the run's address is read and kept, instead of `run`
 * @property {?EventTarget} [keys] where its keys are heard; without it in the lab itself, while it has the focus
 * @property {boolean} [restOffScreen] whether the lab rests while none of it is in the window
 * @property {?string} [panels] the panels that it shows, by name with spaces between; without it all of them
 * @property {?string} [controls] the controls that it has; without it all, or few beside chosen panels
 * @property {?string} [theme] "light" or "dark"; without it as the visitor's system has it
 * @property {?string} [publicPath] the folder that was built, where these modules do not lie in it any more
 * @property {?{ factory: () => IDBFactory, tab: () => Storage }} [storage] where runs are kept by themselves; without
 *   it nowhere
 * @property {(name: string, detail: any) => void} [told] hears what happens, as in events.js
 */

/**
 * Makes `host`, an element of the document, a lab; nothing is left of it after `destroy`. Any number of labs of a page
 * share one download and one compiled program, and have a worker each.
 * @param {HTMLElement} host
 * @param {Options} [options]
 */
export function createLab(host, options = {}) {
  const { run = "", publicPath = null, keys = null, restOffScreen = true, storage = null, told = () => {} } = options;
  const home = homeAddress(publicPath);
  const { address = ownAddress(run, home) } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const store = createStore(INITIAL);
  signal.addEventListener("abort", store.end);
  /** @type {any} */ let parts = null; // once the program has arrived
  const arrived = (now) => {
    parts = signal.aborted ? null : now;
  };
  signal.addEventListener("abort", () => arrived(null));
  /** @type {any} */ let root = null;
  const shows = (wished) => showOnly(root, wished);
  const started = async () => {
    root = await enter(host, { home, signal });
    tellEvents({ store, told });
    try {
      shows(options);
    } catch (error) {
      store.set({ notes: [`${error.message} It looks as usual.`] });
    }
    await assemble(root, { host, home, store, address, keys, restOffScreen, storage, arrived, signal });
    const { schema, settings } = store.get();
    if (settings)
      told("ready", { version: schema.version, task: settings.task, preset: settings.preset, seed: settings.seed });
  };
  const ready = started().catch((error) => {
    if (!signal.aborted) throw error;
  });
  const requests = createRequests({ ready, lab: () => parts, shows });
  return createApi({ store, parts: () => parts, requests, ready, destroy: () => ending.abort() });
}

function assemble(root, { host, home, store, address, keys, restOffScreen, storage, arrived, signal }) {
  const lab = find("lab", root);
  const theme = createTheme({ host, lab, signal });
  const stageCanvas = find("stage", root);
  const stage = createStage({ canvas: stageCanvas, theme, store, signal });
  /** @type {?ReturnType<typeof createPlotter>} */
  let plotter = null;
  /** @type {any} */
  let commands = null; // of the run, once the program has arrived
  /** @type {any} */
  let keeper = null;
  const delivery = createDelivery((report) => store.set(received(report, store.get())));
  const painting = createPainting((now, dt) => {
    lab.classList.toggle("is-slow", painting.every() > SLOW_MS);
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
  signal.addEventListener("abort", loop.end);
  if (restOffScreen) watchSight(host, { seen: loop.seen, signal });
  mountLoading({ root, store });
  mountNotes({ root, store });
  const afresh = { ...address, reload: () => (keeper?.leave(), address.reload()) }; // not with what has failed
  mountTrouble({ root, store, address: afresh, rescue: () => commands.rescue() });

  return startLab({
    openEngines: (wish) => openEngines({ ...wish, home }),
    store,
    loop,
    address,
    storage,
    calm: matchMedia("(prefers-reduced-motion: reduce)").matches,
    signal,
    arrived(parts) {
      plotter = createPlotter({ plots: parts.engines.plots, theme, signal });
      ({ commands, keeper } = parts);
      for (const mount of PANELS) mount({ ...parts, root, home, theme, plotter, keys, signal });
      const draws = (canvas) => (canvas === stageCanvas ? stage.redraw() : plotter?.redraw(canvas));
      mountSavePicture({ root, theme, redraw: draws });
      find("version", root).textContent = `mbppo ${store.get().schema.version}`;
      arrived({ ...parts, flush: delivery.flush });
    },
  });
}
