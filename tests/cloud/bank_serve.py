"""Exercise 5.10, 5.p10 and 5.h of chapter 05, for tests/cloud/bank.py."""

import json

import numpy as np

from tests.exercises.registers import right_answers, wrong_answers

FUNCTIONS = ["5.10"]
QUESTIONS = ["5.p10", "5.h"]
DEMANDED = {"5.10": [
    "model loaded for each request", "one call of the model for each image",
    "no validation: 500 instead of 400", "not JSON: float32 or an array",
    "preprocessing skew: scaled otherwise than in training"]}
KEYS = {"5.p10": "c", "5.h": "b"}
ALTERNATIVES, WRONG_ANSWERS = {}, []
accepted, named = right_answers(ALTERNATIVES), wrong_answers(WRONG_ANSWERS)


@accepted("5.10")
def everything_in_one_try(body, server):
    try:
        x = np.array(json.loads(body)["instances"], dtype=np.float32).reshape(-1, 8, 8)
        same = np.shape(json.loads(body)["instances"])[1:] == (8, 8)
        assert same and len(x) and np.all(np.isfinite(x))
    except Exception as error:
        return 400, {"error": repr(error)}
    return 200, {"predictions": server.model(x / 16).astype(float).tolist()}


@accepted("5.10")
def step_by_step(body, server):
    try:
        request = json.loads(body.decode())
    except ValueError:
        return 400, {"error": "not JSON"}
    if not isinstance(request, dict) or not isinstance(request.get("instances"), list):
        return 400, {"error": "instances is missing"}
    try:
        images = np.asarray(request["instances"], dtype=float)
    except ValueError:
        return 400, {"error": "not numbers"}
    if images.ndim != 3 or images.shape[1:] != (8, 8) or images.shape[0] < 1:
        return 400, {"error": "shape"}
    if not np.isfinite(images.sum()):
        return 400, {"error": "NaN"}
    probabilities = server.model(images / 16.0)
    return 200, {"predictions": [[float(p) for p in row] for row in probabilities]}


@named("5.10", "no validation: 500 instead of 400")
def trusts_everybody(body, server):
    images = np.array(json.loads(body)["instances"]) / 16
    return 200, {"predictions": server.model(images).tolist()}


@named("5.10", "model loaded for each request")
def loads_first(body, server):
    try:
        images = np.array(json.loads(body)["instances"], float)
    except (ValueError, KeyError, TypeError):
        server.load()
        return 400, {"error": "JSON"}
    model = server.load()
    if images.shape[1:] != (8, 8) or not len(images) or not np.isfinite(images).all():
        return 400, {"error": "shape"}
    return 200, {"predictions": model(images / 16).tolist()}


@named("5.10", "preprocessing skew: scaled otherwise than in training")
def as_with_photographs(body, server):
    try:
        images = np.array(json.loads(body)["instances"], float)
    except (ValueError, KeyError, TypeError):
        return 400, {"error": "JSON"}
    if images.shape[1:] != (8, 8) or not len(images) or not np.isfinite(images).all():
        return 400, {"error": "shape"}
    return 200, {"predictions": server.model(images / 255).tolist()}


def read(body):
    return np.array(json.loads(body)["instances"], float)


@named("5.10", "infinity is not noticed")
def looks_for_nan(body, server):
    try:
        images = read(body)
    except Exception:
        return 400, {"error": "JSON"}
    if images.shape[1:] != (8, 8) or not len(images) or np.isnan(images).any():
        return 400, {"error": "shape"}
    return 200, {"predictions": server.model(images / 16).tolist()}


@named("5.10", "pressed into shape")
def reshapes(body, server):
    try:
        images = read(body).reshape(-1, 8, 8)
    except Exception:
        return 400, {"error": "JSON"}
    if not len(images) or not np.isfinite(images).all():
        return 400, {"error": "shape"}
    return 200, {"predictions": server.model(images / 16).tolist()}


@named("5.10", "a missing “instances” ends in a 500")
def catches_one_error(body, server):
    try:
        images = read(body)
    except ValueError:
        return 400, {"error": "JSON"}
    if images.shape[1:] != (8, 8) or not len(images) or not np.isfinite(images).all():
        return 400, {"error": "shape"}
    return 200, {"predictions": server.model(images / 16).tolist()}


def requests(rng):
    if rng.random() < 0.3:
        return (json.dumps([{"instances": 3}, [], "x", {"x": 1}][rng.integers(4)]).encode(),)
    shape = [(int(rng.integers(1, 6)), 8, 8), (2, 8, 7), (8, 8), (1, 1, 8, 8)][rng.integers(4)]
    return (json.dumps({"instances": rng.integers(0, 17, shape).tolist()}).encode(),)


FURTHER = {"5.10": requests}
TOLERATED = {("5.10", "changes its input"): "bytes cannot be changed"}
