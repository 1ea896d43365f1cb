"""All cores at once: a batch is cut into parts, and each core works on one.

Images of a batch know nothing of each other, so their parts can be computed side by side. NumPy's
matrix product uses all cores by itself, but a product alone: its cores meet again after each of the
many products of a step, and while one of them is late (another program has it), all wait. Here each
core does products and everything between them on its own, and they meet once for each layer.
"""

import contextlib
import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

LEAST = 4
"""A part has at least so many images. To hand it to another thread takes some 20 µs, and one image
in the second convolution of the article's CNN some 60 µs."""

_lock = threading.Lock()
_running = 0    # how many want a product to stay on one core just now
_threads_before = 1


def in_parts(size, work, least=LEAST):
    """Do `work` on all parts of a batch, on all cores.

    Parameters
    ----------
    size : int
        Number of examples in the batch, N.
    work : function of a slice
        Gets a part of 0 … N; it must write nowhere outside its part.
    least : int
        Number of examples below which a part is not worth another thread.

    Returns
    -------
    results : list
        What `work` returned for each part, in order. As many as NumPy's products use threads, which
        OPENBLAS_NUM_THREADS and threadpoolctl can limit; one where that cannot be found out.
    """
    blas = _blas()
    count = max(min(_cores(blas), size // least), 1)
    parts = [slice(size * k // count, size * (k + 1) // count) for k in range(count)]
    if count == 1:
        return [work(parts[0])]
    treatment = np.geterr()    # what happens on overflow is set for each thread

    def one(part):
        with np.errstate(**treatment):
            return work(part)

    with one_core_for_a_product():
        others = [_pool(os.getpid(), count).submit(one, part) for part in parts[1:]]
        return [one(parts[0]), *(other.result() for other in others)]


def _cores(blas):
    """Return the number of threads that NumPy's products use by themselves; int."""
    if blas is None:
        return 1
    with _lock:
        return _threads_before if _running else blas.get_num_threads()


@contextlib.contextmanager
def one_core_for_a_product():
    """Let every matrix product stay on the core that asks for it, for a while."""
    global _running, _threads_before
    blas = _blas()
    if blas is None:
        yield
        return
    with _lock:
        if _running == 0:
            _threads_before = blas.get_num_threads()
            _limit(blas, 1)
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if _running == 0:
                _limit(blas, _threads_before)


def _limit(blas, threads):
    """Say how many threads a product may use, whichever thread of Python says so.

    threadpoolctl 3.8 listens only to the thread that spoke first, and does nothing for all
    others. In JupyterLab a widget computes in another thread than a cell: it would not be heard,
    or worse, whoever comes last could not give the cores back.
    """
    release = getattr(blas, "clear_controlling_thread", lambda force: None)
    release(force=True)
    blas.set_num_threads(threads)
    release(force=True)


@functools.cache
def _blas():
    """Return what controls the library that NumPy's products come from, or None."""
    try:
        from threadpoolctl import ThreadpoolController  # comes with scikit-learn
    except ImportError:
        return None
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    own = [library for library in found if "numpy" in library.filepath]
    return (own or found or [None])[0]


@functools.cache
def _pool(process, threads):
    """Return the threads that wait for work; a process made by fork has none, and makes its own."""
    return ThreadPoolExecutor(threads - 1, thread_name_prefix="nn")
