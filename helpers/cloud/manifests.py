"""Manifests: files that say what should run. Read them, and look for what they forget.

`lint` knows this course's own rules. Whether a field exists at all is another matter: the tests
hold the files against the schemas that Kubernetes, AWS and Google publish.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "manifests"
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY", re.IGNORECASE)
BUCKET = re.compile(r"--folder=(s3|gs|az)://")


class Finding(NamedTuple):
    """What a rule has to say: its name, where, and why it matters."""

    rule: str
    where: str
    why: str


class Findings(list):
    """Several `Finding`; the repr is a list in words."""

    def __repr__(self):
        if not self:
            return "nothing found"
        return "\n".join(f"{f.rule}\n    {f.where}: {f.why}" for f in self)


def names():
    """The files there are."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_file())


def read(name):
    """The text of one of the course's manifests.

    Raises
    ------
    ValueError
        If there is none of that name; says which there are.
    """
    if name not in names():
        raise ValueError(f"there is no manifest {name!r}; there are {', '.join(names())}")
    return (FOLDER / name).read_text("utf-8")


def parse(text):
    """Documents (list of dict) from YAML or JSON; JSON is YAML, too."""
    import yaml

    return [document for document in yaml.safe_load_all(text) if document]


def lint(manifest):
    """What is missing or dangerous in a manifest.

    Parameters
    ----------
    manifest : str, dict or list of dict
        Text of YAML or JSON, or what `parse` made of it.

    Returns
    -------
    Findings
    """
    documents = parse(manifest) if isinstance(manifest, str) else manifest
    documents = [documents] if isinstance(documents, dict) else documents
    found = Findings()
    for document in documents:
        if "TrainingJobName" in document:
            found += training_job(document)
        elif document.get("kind") in ("Deployment", "Job"):
            for container in containers(document):
                found += container_rules(document, container, documents)
    return found


def containers(document):
    """The containers of a Deployment or a Job."""
    return document["spec"]["template"]["spec"]["containers"]


def container_rules(document, container, documents):
    """The rules for one container of a Kubernetes object."""
    where = f"{document['kind']} {document['metadata']['name']}, container {container['name']}"
    resources = container.get("resources") or {}
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    if not {"cpu", "memory"} & set(limits):
        yield Finding("no resource limits", where, "one container with a leak takes all of the "
                      "machine, and its neighbours with it")
    if document["kind"] == "Deployment" and not container.get("readinessProbe"):
        yield Finding("no readiness probe", where, "requests come before the model is loaded, and "
                      "are answered by 503")
    if _scaled_by_cpu(document, documents) and not ({"cpu"} & (set(limits) | set(requests))):
        yield Finding("HPA without requests", where, "the autoscaler aims at a share of the "
                      "*requested* CPU; without a request it never scales")
    for variable in container.get("env") or []:
        if SECRET.search(variable["name"]) and variable.get("value"):
            yield Finding("secret in env plain text", f"{where}, {variable['name']}", "whoever may "
                          "read the manifest reads the secret, and so does every log of it")
    image = container.get("image", "")
    if ":" not in image.rpartition("/")[2] or image.endswith(":latest"):
        yield Finding("image without a fixed version", where, "another image may run tomorrow")
    pod = document["spec"]["template"]["spec"]
    spot = "spot" in json.dumps([pod.get("nodeSelector"), pod.get("tolerations")]).lower()
    kept = BUCKET.search(" ".join(container.get("args", [])))
    if document["kind"] == "Job" and spot and not kept:
        yield Finding("spot without checkpoint path", where, "what was saved goes with the machine")


def _scaled_by_cpu(document, documents):
    """Whether an autoscaler aims at this object's use of CPU."""
    for other in documents:
        if other.get("kind") == "HorizontalPodAutoscaler":
            target = other["spec"]["scaleTargetRef"]
            aims = [m["resource"] for m in other["spec"].get("metrics", []) if "resource" in m]
            if target["name"] == document["metadata"]["name"] and any(
                    a["name"] == "cpu" and a["target"]["type"] == "Utilization" for a in aims):
                return True
    return False


def training_job(document):
    """The rules for SageMaker's CreateTrainingJob."""
    where = f"training job {document['TrainingJobName']}"
    if not document.get("EnableManagedSpotTraining"):
        return
    if not document.get("CheckpointConfig", {}).get("S3Uri"):
        yield Finding("spot without checkpoint path", where, "a spot machine is taken away at some "
                      "moment, and all its work with it")
    stop = document.get("StoppingCondition", {})
    wait, run = stop.get("MaxWaitTimeInSeconds", 0), stop.get("MaxRuntimeInSeconds", 86_400)
    if wait < run:
        yield Finding("MaxWait < MaxRuntime", where, f"waiting for machines and training together "
                      f"may take {wait:,} s, training alone {run:,} s: the job is refused")
