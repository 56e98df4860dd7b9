// Which picture a task has. Each picture is one file of this folder with the same few exports; nothing else on the page
// knows a task by its name.
//
// TASKS: ids of the tasks that look like this
// STILL: what to show before anything has happened, an observation
// GHOSTS: {poses, paths, straight?}: an imagined body stands at every `poses`th step ahead (0: only at the end);
//   how dark its path is drawn, and whether it has corners
// STRIP: the number that is drawn over time under the picture, as strip.js takes it; null: the picture has all the room
// marks(eye): the strip's marks where the task's physics move them; optional
// camera(box, obs, world): how the task lies in {left, width, top, bottom}; world =
//   {task, maze, physics: {name: value}}
// drawWorld(context, eye, view, theme): what stands still
// drawReal(context, eye, view, theme): the real body in ink, and what it does; view is the player's
// drawImagined(context, eye, obs, theme, alpha, {last}): one of light, slender enough for many; `last` of its future
// pathPoint(eye, obs, {ahead, index, count}): where the path of future `index` of `count` goes after `ahead` steps
// describe(obs, frame): what is seen, a sentence
// ending(eye, frame): {words, good (null: neither), x}
import * as acrobot from "./acrobot.js";
import * as cartPole from "./cart_pole.js";
import * as cartPoleSwingUp from "./cart_pole_swing_up.js";
import * as maze from "./maze.js";
import * as mountainCar from "./mountain_car.js";
import * as numbers from "./numbers.js";
import * as pendulum from "./pendulum.js";

export const PICTURES = [cartPole, acrobot, pendulum, mountainCar, cartPoleSwingUp, maze];

/** The picture of a task's id; a task without one is drawn as what the agent sees, number by number. */
export function pictureOf(id) {
  return PICTURES.find(({ TASKS }) => TASKS.includes(id)) ?? numbers;
}
