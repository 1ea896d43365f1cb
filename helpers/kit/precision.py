"""How many bits Keras computes with: every way to 64 bits that its three backends need."""

import contextlib


@contextlib.contextmanager
def keras_floats(dtype):
    """Let Keras make and convert floats as `dtype` ("float32", "float64") for a while.

    Otherwise losses, metrics and the learning rate of a float64 model are float32: 0.001 becomes
    0.00100000005. And JAX has no 64-bit floats at all until it is told to: it would compute in
    32 bits and say so in a warning only.
    """
    import keras

    before = keras.backend.floatx()
    # Keras makes its default policy at first use and keeps it: asked for only while floatx is
    # float64, it would make every later model of the session a float64 model.
    policy = keras.config.dtype_policy()
    with _jax_in_64_bits(dtype):
        keras.config.set_dtype_policy(dtype)
        keras.backend.set_floatx(dtype)
        try:
            yield
        finally:
            keras.backend.set_floatx(before)
            keras.config.set_dtype_policy(policy)


@contextlib.contextmanager
def _jax_in_64_bits(dtype):
    """On the JAX backend let 64-bit floats be 64 bits wide; elsewhere they are."""
    import keras

    if keras.backend.backend() != "jax" or dtype != "float64":
        yield
        return
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", before)
