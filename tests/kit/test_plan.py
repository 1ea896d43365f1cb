"""The plan for the device that is there, on devices that are not: and what it does on this one."""

import math
import re
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.kit import plan as plans
from helpers.kit import runtime
from helpers.kit.runtime import Device

CPU = Device("CPU", "a processor", "tensorflow", 1)
JAX_CPU = CPU._replace(backend="jax")
L4 = Device("GPU", "NVIDIA L4", "tensorflow", 1, (8, 9))
T4 = Device("GPU", "Tesla T4", "tensorflow", 1, (7, 5))
P100 = Device("GPU", "Tesla P100", "tensorflow", 1, (6, 0))
JAX_L4 = L4._replace(backend="jax")
TPU = Device("TPU", "TPU v5e", "jax", 8)
METAL = Device("GPU", "Apple GPU (MPS)", "torch", 1)
DEVICES = [CPU, JAX_CPU, L4, T4, P100, JAX_L4, TPU, METAL, CPU._replace(backend="torch")]
MNIST, DIGITS = 60_000, 1_437


@pytest.mark.parametrize("device, n, batch, precision, jit, steps, pipeline", [
    (CPU, DIGITS, 32, "float32", False, 10, "tf.data"),
    (CPU, MNIST, 32, "float32", False, 10, "tf.data"),
    (JAX_CPU, MNIST, 32, "float32", True, 1, "arrays"),
    (L4, MNIST, 256, "mixed_bfloat16", True, 10, "tf.data"),
    (T4, MNIST, 256, "mixed_float16", True, 10, "tf.data"),
    (P100, MNIST, 256, "float32", True, 10, "tf.data"),
    (JAX_L4, MNIST, 256, "mixed_bfloat16", True, 10, "kept"),
    (TPU, MNIST, 256, "mixed_bfloat16", True, 10, "kept"),
    (METAL, MNIST, 256, "float32", False, 1, "arrays"),
    (L4, DIGITS, 32, "float32", False, 10, "tf.data"),      # 5 updates an epoch would teach little
])
def test_what_is_chosen(device, n, batch, precision, jit, steps, pipeline):
    plan = plans.plan(device, n)
    assert (plan.batch_size, plan.precision, plan.jit_compile, plan.steps_per_execution,
            plan.pipeline) == (batch, precision, jit, steps, pipeline)
    assert plan.learning_rate_factor == math.sqrt(batch / 32)
    assert plan.compile == {"jit_compile": jit, "steps_per_execution": steps}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("n", [1, 30, DIGITS, MNIST])
@pytest.mark.parametrize("batch_size", [1, 32, 512])
def test_every_plan_can_be_carried_out_and_gives_a_reason_for_each_choice(device, n, batch_size):
    plan = plans.plan(device, n, batch_size)
    assert 1 <= plan.batch_size <= n and plan.learning_rate_factor >= 1
    updates = math.ceil(n / plan.batch_size)
    assert 1 <= plan.steps_per_execution <= updates
    # What was asked for may leave few updates; a larger batch never does.
    assert plan.batch_size == min(batch_size, n) or updates >= plans.UPDATES
    rows = plan.rows()
    assert {what for what, _, _ in rows} == set(plan.reasons)
    for _, chosen, why in rows:
        assert chosen and re.fullmatch(r"[A-Z].*[.]", why) and len(why) < 140


def test_the_plan_is_a_table_in_both_forms():
    plan = plans.plan(L4._replace(name="a <b> card"), MNIST)
    text, page = repr(plan), plan._repr_html_()
    assert len(text.splitlines()) == 7 and page.count('<th scope="row"') == 7
    for what, _, why in plan.rows():
        assert what in text and why in text and f">{what}</th>" in page
    assert "a &lt;b&gt; card" in page and "<b>" not in page
    assert "× 2.83" in text and "mixed_bfloat16" in text


@pytest.mark.parametrize("arguments, words", [
    ((0,), "n_examples should be a whole number from 1 on: len(x_train), for instance; got 0"),
    ((12.0,), "got 12.0"), ((True,), "got True"), ((np.zeros((4, 2)),), "got ndarray"),
    ((10, 0), "batch_size should be a whole number from 1 on; got 0"), ((10, "32"), "got '32'"),
])
def test_numbers_that_are_none_are_refused(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        plans.plan(CPU, *arguments)


def test_jax_says_what_its_cards_can_do_and_other_devices_say_nothing():
    assert runtime._capability(SimpleNamespace(compute_capability="8.9")) == (8, 9)
    assert runtime._capability(SimpleNamespace()) is None
    assert runtime._capability(SimpleNamespace(compute_capability="gfx90a")) is None


# --- On this machine ----------------------------------------------------------------------------


def build(plan):
    """The article's network on 12×12 pixels, with this plan's numbers."""
    keras = runtime.keras()
    runtime.seed_everything(0)
    with plan.scope():
        model = keras.Sequential([
            keras.Input((12, 12, 1)), keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(), keras.layers.Flatten(),
            keras.layers.Dense(3, dtype="float32")])
    model.compile(optimizer=keras.optimizers.Adam(1e-2 * plan.learning_rate_factor),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  **plan.compile)
    return model


def stripes(n=90):
    """Images whose bright third says the class."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    x = rng.normal(0, 0.1, (n, 12, 12, 1)).astype(np.float32)
    for image, label in zip(x, y, strict=True):
        image[:, 4 * label:4 * label + 4] += 1
    return x, y


def test_the_plan_of_this_machine_trains():
    x, y = stripes()
    plan = runtime.plan(len(x), batch_size=8)
    assert plan.device == runtime.device() and plan.steps_per_execution > 1
    history = build(plan).fit(plan.batches(x, y, seed=1), epochs=6, verbose=0)
    losses = history.history["loss"]
    assert losses[-1] < 0.5 * losses[0]     # guessing stays at log 3; it learns this in one epoch


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16", "float32"])
def test_the_scope_sets_the_numbers_inside_and_nothing_outside(precision):
    keras = runtime.keras()
    before = keras.config.dtype_policy()
    plan = plans.plan(CPU, 90)._replace(precision=precision)
    x, y = stripes()
    model = build(plan)
    assert keras.config.dtype_policy() == before
    compute = {layer.compute_dtype for layer in model.layers[:-1]}
    assert compute == {precision.removeprefix("mixed_")}
    assert {str(v.dtype) for v in model.trainable_variables} == {"float32"}
    assert keras.backend.standardize_dtype(model(x[:2]).dtype) == "float32"     # logits
    scaled = type(model.optimizer).__name__ == "LossScaleOptimizer"
    assert scaled == (precision == "mixed_float16")
    loss = model.fit(plan.batches(x, y), epochs=1, verbose=0).history["loss"][0]
    assert np.isfinite(loss)


def test_an_error_inside_the_scope_leaves_the_numbers_as_they_were():
    config = runtime.keras().config
    before = config.dtype_policy()
    with pytest.raises(KeyError), plans.plan(L4, MNIST).scope():
        raise KeyError
    assert config.dtype_policy() == before
