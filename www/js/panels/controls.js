// Play, pause and step, as in a video player.
import { find, say } from "../dom.js";
import { counted } from "../format.js";

export function mountControls({ root, store, commands }) {
  const bar = find("controls", root);
  const play = find("play", root);
  const big = find("big-play", root);
  const speed = find("speed", root);
  const needRun = ["play", "tick", "phase", "restart", "new-seed"].map((name) => find(name, bar));

  play.addEventListener("click", commands.toggle);
  big.addEventListener("click", () => {
    commands.play();
    play.focus({ preventScroll: true });
  });
  find("tick", bar).addEventListener("click", commands.tick);
  find("phase", bar).addEventListener("click", commands.phase);
  find("restart", bar).addEventListener("click", commands.restart);
  find("new-seed", bar).addEventListener("click", commands.newSeed);
  mountUndo({ root, store, commands, bar });
  find("skip", root).addEventListener("click", () => bar.focus());
  speed.addEventListener("change", () => commands.setSpeed(speed.querySelector(":checked").value));

  store.on(["playing", "run", "stopped", "snapshot"], ({ playing, run, stopped, snapshot }) => {
    find("lab", root).classList.toggle("is-playing", playing);
    say(find("play-word", root), playing ? "Pause" : "Play");
    for (const button of needRun) button.disabled = run === 0;
    for (const name of ["play", "tick", "phase"]) if (stopped) find(name, bar).disabled = true;
    big.hidden = playing || stopped || run === 0 || (snapshot?.ticks ?? 0) > 0;
  });
  store.on(["speed"], (state) => {
    speed.querySelector(`[value=${state.speed}]`).checked = true;
  });
}

/** Offered for as long as there is a run to go back to. */
function mountUndo({ root, store, commands, bar }) {
  const undo = find("undo", bar);
  undo.addEventListener("click", async () => {
    const error = await commands.undo();
    if (error) store.set({ notes: [...store.get().notes, error.message] });
  });
  store.on(["left"], ({ left }) => {
    if (!left && root.activeElement === undo) find("play", bar).focus({ preventScroll: true });
    undo.hidden = !left;
    if (left)
      undo.title =
        `Back to the previous run: ${left.task}, seed ${left.seed}, after ` + `${counted(left.iteration, "iteration")}`;
  });
}
