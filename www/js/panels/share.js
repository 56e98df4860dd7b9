// Sharing a run: its address, and the code that shows it in a page of somebody else's, with a preview of just that.
import { find, say } from "../dom.js";
import { EngineError } from "../engine/protocol.js";
import { pairsOf } from "../url.js";

/** What an embedded lab shows at first. */
const FEW = ["stage", "counters", "horizon-error"];
/** Panels that are offered: those that say something on their own. */
const OFFERED = ["stage", "counters", "narration", "phases", "returns", "horizon-error", "map", "reality", "doubt"];

/** `home`: the folder that was built. */
export function mountShare({ root, store, engines, addressOfRun, home }) {
  const dialog = find("share-dialog", root);
  const fold = find("embed", root);
  const [code, kind, place, frame] = ["embed-code", "embed-kind", "embed-panels", "embed-preview"].map((name) =>
    find(name, root),
  );
  const boxes = OFFERED.map((name) => {
    const row = document.createElement("label");
    const box = Object.assign(document.createElement("input"), {
      type: "checkbox",
      value: name,
      checked: FEW.includes(name),
    });
    row.append(box, ` ${name}`);
    place.append(row);
    return box;
  });

  const show = () => {
    const panels = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    const run = pairsOf(addressOfRun());
    code.value = kind.value === "element" ? elementCode({ home, run, panels }) : frameCode({ home, run, panels });
    say(find("embed-done", root), "");
    // A preview is a lab of its own, and costs as much: only while somebody looks.
    if (fold.open && dialog.open) frame.setAttribute("src", frameAddress({ home, run, panels }));
    else frame.removeAttribute("src");
  };
  for (const node of [...boxes, kind]) node.addEventListener("change", show);
  fold.addEventListener("toggle", show);
  dialog.addEventListener("close", show);

  find("embed-copy", root).addEventListener("click", () => copied(code, find("embed-done", root)));
  const [address, done, withPolicy] = ["share-address", "share-done", "share-policy"].map((name) => find(name, root));
  const offer = async () => {
    address.value = addressOfRun();
    try {
      if (withPolicy.checked) address.value = await withPolicyOf(store.get(), engines, address.value);
    } catch (error) {
      withPolicy.checked = false;
      return say(done, error.message);
    }
    address.select();
    await copied(address, done);
  };
  withPolicy.addEventListener("change", offer);
  find("share", root).addEventListener("click", () => {
    withPolicy.checked = false;
    say(done, "");
    dialog.showModal();
    show();
    return offer();
  });
}

/** The address with what the run has learned in it. */
async function withPolicyOf({ checkpoint, settings }, engines, address) {
  if (!checkpoint) throw new EngineError("Nothing has been learned before the first iteration has ended.");
  const policy = await engines.policyText(checkpoint, settings.task);
  return `${address}${new URL(address).hash === "" ? "#" : "&"}policy=${policy}`; // no server is sent a hash
}

async function copied(field, status) {
  try {
    await navigator.clipboard.writeText(field.value);
    say(status, "It is on your clipboard.");
  } catch {
    field.select();
    say(status, "Copy it from the field above.");
  }
}

/** The address of a frame with this run and these panels; what a host adds to it (autoplay) may be changed by hand. */
export function frameAddress({ home, run, panels }) {
  const pairs = new URLSearchParams([...run, ["panels", panels.join(" ")]]);
  return `${new URL("embed.html", home).href}#${pairs}`;
}

export const frameCode = (wished) =>
  `<iframe src="${escaped(frameAddress(wished))}"\n` +
  '  title="An agent learns by imagining" width="640" height="480" loading="lazy" allow="clipboard-write"></iframe>';

/** The same as an element. What has an attribute of its own gets that; the rest goes into `run`. */
export function elementCode({ home, run, panels }) {
  const own = ["task", "preset", "seed", "device", "speed"];
  const attributes = run.filter(([name]) => own.includes(name));
  const rest = new URLSearchParams(run.filter(([name]) => ![...own, "autoplay", "thread"].includes(name))).toString();
  const all = [...attributes, ...(rest ? [["run", rest]] : []), ["panels", panels.join(" ")]];
  return (
    `<script type="module" src="${escaped(new URL("element.js", home).href)}"></script>\n` +
    `<mbppo-lab ${all.map(([name, value]) => `${name}="${escaped(value)}"`).join(" ")} autoplay></mbppo-lab>`
  );
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
