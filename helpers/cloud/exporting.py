"""A trained network becomes a file that a server can run, without the program that trained it.

What is exported takes grey levels from 0 to 255, as image files hold them, and gives probabilities:
the scaling is *inside*. If each client had to scale, one of them would some day do it differently
from the training (*training–serving skew*).
"""

import contextlib
import json
import os
import shutil
import uuid
from functools import cache
from pathlib import Path

import numpy as np

SHAPE = (28, 28)      # of one image
CLASSES = 10
LARGEST = 255.0       # grey level of full ink
NPZ = "network.npz"   # what a version of kind "numpy" consists of


def export(network, folder, version, kind="tensorflow"):
    """Write one version of a network into `folder`/`version`, in one step.

    Parameters
    ----------
    network : nn.Sequential
        For images of 28×28 with values from 0 to 1, giving ten scores.
    folder : path-like
        One folder for all versions of this model.
    version : int
        1, 2, 3 … A server takes the highest.
    kind : "tensorflow" or "numpy"
        A SavedModel, which TensorFlow Serving reads as well; or weights and layers for
        `helpers.nn`, with which a server starts without TensorFlow.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    FileExistsError
        If the version exists: versions are never changed. Take the next number.
    ValueError
        For a version or a kind that cannot be.
    """
    writers = {"tensorflow": _write_saved_model, "numpy": _write_npz}
    if kind not in writers or not isinstance(version, int) or version < 1:
        raise ValueError('export: expected a version of 1, 2, 3 … and kind "tensorflow" or '
                         f'"numpy"; got {version!r} and {kind!r}.')
    target = Path(folder) / str(version)
    if target.exists():
        raise FileExistsError(f"{target} exists, and versions are never changed: others may be "
                              f"using it. Export as version {version + 1}.")
    temporary = target.with_name(f".{version}-{uuid.uuid4().hex[:8]}")
    temporary.mkdir(parents=True)
    try:
        writers[kind](network, temporary)
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


def serving_model(network):
    """The Keras model that is served: grey levels (n, 28, 28) -> probabilities (n, 10)."""
    import keras

    from helpers.kit import parity

    scores = parity.copy_to_keras(network)
    return keras.Sequential([
        keras.Input(SHAPE, name="pixels"),
        keras.layers.Rescaling(1 / LARGEST),
        keras.layers.Reshape(network.input_shape),
        scores,
        keras.layers.Softmax(name="probabilities")])


def _write_saved_model(network, path):
    from helpers.kit import runtime

    runtime.keras()
    logger = runtime.tensorflow().get_logger()      # it says where it has written: in a moment,
    level = logger.level                            # that folder has another name
    logger.setLevel("ERROR")
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            serving_model(network).export(str(path), verbose=False)
    finally:
        logger.setLevel(level)


def _write_npz(network, path):
    about = {"layers": [layer.config() for layer in network.layers],
             "input_shape": list(network.input_shape)}
    arrays = {f"weight_{i}": w for i, w in enumerate(network.get_weights())}
    text = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(path / NPZ, about=text, **arrays)


# --- reading -----------------------------------------------------------------------------------

def load(path):
    """The function of an exported version: float32 grey levels (n, 28, 28) -> (n, 10).

    Raises
    ------
    ValueError
        If nothing that can be served is there, or it does not answer as it should: it is tried
        once, which also takes the first call's extra time away from the first client.
    """
    path = Path(path)
    if (path / NPZ).exists():
        predict = _load_npz(path / NPZ)
    elif (path / "saved_model.pb").exists():
        predict = _load_saved_model(path)
    else:
        raise ValueError(f"{path} holds neither a SavedModel nor {NPZ}: export writes one of them.")
    answers = predict(np.zeros((2, *SHAPE), np.float32))
    if answers.shape != (2, CLASSES) or not np.allclose(answers.sum(axis=1), 1, atol=1e-3):
        raise ValueError(f"{path} should give {CLASSES} probabilities for each image; for two "
                         f"black ones it gave an array of shape {answers.shape}.")
    return predict


def _load_npz(file):
    from helpers import nn

    with np.load(file, allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        weights = [arrays[f"weight_{i}"] for i in range(len(arrays.files) - 1)]
    network = nn.Sequential([_layer(nn, config) for config in about["layers"]])
    network.build(tuple(about["input_shape"]))
    network.set_weights(weights)

    def predict(pixels):
        x = np.asarray(pixels, np.float32) / np.float32(LARGEST)
        return nn.softmax(network.predict(x.reshape(-1, *network.input_shape)))
    return predict


def _layer(nn, config):
    """A layer from its settings."""
    kinds = {kind.__name__: kind for kind in vars(nn).values()
             if isinstance(kind, type) and issubclass(kind, nn.Layer)}
    settings = {k: v for k, v in config.items() if k not in ("layer", "l2")}
    if settings.get("activation"):
        settings["activation"] = settings["activation"].lower()
    return kinds[config["layer"]](**settings)


def _load_saved_model(path):
    from helpers.kit import runtime

    tf = runtime.tensorflow()
    loaded = tf.saved_model.load(str(path))
    signature = loaded.signatures["serving_default"]
    (name,) = signature.structured_input_signature[1]

    def predict(pixels, _keep=loaded):        # without a reference TensorFlow forgets the model
        (answer,) = signature(**{name: tf.constant(pixels, tf.float32)}).values()
        return answer.numpy()
    return predict


# --- which network -----------------------------------------------------------------------------

def network():
    """The network to serve: the CNN that was trained in chapter 3, or one trained now.

    Returns
    -------
    nn.Sequential
        With `origin`, a sentence that says where it comes from.
    """
    return trained_in_chapter_3() or _trained_now()


@cache
def _trained_now():
    """Four epochs with a large rate: not its best, and done in some seconds."""
    from helpers import nn
    from helpers.cnn import networks

    found, digits = networks.global_pool_cnn(), networks.digits()
    found.compile(optimizer=nn.Adam(2e-3))
    found.fit(digits.x_train, digits.y_train, batch_size=32, epochs=4, seed=0, verbose=0)
    found.origin = ("No network of chapter 3 lies in checkpoints/, so a small one, its global-pool "
                    "CNN, was trained now.")
    return found


def trained_in_chapter_3():
    """The CNN of chapter 3 as its last whole epoch left it, or None."""
    from helpers.cnn import networks
    from helpers.kit import checkpoint

    for name in ("mnist-cnn", "roaming-cnn"):
        weights = checkpoint.whole_weights(name)
        if weights is not None:
            found = networks.article_cnn()
            keras_model = _keras_twin(found, weights)
            found.set_weights(keras_model.get_weights())
            found.origin = f"The CNN that was trained in chapter 3: {weights}."
            return found
    return None


def _keras_twin(network, weights):
    from helpers.kit import parity, runtime

    runtime.keras()
    model = parity.copy_to_keras(network)
    model.load_weights(weights)
    return model
