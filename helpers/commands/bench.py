"""`python3 -m helpers bench [--json]`: speed, measured in one run and given as ratios.

Seconds differ from machine to machine; what is compared here is measured in turns on the same one,
so that whatever else the machine does falls on both. Every figure is a median after a warm-up.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from helpers.commands import rooms
from helpers.commands.environment import ROOT

CHAPTER_BUDGET = 180.0         # s for Run All on two cores
WIDGET_BUDGET_MS = (50, 100)   # from slider to picture: median, 95 in 100
HELPERS = "import helpers.nn, helpers.kit, helpers.kit.exercise, " + ", ".join(
    f"helpers.{room}.exercises, helpers.{room}.widgets, helpers.{room}.plots"
    for room in rooms.ROOMS.values())


def main(arguments: list[str]) -> int:
    """Measure and print; a chapter that is not built is left out."""
    parser = argparse.ArgumentParser(prog="python3 -m helpers bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--no-chapters", action="store_true", help="leave out running chapters")
    parser.add_argument("--no-browser", action="store_true",
                        help="measure only the kernel's part of a widget's answer")
    options = parser.parse_args(arguments)
    result = {
        "cores": os.cpu_count(),
        "imports": imports(),
        "widgets": widgets(browser=not options.no_browser),
        "training_step": {f"batch_{size}": training_step(size) for size in (32, 128)},
        "cnn_training_step": {f"batch_{size}": cnn_training_step(size) for size in (32, 128)},
        "chapters": {} if options.no_chapters else chapters(),
    }
    print(json.dumps(result, indent=2) if options.json else report(result))
    return 0


def in_turns(tasks: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median time of each task in seconds; the tasks take turns, after one warm-up each."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(repeats):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def imports() -> dict:
    """A fresh interpreter with everything the chapters import, against one with NumPy alone."""
    def fresh(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)

    seconds = in_turns({"numpy": fresh("import numpy"), "helpers": fresh(HELPERS)}, repeats=5)
    return {"numpy_s": seconds["numpy"], "helpers_s": seconds["helpers"],
            "helpers_over_numpy": seconds["helpers"] / seconds["numpy"]}


def widgets(browser: bool) -> dict:
    """Of each widget: the kernel's time to compute, and the whole way from slider to picture."""
    pictures = slider_to_picture() if browser else {}
    return {name: {"kernel": latency(widget), "slider_to_picture": pictures.get(name)}
            for chapter in rooms.ROOMS for name, widget in rooms.widgets(chapter).items()}


