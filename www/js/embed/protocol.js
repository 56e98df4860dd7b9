// The messages between a page and a lab in a frame of it, version 1. Pure.
//
//   page → frame   {mbppo: 1, id, call: "step", args: ["iteration"]}
//   frame → page   {mbppo: 1, id, value}   or   {mbppo: 1, id, error: {code, message, hint}}
//   frame → page   {mbppo: 1, event: "episode", detail: {…}}
//
// A page that shows frames as high as what is in them may hear of that in three ways: the event "resize", LTI's
// lti.frameResize, and iframe-resizer's messages.

import { shownValue } from "../shown_value.js";

export const VERSION = 1;

/** What a page may ask of its frame: what an element's methods do, and `get`, which gives what the lab knows. */
export const CALLS = [
  "play",
  "pause",
  "step",
  "reset",
  "configure",
  "getState",
  "setState",
  "openRun",
  "exportRun",
  "show",
  "destroy",
  "get",
];
/** What `get` gives. */
export const KNOWN = ["snapshot", "curves", "settings", "device", "physics", "playing", "trouble", "address"];

/**
 * {id, call, args} of a message; {id, refused: a sentence} where it is meant for a lab and is not one that it knows;
 * null where it is meant for somebody else.
 * @param {any} data
 */
export function readMessage(data) {
  if (typeof data !== "object" || data === null || !("mbppo" in data)) return null;
  const { mbppo, id = null, call, args = [] } = data;
  const refused = (field, value, allowed) => ({
    id,
    refused: `${field} = ${shownValue(value)} is not valid: it must be ${allowed}.`,
  });
  if (mbppo !== VERSION) return refused("mbppo", mbppo, `${VERSION}, the version of these messages`);
  if (!CALLS.includes(call)) return refused("call", call, `one of ${CALLS.join(", ")}`);
  if (!Array.isArray(args)) return refused("args", args, "an array");
  if (call === "get" && !KNOWN.includes(args[0])) return refused("args[0]", args[0], `one of ${KNOWN.join(", ")}`);
  return { id, call, args };
}

/**
 * The settings of a frame that are none of the run's: who may send it messages, and what it looks like.
 * {pairs, frame: {origins, panels, controls, theme}}; `origins`: null for whoever holds the frame.
 * @param {[string, string][]} all pairs of the frame's address
 * @returns {{ pairs: [string, string][], frame: { origins: ?string[], panels: ?string, controls: ?string,
 *   theme: ?string } }}
 */
export function frameSettings(all) {
  const own = ["origins", "panels", "controls", "theme"];
  const found = (name) => all.findLast(([each]) => each === name)?.[1].trim() ?? null;
  const [origins, panels, controls, theme] = own.map(found);
  return {
    pairs: all.filter(([name]) => !own.includes(name)),
    frame: { origins: origins === null ? null : origins.split(/[\s,]+/).filter(Boolean), panels, controls, theme },
  };
}

/** Whether a message of this origin counts. */
export const isAllowed = (origins, origin) => origins === null || origins.includes(origin);

/** LTI's message of a height, which Canvas, Moodle and Brightspace understand. */
export const ltiResize = (height) => JSON.stringify({ subject: "lti.frameResize", height });

const RESIZER = "[iFrameSizer]";

/** The id by which iframe-resizer knows this frame, from its first message; null of any other. */
export function resizerId(data) {
  if (typeof data !== "string" || !data.startsWith(RESIZER)) return null;
  const fields = data.slice(RESIZER.length).split(":");
  return fields.length > 3 ? fields[0] : null;
}

/** What iframe-resizer hears of a size; `why`: "init" at first, then "resizeObserver". */
export const resizerMessage = (id, { width, height }, why) => `${RESIZER}${id}:${height}:${width}:${why}`;
