// A selector whose choice starts a run. Picking from the list takes effect at once; moving through it with the arrow
// keys takes effect after a pause, on leaving it, or on Enter.

const REST_MS = 1200;
const WALKS = /^(Arrow|Page|Home|End)|^.$/; // a letter jumps to an option

/**
 * Calls `chosen(value)`. Gives {show}: `show(value)` sets the selector, unless somebody is on their way through it.
 * @param {EventTarget & { value: string }} select
 * @param {(value: string) => void} chosen
 * @param {{ later?: (act: () => void, ms: number) => unknown, never?: (timer: any) => void }} [clock]
 */
export function makeChoice(select, chosen, { later = setTimeout, never = clearTimeout } = {}) {
  let walking = false; // whether the latest key moved through the closed list
  /** @type {any} */ let timer = null;
  let shown = select.value;

  const commit = () => {
    never(timer);
    [timer, walking] = [null, false];
    if (select.value === shown) return;
    shown = select.value;
    chosen(shown);
  };
  select.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey } = /** @type {KeyboardEvent} */ (event);
    walking = WALKS.test(key) && !ctrlKey && !metaKey;
    if (key === "Enter" && timer !== null) commit();
  });
  select.addEventListener("pointerdown", () => {
    walking = false;
  });
  select.addEventListener("change", () => {
    never(timer);
    if (!walking) return commit();
    timer = later(commit, REST_MS);
  });
  select.addEventListener("blur", () => {
    if (timer !== null) commit();
  });

  return {
    show(value) {
      if (timer !== null) return;
      shown = value;
      select.value = value;
    },
  };
}
