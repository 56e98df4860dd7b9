"""A lab of mbppo in a notebook: an agent that learns, and imagines, live in the reader's browser."""

import pathlib
import uuid

import anywidget
import traitlets

__all__ = ["Lab"]
__version__ = "0.0.0"


class Lab(anywidget.AnyWidget):
    """``Lab(task="CartPole-v1", seed=1)``: everything trains in the browser that shows the notebook.

    The settings are those of the page's address; ``run`` takes all others (``"horizon=5&physics.gravity=20"``).
    ``metrics``, ``real_steps``, ``mean_reward`` and ``solved_at_real_steps`` follow the run.
    """

    _esm = pathlib.Path(__file__).parent / "static" / "mbppo.widget.js"

    task = traitlets.Unicode("CartPole-v1").tag(sync=True)
    preset = traitlets.Unicode("").tag(sync=True)
    seed = traitlets.Int(None, allow_none=True).tag(sync=True)
    device = traitlets.Unicode("cpu").tag(sync=True)
    speed = traitlets.Unicode("").tag(sync=True)
    run = traitlets.Unicode("").tag(sync=True)
    panels = traitlets.Unicode("stage counters horizon-error returns").tag(sync=True)
    controls = traitlets.Unicode("").tag(sync=True)
    theme = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Unicode("").tag(sync=True)
    autoplay = traitlets.Bool(False).tag(sync=True)

    playing = traitlets.Bool(False).tag(sync=True)
    iteration = traitlets.Int(0).tag(sync=True)
    real_steps = traitlets.Int(0).tag(sync=True)
    imagined_steps = traitlets.Int(0).tag(sync=True)
    mean_reward = traitlets.Float(None, allow_none=True).tag(sync=True)
    solved_at_real_steps = traitlets.Int(None, allow_none=True).tag(sync=True)
    metrics = traitlets.Dict().tag(sync=True)
    error = traitlets.Dict().tag(sync=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        self._asked = {}
        self.on_msg(self._answered)

    def ask(self, call, *args, then=None):
        """Asks the lab for one of its methods (``"step"``, ``"configure"``, ``"exportRun"`` …).

        ``then(value, error)`` hears the answer: a value, or the bytes of a file, or an error's words.
        """
        request = uuid.uuid4().hex
        if then is not None:
            self._asked[request] = then
        self.send({"id": request, "call": call, "args": list(args)})

    def play(self):
        self.ask("play")

    def pause(self):
        self.ask("pause")

    def _answered(self, _, content, buffers):
        then = self._asked.pop(content.get("id"), None)
        if then is not None:
            value = bytes(buffers[0]) if buffers else content.get("value")
            then(value, content.get("error"))
