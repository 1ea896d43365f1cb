"""Each rule of `manifests.lint` finds what it is about and nothing else."""

import json
import shlex

import pytest

from helpers.cloud import manifests, worker


def rules(manifest):
    return {finding.rule for finding in manifests.lint(manifest)}


def changed(name, change, kind=0):
    """One of the good manifests, parsed, after `change(container or document, documents)`."""
    documents = manifests.parse(manifests.read(name))
    document = documents[kind]
    change(manifests.containers(document)[0] if "template" in document.get("spec", {})
           else document, documents)
    return documents


def limits(given):
    return lambda container, _: container.update(resources=given)


@pytest.mark.parametrize(("name", "kind", "change", "found"), [
    ("serve.yaml", 0, limits({"limits": {"cpu": 1}}), "no resource limits"),
    ("serve.yaml", 0, limits({"limits": {"memory": "1Gi"}}), "HPA without requests"),
    ("serve.yaml", 0, limits({"requests": {"cpu": "1500m"}, "limits": {"cpu": 1, "memory": "1Gi"}}),
     "requests above limits"),
    ("serve.yaml", 0, lambda c, _: c.pop("readinessProbe"), "no readiness probe"),
    ("serve.yaml", 0, lambda c, _: c["livenessProbe"]["httpGet"].update(path="/readyz"),
     "one probe for two questions"),
    ("serve.yaml", 0, lambda c, _: c.update(env=[{"name": "API_KEY", "value": "x"}]),
     "secret in env plain text"),
    ("serve.yaml", 0, lambda c, _: c.update(env=[{"name": "TOKEN", "valueFrom": {
        "configMapKeyRef": {"name": "a", "key": "b"}}}]), "secret in a ConfigMap"),
    ("serve.yaml", 0, lambda c, _: c.update(image="a.example:5000/b"),
     "image without a fixed version"),
    ("serve.yaml", 3, lambda d, _: d["spec"].update(minAvailable=2),
     "a budget that allows nothing"),
    ("serve.yaml", 3, lambda d, _: d["spec"].update(minAvailable="100%"),
     "a budget that allows nothing"),
    ("train.yaml", 1, lambda c, _: c.update(args=["--folder=/tmp/run"]),
     "spot without checkpoint path"),
    ("sagemaker.json", 0, lambda d, _: d.update(CheckpointConfig={}),
     "spot without checkpoint path"),
    ("sagemaker.json", 0, lambda d, _: d["CheckpointConfig"].update(LocalPath="/opt/ml/check"),
     "saves beside the checkpoint path"),
    ("sagemaker.json", 0, lambda d, _: d["StoppingCondition"].pop("MaxWaitTimeInSeconds"),
     "MaxWait < MaxRuntime"),
    ("sagemaker.json", 0, lambda d, _: d.update(Environment={"DB_PASSWORD": "x"}),
     "secret in env plain text"),
    ("vertex.yaml", 0, lambda d, _: d["workerPoolSpecs"][0]["containerSpec"].update(
        args=["--folder", "/tmp/x"]), "spot without checkpoint path"),
    ("vertex.yaml", 0, lambda d, _: d["workerPoolSpecs"][1]["containerSpec"].update(
        imageUri="course:latest"), "image without a fixed version"),
])
def test_a_rule_finds_what_it_is_about_and_nothing_else(name, kind, change, found):
    assert rules(changed(name, change, kind)) == {found}


@pytest.mark.parametrize("change", [
    limits({"limits": {"cpu": 1, "memory": "1Gi"}}),     # Kubernetes takes limits as requests
    limits({"requests": {"cpu": "500m"}, "limits": {"cpu": "0.5", "memory": "1Gi"}}),
    lambda c, _: c.update(env=[{"name": "KEYBOARD", "value": "de"},
                               {"name": "TOKEN", "value": ""}]),
    lambda c, _: c.update(image="a.example:5000/b@sha256:0123"),
    lambda c, documents: (c.update(resources={"limits": {"memory": "1Gi"}}), documents.pop(2)),
])
def test_what_is_well_stays_unsaid(change):
    assert rules(changed("serve.yaml", change)) == set()


def test_on_machines_that_stay_nobody_needs_a_bucket():
    def stay(container, documents):
        container["args"] = ["--folder=/tmp/run"]
        pod = documents[1]["spec"]["template"]["spec"]
        del pod["nodeSelector"], pod["tolerations"]

    assert rules(changed("train.yaml", stay, 1)) == set()
    job = {"jobSpec": manifests.parse(manifests.read("vertex.yaml"))[0]}
    job["jobSpec"]["workerPoolSpecs"][0]["containerSpec"]["args"] = ["--folder=/tmp/run"]
    assert rules(job) == {"spot without checkpoint path"}
    job["jobSpec"]["scheduling"]["strategy"] = "STANDARD"
    assert rules(job) == set()