def slider_to_picture() -> dict:
    """Widget -> latency in a real JupyterLab; {} where there is no Chromium.

    The browser test that moves every control is what measures it.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "latency.json")
        tests = ["tests/browser/test_widgets_in_lab.py", "-q", "-k", "mouse_and_keyboard"]
        ran = subprocess.run([sys.executable, "-m", "pytest", *tests], cwd=ROOT, text=True,
                             env=dict(os.environ, COURSE_LATENCY=str(target)),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if ran.returncode:
            sys.stderr.write(f"Not every widget could be timed in the browser:\n{ran.stdout}\n")
        measured = json.loads(target.read_text()) if target.exists() else {}
    return {name: against_budget(figure["median"], figure["p95"])
            for chapter in measured.values() for name, figure in chapter.items()}


def against_budget(p50_ms: float, p95_ms: float) -> dict:
    """Two latencies, and their ratios to what is allowed from slider to picture."""
    return {"p50_ms": p50_ms, "p95_ms": p95_ms, "p50_over_budget": p50_ms / WIDGET_BUDGET_MS[0],
            "p95_over_budget": p95_ms / WIDGET_BUDGET_MS[1]}


def latency(widget, repeats: int = 60) -> dict:
    """From a widget's state to its data: what the kernel adds to the way from slider to picture.

    Every state differs a little from the one before, so that nothing is answered from a cache.
    """
    times = []
    for number in range(repeats + 5):
        state = {key: value * (1 - 1e-6 * number) if isinstance(value, float) else value
                 for key, value in widget.initial.items()}
        start = time.perf_counter()
        widget.compute(state)
        times.append(time.perf_counter() - start)
    times = sorted(times[5:])   # the first five warm up
    return against_budget(1e3 * statistics.median(times), 1e3 * times[int(0.95 * len(times))])


def training_step(batch_size: int) -> dict:
    """One step of the chapter's network, 64-64-10 with Adam on the digits: ours against Keras."""
    from helpers import nn
    from helpers.kit import data, runtime

    runtime.tensorflow()
    import keras

    split = data.load("digits").flat()
    x, y = split.x_train, split.y_train
    ours = nn.Sequential([nn.Dense(64, activation="relu"), nn.Dense(10)], seed=0)
    ours.compile(optimizer=nn.Adam(1e-3))
    theirs = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64, activation="relu"),
                               keras.layers.Dense(10)])
    theirs.compile(optimizer=keras.optimizers.Adam(1e-3),
                   loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    epochs = 3
    seconds = in_turns({
        "ours": lambda: ours.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0),
        "keras": lambda: theirs.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0),
    }, repeats=5)
    steps = epochs * -(-len(x) // batch_size)
    return {"ours_ms": 1e3 * seconds["ours"] / steps, "keras_ms": 1e3 * seconds["keras"] / steps,
            "ours_over_keras": seconds["ours"] / seconds["keras"]}


def cnn_training_step(batch_size: int) -> dict:
    """One step of the article's CNN: ours against Keras, the textbook's way, and bare products."""
    from helpers.cnn import speed

    return speed.measure(batch_size, repeats=15).numbers()


def chapters() -> dict:
    """Run All of every chapter as a student gets it, once, start of the kernel included.

    `sections_s` says in which sections a reader waits.
    """
    import nbclient
    import nbformat

    measured = {}
    for path in sorted(Path(ROOT, "chapters").glob("[0-9][0-9]_*.ipynb")):
        if ".mine-" in path.name:
            continue
        notebook = nbformat.read(path, as_version=4)
        began: dict[int, float] = {}
        took: dict[int, float] = {}
        client = nbclient.NotebookClient(
            notebook, timeout=600, kernel_name="python3", extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_execute=lambda cell, cell_index: began.update(  # noqa: B023
                {cell_index: time.perf_counter()}),
            on_cell_executed=lambda cell, cell_index, execute_reply: took.update(  # noqa: B023
                {cell_index: time.perf_counter() - began[cell_index]}))  # noqa: B023
        with tempfile.TemporaryDirectory() as progress:
            start = time.perf_counter()
            client.execute(env=dict(os.environ, COURSE_PROGRESS=progress, NB_PROFILE="quick",
                                    COURSE_CHECKPOINTS=os.path.join(progress, "checkpoints")))
            seconds = time.perf_counter() - start
        measured[path.stem] = {"run_all_s": seconds, "over_budget": seconds / CHAPTER_BUDGET,
                               "sections_s": by_section(notebook, took)}
    return measured


def by_section(notebook, seconds: dict[int, float]) -> dict[str, float]:
    """Add up the seconds of single cells (number -> seconds) under the headings they stand below.

    What stands before the first heading counts as "start".
    """
    heading, sums = "start", {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            heading = next(iter(re.findall(r"^## (.+)$", cell.source, re.MULTILINE)), heading)
        sums[heading] = sums.get(heading, 0.0) + seconds.get(number, 0.0)
    return sums


def report(result: dict) -> str:
    """The measurements as text to read."""
    lines = [f"On {result['cores']} cores; ratios below 1 are faster, or within the budget.", "",
             f"import helpers / import numpy   {result['imports']['helpers_over_numpy']:6.2f}"]
    for name, step in result["training_step"].items():
        lines.append(f"training step, ours / Keras     {step['ours_over_keras']:6.2f}   {name}, "
                     f"{step['ours_ms']:.2f} / {step['keras_ms']:.2f} ms")
    for name, step in result["cnn_training_step"].items():
        for other in ("keras", "textbook", "products", "plain"):
            lines.append(f"step of the CNN, ours / {other:<9}{step[f'ours_over_{other}']:6.2f}   "
                         f"{name}, {step['ours_ms']:.1f} / {step[f'{other}_ms']:.1f} ms")
    for name, widget in result["widgets"].items():
        whole = widget["slider_to_picture"] or widget["kernel"]
        way = "from slider to picture" if widget["slider_to_picture"] else "in the kernel alone"
        lines.append(f"widget, 95th percentile / 100 ms{whole['p95_over_budget']:6.2f}   {name}, "
                     f"{whole['p50_ms']:.1f} ms median {way}")
    for name, chapter in result["chapters"].items():
        lines.append(f"Run All / {CHAPTER_BUDGET:.0f} s                 "
                     f"{chapter['over_budget']:6.2f}   {name}, {chapter['run_all_s']:.0f} s")
        lines += [f"{seconds:>34.1f} s   {heading}"
                  for heading, seconds in chapter["sections_s"].items()]
    return "\n".join(lines)
