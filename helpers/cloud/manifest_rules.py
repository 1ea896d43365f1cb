"""What experience forbids in manifests, and schemas allow: the rules behind `manifests.lint`.

Each rule yields a `Finding` where it is broken. Names of rules say what is wrong, so that exercise
5.12 can use them.
"""

import json
import re
from typing import NamedTuple

SECRET = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(^|_)KEY($|_)", re.IGNORECASE)
BUCKET = re.compile(r"--folder[= ](s3|gs|az)://")
UNITS = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
         "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


class Finding(NamedTuple):
    """What a rule has to say: its name, where, and why it matters."""

    rule: str
    where: str
    why: str


def nothing(document, documents):
    """For what no rule is about."""
    return ()


# --- Kubernetes --------------------------------------------------------------------------------

def containers(document):
    """The containers of a Deployment or a Job."""
    return document["spec"]["template"]["spec"]["containers"]


def workload(document, documents):
    """The rules for a Deployment or a Job."""
    place = f"{document['kind']} {document['metadata']['name']}"
    for container in containers(document):
        where = f"{place}, container {container['name']}"
        yield from limits(container, where)
        if document["kind"] == "Deployment":
            yield from probes(container, where)
        yield from share(document, container, documents, where)
        for variable in container.get("env") or []:
            yield from secret(variable["name"], variable.get("value"), where)
            if SECRET.search(variable["name"]) and "configMapKeyRef" in (
                    variable.get("valueFrom") or {}):
                yield Finding("secret in a ConfigMap", f"{where}, {variable['name']}",
                              "ConfigMaps are for all to read; a Secret has readers of its own")
        yield from version(container.get("image", ""), where)
        if document["kind"] == "Job" and on_spot(document["spec"]["template"]["spec"]):
            yield from bucket(container.get("args"), where)


def limits(container, where):
    """What a container may take: at least its memory is limited, and it asks for no more."""
    requests, most = resources(container)
    if "memory" not in most:
        yield Finding("no resource limits", where, "one container with a leak takes all of the "
                      "machine, and its neighbours with it")
    for kind in sorted(set(most) & set(requests)):
        if quantity(requests[kind]) > quantity(most[kind]):
            yield Finding("requests above limits", f"{where}, {kind}", "the object is refused")


def share(document, container, documents, where):
    """Whoever is scaled by a share of the CPU must have asked for some."""
    requests, most = resources(container)
    # Where only a limit is given, Kubernetes takes it as the request.
    if scaled_by_cpu(document, documents) and "cpu" not in {**most, **requests}:
        yield Finding("HPA without requests", where, "the autoscaler aims at a share of the "
                      "requested CPU; without a request it never scales")


def resources(container):
    """Requests and limits, both dicts."""
    given = container.get("resources") or {}
    return given.get("requests") or {}, given.get("limits") or {}


def quantity(text):
    """A quantity of Kubernetes as a number: "500m" is 0.5, "1Gi" 2³⁰."""
    found = re.fullmatch(r"\s*([\d.]+(?:e\d+)?)\s*([A-Za-z]*)\s*", str(text))
    if not found or found[2] not in ("", *UNITS):
        raise ValueError(f"expected a quantity such as 500m, 2 or 1Gi; got {text!r}")
    return float(found[1]) * UNITS.get(found[2], 1)


def scaled_by_cpu(document, documents):
    """Whether an autoscaler aims at this object's share of the CPU."""
    for other in documents:
        if other.get("kind") == "HorizontalPodAutoscaler":
            target = other["spec"]["scaleTargetRef"]
            aims = [m["resource"] for m in other["spec"].get("metrics", []) if "resource" in m]
            if target["name"] == document["metadata"]["name"] and any(
                    a["name"] == "cpu" and a["target"]["type"] == "Utilization" for a in aims):
                return True
    return False


def probes(container, where):
    """A Deployment's containers: two questions, two probes."""
    ready, alive = container.get("readinessProbe"), container.get("livenessProbe")
    if not ready:
        yield Finding("no readiness probe", where, "requests come before the model is loaded, and "
                      "are answered by 503")
    elif alive and ready.get("httpGet") == alive.get("httpGet") is not None:
        yield Finding("one probe for two questions", where, "while a model loads, a server that "
                      "lives and is not ready would be started anew, for ever")


def on_spot(pod):
    """Whether a pod asks for machines that may be taken away."""
    wishes = json.dumps([pod.get(key) for key in ("nodeSelector", "tolerations", "affinity")])
    return "spot" in wishes.lower() or "preemptible" in wishes.lower()


