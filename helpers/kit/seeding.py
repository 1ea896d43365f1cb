"""Starting Keras's random numbers anew, the same way in every version of Keras."""


def seed_keras(seed):
    """Start Python's, NumPy's, the backend's and Keras's own generators from one number.

    `keras.utils.set_random_seed`, with what it does since Keras 3.13 in older versions too: Python
    3.10 gets no newer one. There `keras.random` would draw on from the generator that it has.

    Parameters
    ----------
    seed : int, 0 … 2³²−1
    """
    import keras

    keras.utils.set_random_seed(seed)
    if tuple(map(int, keras.version().split(".")[:2])) < (3, 13):
        from keras.src.backend.common import global_state
        global_state.set_global_attribute("global_seed_generator", None)