@pytest.mark.parametrize(("old", "new", "found"), [
    ("python:3.12-slim", "python", "image without a fixed version"),
    ("USER course", "", "runs as root"),
    ("USER course", "USER 0:0", "runs as root"),
    ("ENV PYTHON", "ENV HF_TOKEN=abc PYTHON", "secret in env plain text"),
    ('CMD ["python", "-m",', "CMD python -m", "a shell between Docker and the program"),
])
def test_rules_for_the_image(old, new, found):
    text = manifests.read("Dockerfile")
    assert rules(text) == set() and old in text
    assert rules(text.replace(old, new)) == {found}


def test_the_image_starts_the_worker():
    (line,) = (line for line in manifests.read("Dockerfile").splitlines() if line.startswith("CMD"))
    command = json.loads(line.removeprefix("CMD"))
    assert command[:3] == ["python", "-m", "helpers.cloud.worker"]
    with pytest.raises(SystemExit) as end:
        worker.parser().parse_args(command[3:])
    assert end.value.code == 0


def test_a_part_of_a_file_can_be_read():
    job = manifests.read("train.yaml", "Job")
    (document,) = manifests.parse(job)
    assert document["kind"] == "Job" and job.startswith("apiVersion: batch/v1\n")
    with pytest.raises(ValueError, match="no 'Pod'; it has Service, Job, NetworkPolicy"):
        manifests.read("train.yaml", "Pod")


@pytest.mark.parametrize(("text", "sentence"), [
    ("a: [1, 2", "breaks off in line 1"),
    ("{not json", "expected YAML or JSON"),
    ("- 1\n- 2", "expected objects with names.*got list"),
    ("just words", "got str"),
    ("kind: Deployment\nmetadata: {name: a}", "lacks something .KeyError: 'spec'"),
    ("kind: Job\nmetadata: {name: a}\nspec: 3", "lacks something .TypeError"),
    (json.dumps({"TrainingJobName": "a"}), "KeyError: 'AlgorithmSpecification'"),
])
def test_what_cannot_be_read_is_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        manifests.lint(text)


def test_a_quantity_that_is_none_is_a_sentence():
    wrong = {"requests": {"cpu": "lots"}, "limits": {"cpu": 1, "memory": "1Gi"}}
    with pytest.raises(ValueError, match="such as 500m, 2 or 1Gi; got 'lots'"):
        manifests.lint(changed("serve.yaml", limits(wrong)))


def test_what_no_rule_is_about_is_left_alone():
    assert manifests.lint("kind: ConfigMap\nmetadata: {name: a}") == []
    assert manifests.lint("") == []


def test_the_vertex_job_is_a_message_of_googles_own_library():
    """Beside the fields written down in test_manifests, for where this package is missing."""
    types = pytest.importorskip("google.cloud.aiplatform_v1.types",
                                reason="pip install google-cloud-aiplatform, 0.3 GB")
    from google.protobuf import json_format

    (spec,) = manifests.parse(manifests.read("vertex.yaml"))
    message = json_format.ParseDict(spec, types.CustomJobSpec.pb()())
    assert message.worker_pool_specs[1].container_spec.command[-1] == "helpers.cloud.worker"
    spec["scheduling"]["strategie"] = "SPOT"
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict(spec, types.CustomJobSpec.pb()())


def test_addresses_of_the_workers_are_those_of_the_job():
    """Host names of an Indexed Job's pods: <job>-<index>.<subdomain>; the Service has that name."""
    service, job, policy = manifests.parse(manifests.read("train.yaml"))
    (container,) = manifests.containers(job)
    given = worker.parser().parse_args(shlex.split(" ".join(container["args"])))
    pod = job["spec"]["template"]
    assert given.addresses.split(",") == [
        f"{job['metadata']['name']}-{n}.{pod['spec']['subdomain']}:{port['containerPort']}"
        for n in range(job["spec"]["completions"]) for port in container["ports"]]
    assert service["spec"]["clusterIP"] == "None" and service["metadata"]["name"] == "train"
    assert service["spec"]["selector"] == pod["metadata"]["labels"]
    assert policy["spec"]["podSelector"]["matchLabels"] == pod["metadata"]["labels"]
    assert policy["spec"]["ingress"][0]["ports"] == service["spec"]["ports"]
    # a policy for failures is only allowed where pods are not restarted in place
    assert pod["spec"]["restartPolicy"] == "Never"