def budget(document, documents):
    """A PodDisruptionBudget must leave something that may be stopped."""
    least, labels = document["spec"].get("minAvailable"), document["spec"]["selector"]
    for other in documents:
        if other.get("kind") == "Deployment" and other["spec"]["selector"] == labels:
            there = other["spec"].get("replicas", 1)
            if least == "100%" or (isinstance(least, int) and least >= there):
                yield Finding("a budget that allows nothing", f"PodDisruptionBudget "
                              f"{document['metadata']['name']}", f"of {there} replicas {least} "
                              "must always be there: no machine can be emptied for maintenance")


# --- rules for all ------------------------------------------------------------------------------

def secret(name, value, where):
    """No secret stands in a manifest."""
    if SECRET.search(name) and value:
        yield Finding("secret in env plain text", f"{where}, {name}", "whoever may read the "
                      "manifest reads the secret, and so does every log of it")


def version(image, where):
    """The image says which one it is: by a tag that is not `latest`, or by a digest."""
    tag = image.rpartition("/")[2]
    if "@sha256:" not in tag and (":" not in tag or tag.endswith(":latest")):
        yield Finding("image without a fixed version", where, "another image may run tomorrow")


def bucket(arguments, where):
    """On spot machines checkpoints go to a bucket, `--folder` of the worker."""
    if not BUCKET.search(" ".join(map(str, arguments or []))):
        yield Finding("spot without checkpoint path", where, "what was saved goes with the machine")


# --- SageMaker, Vertex AI, Docker ----------------------------------------------------------------

def sagemaker(document, documents):
    """The rules for SageMaker's CreateTrainingJob."""
    where = f"training job {document['TrainingJobName']}"
    for name, value in (document.get("Environment") or {}).items():
        yield from secret(name, value, where)
    program = document["AlgorithmSpecification"]
    if "TrainingImage" in program:
        yield from version(program["TrainingImage"], where)
    if not document.get("EnableManagedSpotTraining"):
        return
    saved = document.get("CheckpointConfig") or {}
    if not saved.get("S3Uri"):
        yield Finding("spot without checkpoint path", where, "a spot machine is taken away at some "
                      "moment, and all its work with it")
    elif not BUCKET.search(arguments := " ".join(program.get("ContainerArguments") or [])):
        folder = re.search(r"--folder[= ](\S+)", arguments)
        local = saved.get("LocalPath", "/opt/ml/checkpoints")
        if folder and not f"{folder[1].rstrip('/')}/".startswith(f"{local.rstrip('/')}/"):
            yield Finding("saves beside the checkpoint path", where, f"only {local} is copied to "
                          f"the bucket; the program saves to {folder[1]}")
    stop = document.get("StoppingCondition") or {}
    wait, run = stop.get("MaxWaitTimeInSeconds", 0), stop.get("MaxRuntimeInSeconds", 86_400)
    if wait < run:
        yield Finding("MaxWait < MaxRuntime", where, f"waiting for machines and training together "
                      f"may take {wait:,} s, training alone {run:,} s: the job is refused")


def vertex(document, documents):
    """The rules for Vertex AI's CustomJob, or for the specification in it."""
    job = document.get("jobSpec", document)
    spot = (job.get("scheduling") or {}).get("strategy") == "SPOT"
    for number, pool in enumerate(job["workerPoolSpecs"]):
        where, container = f"worker pool {number}", pool.get("containerSpec")
        if container:
            yield from version(container["imageUri"], where)
            for variable in container.get("env") or []:
                yield from secret(variable["name"], variable.get("value"), where)
            if spot:
                yield from bucket(container.get("args"), where)


def dockerfile(text):
    """The rules for a Dockerfile."""
    lines = re.sub(r"\\\n", " ", text).splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line.strip() and line[0] != "#"]
    for step, rest in (line for line in steps if len(line) == 2):
        if step == "FROM" and rest.split()[0] != "scratch":
            yield from version(rest.split()[0], f"FROM {rest}")
        if step in ("ENV", "ARG"):
            for name, value in re.findall(r"(\w+)[= ](\S+)", rest):
                yield from secret(name, value, step)
        if step in ("CMD", "ENTRYPOINT") and not rest.startswith("["):
            yield Finding("a shell between Docker and the program", f"{step} {rest}", "the shell "
                          "gets SIGTERM and keeps it: write the command as a list")
    users = [rest.strip() for step, rest in (s for s in steps if len(s) == 2) if step == "USER"]
    if not users or users[-1].split(":")[0] in ("root", "0"):
        yield Finding("runs as root", "USER", "who breaks out of the program owns the container")
