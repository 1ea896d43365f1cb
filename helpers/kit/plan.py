"""How to train on the device that is there: one place for what differs between devices.

A notebook that is to run on a laptop, on Colab's graphics cards and on whatever comes next should
not be full of `if`. It asks for a plan, shows it, and uses it in the same lines everywhere.
"""

import contextlib
import html
import math
from typing import NamedTuple

import numpy as np

from helpers.kit import batches as batching

LARGE_BATCH = 256       # on a graphics card a step of so many images costs about that of 32
UPDATES = 50            # an epoch keeps at least so many updates, or it is left as it was asked for
STEPS_PER_CALL = 10


class Plan(NamedTuple):
    """What was chosen for a device. Shown, it is a table with the reason for each choice.

    Attributes
    ----------
    device : runtime.Device
    batch_size : int
        Examples a step.
    learning_rate_factor : float
        By what to multiply a learning rate that was meant for the batch size asked for, with Adam:
        the square root of how much larger the batch is, a rule of thumb.
    precision : str
        Name of a dtype policy of Keras.
    jit_compile : bool
        Whether XLA makes one program of the whole step.
    steps_per_execution : int
        Steps that Keras takes before it returns to Python.
    pipeline : "tf.data", "arrays" or "kept"
        How batches come to the device.
    reasons : dict what → sentence
    """

    device: object
    batch_size: int
    learning_rate_factor: float
    precision: str
    jit_compile: bool
    steps_per_execution: int
    pipeline: str
    reasons: dict

    @property
    def compile(self):
        """Arguments for `model.compile(…, **plan.compile)`."""
        return {"jit_compile": self.jit_compile, "steps_per_execution": self.steps_per_execution}

    @contextlib.contextmanager
    def scope(self):
        """`with plan.scope():` layers that are made inside compute with this plan's numbers.

        Give the last layer `dtype="float32"`: its outputs go into exponentials and sums, for which
        8 or 11 bits are too few.
        """
        from helpers.kit import runtime

        config = runtime.keras().config
        before = config.dtype_policy()
        config.set_dtype_policy(self.precision)
        try:
            yield
        finally:
            config.set_dtype_policy(before)

    def batches(self, x, y, seed=0):
        """Batches for `model.fit(plan.batches(x, y), …)`, in an order that seed and epoch fix.

        See `helpers.kit.batches.batches`. Leave out `batch_size` and `shuffle` in `fit`.
        """
        return batching.batches(x, y, self.batch_size, seed, kept=self.pipeline == "kept")

    def rows(self):
        """The plan as (what, chosen, why)."""
        chosen = {
            "device": str(self.device),
            "batch size": str(self.batch_size),
            "learning rate": f"× {self.learning_rate_factor:.3g}",
            "numbers": self.precision,
            "compilation": "XLA" if self.jit_compile else "none",
            "steps per call": str(self.steps_per_execution),
            "data": {"tf.data": "tf.data, autotuner off", "arrays": "arrays, batch by batch",
                     "kept": "kept on the card"}[self.pipeline],
        }
        return [(what, value, self.reasons[what]) for what, value in chosen.items()]

    def __repr__(self):
        rows = self.rows()
        wide = [max(len(row[i]) for row in rows) for i in (0, 1)]
        return "\n".join(f"{what:<{wide[0]}}  {value:<{wide[1]}}  {why}"
                         for what, value, why in rows)

    def _repr_html_(self):
        left = ' style="text-align:left"'
        head = "".join(f'<th scope="col"{left}>{word}</th>' for word in ("what", "chosen", "why"))
        rows = "".join(f'<tr><th scope="row"{left}>{html.escape(what)}</th>'
                       f"<td{left}>{html.escape(value)}</td><td{left}>{html.escape(why)}</td></tr>"
                       for what, value, why in self.rows())
        return (f"<table><caption>How this training runs here</caption><thead><tr>{head}</tr>"
                f"</thead><tbody>{rows}</tbody></table>")


