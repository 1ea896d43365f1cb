"""Manifests are what the clouds expect, pass our own rules, and start the chapter's programs."""

import json
import re
from pathlib import Path

import pytest

from helpers.cloud import manifests, server, worker

KUBERNETES = ["train.yaml", "serve.yaml", "broken-serve.yaml"]
GOOD = ["train.yaml", "serve.yaml", "vertex.yaml", "sagemaker.json"]
BROKEN = {"broken-serve.yaml": {"no resource limits", "no readiness probe", "HPA without requests",
                                "secret in env plain text"},
          "broken-train.json": {"spot without checkpoint path", "MaxWait < MaxRuntime"}}

# google.cloud.aiplatform_v1.types.custom_job and machine_resources of google-cloud-aiplatform
# 2.7.0: the fields of CustomJobSpec that we use, in the spelling of REST and YAML.
VERTEX = {
    "": {"workerPoolSpecs", "scheduling", "serviceAccount", "network", "baseOutputDirectory"},
    "workerPoolSpecs": {"containerSpec", "pythonPackageSpec", "machineSpec", "replicaCount",
                        "nfsMounts", "lustreMounts", "diskSpec"},
    "containerSpec": {"imageUri", "command", "args", "env"},
    "machineSpec": {"machineType", "acceleratorType", "acceleratorCount"},
    "scheduling": {"timeout", "restartJobOnWorkerRestart", "strategy", "disableRetries",
                   "maxWaitDuration"},
}
STRATEGIES = {"ON_DEMAND", "LOW_COST", "STANDARD", "SPOT", "FLEX_START"}


@pytest.mark.parametrize("name", GOOD)
def test_our_own_rules_find_nothing_in_good_ones(name):
    assert manifests.lint(manifests.read(name)) == []
    assert repr(manifests.lint(manifests.read(name))) == "nothing found"


@pytest.mark.parametrize("name", BROKEN)
def test_each_planted_error_is_found(name):
    found = manifests.lint(manifests.read(name))
    assert max(map(len, repr(found).splitlines())) <= 96    # or Presentation Mode breaks lines
    assert {finding.rule for finding in found} == BROKEN[name]
    said = " ".join(repr(found).split())                    # in lines of its own
    assert all(finding.rule in said and finding.why in said for finding in found)


def test_other_rules():
    (job,) = [d for d in manifests.parse(manifests.read("train.yaml")) if d["kind"] == "Job"]
    pod = job["spec"]["template"]["spec"]
    pod["containers"][0]["image"] = "registry.example.com:5000/course"
    pod["containers"][0]["args"] = ["--folder=/tmp/run"]
    pod["tolerations"] = [{"key": "cloud.google.com/gke-spot", "operator": "Exists"}]
    assert {f.rule for f in manifests.lint(job)} == {"image without a fixed version",
                                                     "spot without checkpoint path"}


def test_an_unknown_manifest_is_a_sentence():
    with pytest.raises(ValueError, match="no manifest 'x.yaml'; there are Dockerfile"):
        manifests.read("x.yaml")


# --- they start our programs -------------------------------------------------------------------

def programs(value):
    """Every (command, arguments) in a manifest."""
    if isinstance(value, list):
        return [found for entry in value for found in programs(entry)]
    if not isinstance(value, dict):
        return []
    command = value.get("command") or value.get("ContainerEntrypoint")
    arguments = value.get("args") or value.get("ContainerArguments")
    inner = [found for entry in value.values() for found in programs(entry)]
    return inner + ([(command, arguments)] if command else [])


@pytest.mark.parametrize("name", [*GOOD, *BROKEN])
def test_commands_are_those_of_the_chapter(name):
    found = programs(manifests.parse(manifests.read(name)))
    assert found
    for command, arguments in found:
        assert command[:2] == ["python", "-m"]
        module = {"helpers.cloud.worker": worker, "helpers.cloud.server": server}[command[2]]
        given = module.parser().parse_args(arguments)
        assert given.folder


def test_workers_of_the_kubernetes_job_find_their_place():
    (job,) = [d for d in manifests.parse(manifests.read("train.yaml")) if d["kind"] == "Job"]
    (_, arguments), = programs(job)
    given = worker.parser().parse_args(arguments)
    for index in range(job["spec"]["completions"]):
        rank, addresses = worker.place(given, {"JOB_COMPLETION_INDEX": str(index)})
        assert rank == index and len(addresses) == job["spec"]["completions"]
        assert addresses[index] == f"train-{index}.train:2222"


def test_probes_and_ports_are_those_of_the_server():
    documents = manifests.parse(manifests.read("serve.yaml"))
    (container,) = manifests.containers(documents[0])
    port = server.parser().parse_args(container["args"]).port
    from helpers.cloud.server_app import make_app
    from helpers.cloud.versions import Versions
    paths = {route.path for route in make_app(Versions("none", None)).routes}
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] == port
        assert container[probe]["httpGet"]["path"] in paths
    assert documents[1]["spec"]["ports"][0]["targetPort"] == port


def test_the_image_contains_what_it_copies():
    from helpers.commands.environment import ROOT
    for line in manifests.read("Dockerfile").splitlines():
        if line.startswith("COPY"):
            for source in line.split()[1:-1]:
                assert Path(ROOT, source).exists(), source


# --- they are what the clouds expect -----------------------------------------------------------

@pytest.mark.parametrize("name", KUBERNETES)
def test_kubernetes_objects_fit_the_published_schemas(name):
    kubernetes = pytest.importorskip("kubernetes_validate", reason="extra “cluster”")
    for document in manifests.parse(manifests.read(name)):
        kubernetes.validate(document, "1.33", strict=True)


def test_an_unknown_field_would_be_found():
    kubernetes = pytest.importorskip("kubernetes_validate", reason="extra “cluster”")
    document = manifests.parse(manifests.read("serve.yaml"))[0]
    document["spec"]["replica"] = 2
    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(document, "1.33", strict=True)


@pytest.mark.parametrize("name", ["sagemaker.json", "broken-train.json"])
def test_the_sagemaker_job_fits_the_service_model_of_aws(name):
    session = pytest.importorskip("botocore.session", reason="extra “cluster”").get_session()
    validate = pytest.importorskip("botocore.validate").ParamValidator()
    operation = session.get_service_model("sagemaker").operation_model("CreateTrainingJob")
    report = validate.validate(json.loads(manifests.read(name)), operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    known = {*operation.input_shape.members}
    assert set(json.loads(manifests.read(name))) <= known


def test_the_vertex_job_has_the_fields_of_custom_job_spec():
    (spec,) = manifests.parse(manifests.read("vertex.yaml"))
    assert set(spec) <= VERTEX[""] and set(spec["scheduling"]) <= VERTEX["scheduling"]
    assert spec["scheduling"]["strategy"] in STRATEGIES
    assert re.fullmatch(r"\d+s", spec["scheduling"]["timeout"])
    for pool in spec["workerPoolSpecs"]:
        assert set(pool) <= VERTEX["workerPoolSpecs"]
        for part in ("containerSpec", "machineSpec"):
            assert set(pool[part]) <= VERTEX[part]
    assert spec["workerPoolSpecs"][0]["replicaCount"] == 1      # the first pool is the chief