def plan(device, n_examples, batch_size=32):
    """Choose for a device; see `runtime.plan`, which finds the device.

    Parameters
    ----------
    device : runtime.Device
    n_examples : int
        Examples to learn from.
    batch_size : int
        What you would choose on a laptop.

    Raises
    ------
    ValueError
        If one of the numbers is none.
    """
    for name, value, hint in (("n_examples", n_examples, ": len(x_train), for instance"),
                              ("batch_size", batch_size, "")):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            got = repr(value) if isinstance(value, (int, float, str)) else type(value).__name__
            raise ValueError(f"plan: {name} should be a whole number from 1 on{hint}; got {got}")
    asked = min(int(batch_size), int(n_examples))
    large = device.kind != "CPU" and n_examples >= UPDATES * max(LARGE_BATCH, asked)
    size, factor, why_size, why_rate = _batch(device, int(n_examples), asked, large)
    precision, why_numbers = _precision(device, large)
    jit, why_jit = _compilation(device, large)
    steps, why_steps = _steps(device, math.ceil(n_examples / size))
    pipeline, why_data = _pipeline(device)
    reasons = {"device": _found(device), "batch size": why_size, "learning rate": why_rate,
               "numbers": why_numbers, "compilation": why_jit, "steps per call": why_steps,
               "data": why_data}
    return Plan(device, size, factor, precision, jit, steps, pipeline, reasons)


def _found(device):
    if device.kind == "CPU":
        return "Keras sees no graphics card; this network needs none."
    if device.count > 1:
        return "Keras uses the first of them; more need a strategy of their own."
    return "Keras sees it and uses it."


def _batch(device, n_examples, asked, large):
    """Batch size, factor of the learning rate, and why."""
    if device.kind == "CPU":
        return asked, 1.0, "As asked: a CPU has no idle parts to fill.", "The batch is as asked."
    if not large:
        return asked, 1.0, (f"As asked: larger batches would leave {n_examples:,} examples fewer "
                            f"than {UPDATES} updates an epoch."), "The batch is as asked."
    size = max(LARGE_BATCH, asked)
    if size == asked:
        return asked, 1.0, "As asked: enough to fill the card.", "The batch is as asked."
    return size, math.sqrt(size / asked), (
        f"A card should need little longer for {size} images than for {asked}; "
        f"{n_examples // size} updates an epoch remain."), (
        f"Rule of thumb with Adam: the square root of the batch, √({size}/{asked}).")


def _precision(device, large):
    """Name of the dtype policy, and why."""
    if device.kind == "CPU":
        return "float32", "Most CPUs have no fast arithmetic with 16-bit numbers."
    if not large:
        return "float32", "So little work is done in seconds; 16 bits would gain nothing."
    if device.kind == "TPU":
        return "mixed_bfloat16", "A TPU multiplies 16-bit numbers and adds in 32 bits."
    if device.capability is None:
        return "float32", "What this card does with 16-bit numbers is not known here."
    version = ".".join(map(str, device.capability))
    if device.capability >= (8, 0):
        return "mixed_bfloat16", (f"This card (compute capability {version}) multiplies 16-bit "
                                  "numbers faster; weights stay in 32.")
    if device.capability >= (7, 0):
        return "mixed_float16", (f"This card (compute capability {version}) has float16, no "
                                 "bfloat16. Keras scales the loss so that small gradients survive.")
    return "float32", f"This card (compute capability {version}) is slow with 16-bit numbers."


def _compilation(device, large):
    """Whether XLA compiles the step, and why."""
    if device.backend == "jax":
        return True, "JAX compiles everything with XLA."
    if device.backend == "torch":
        return False, "Keras on PyTorch computes layer by layer."
    if device.kind == "CPU":
        return False, ("On a CPU it makes TensorFlow's convolutions slower: on two cores a step of "
                       "the article's CNN took nearly twice as long.")
    if device.kind == "TPU":
        return True, "A TPU computes nothing else."
    if device.capability is None:
        return False, "XLA is not there for every card of this maker."
    if not large:
        return False, "Compiling takes longer than so little training."
    return True, "Neighbouring operations become one, and the card is asked less often."


def _steps(device, steps_per_epoch):
    """Steps per execution, and why."""
    if device.backend == "jax" and device.kind == "CPU":
        return 1, "JAX's step is compiled already; there is little between two steps."
    if device.backend == "torch":
        return 1, "Keras on PyTorch returns to Python after each step."
    steps = max(1, min(STEPS_PER_CALL, steps_per_epoch // 4))
    return steps, ("Python is asked once in so many steps; less waiting between them." if steps > 1
                   else "An epoch has too few steps to bundle them.")


def _pipeline(device):
    """How the data come, and why."""
    if device.backend == "tensorflow":
        return "tf.data", ("The next batch is gathered while this one is used; with the autotuner "
                           "about one epoch in three took up to twice as long.")
    if device.backend == "jax" and device.kind != "CPU":
        return "kept", "Copied once; each batch is gathered on the card."
    return "arrays", "The data lie in memory already."
