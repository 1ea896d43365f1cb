"""Exercise 5.12: two manifests with six errors, to be mended.

The answer changes what `manifests.parse` made of the files. Reference answer, the errors, what else
people do, and hints.
"""

import copy
from functools import cache
from itertools import combinations

from helpers.cloud import manifests
from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import exercise

FAULTS = {
    "limits": ("no resource limits", "One container with a leak takes all of the machine. Say "
               "what it may take: resources, limits."),
    "ready": ("no readiness probe", "Requests come before the model is loaded. The server says at "
              "/readyz whether it has one."),
    "scale": ("HPA without requests", "The autoscaler aims at 60 % of the CPU that was requested. "
              "Without a request it never scales."),
    "secret": ("secret in env plain text", "Whoever may read the manifest reads the password. Keep "
               "it in a Secret and refer to it: valueFrom, secretKeyRef."),
    "bucket": ("spot without checkpoint path", "The machine may be taken away at any moment, and "
               "what it has saved goes with it. Give CheckpointConfig an S3Uri."),
    "wait": ("MaxWait < MaxRuntime", "MaxWaitTimeInSeconds counts the waiting and the training, "
             "so it must not be less than MaxRuntimeInSeconds: SageMaker refuses such a job."),
}
NAMES = tuple(FAULTS)

X5_12 = exercise(
    "5.12",
    title="Mend two manifests with six errors",
    kind="find the bug",
    minutes=15,
    difficulty=3,
    importance=3,
    outputs=("limits", "readiness", "autoscaling", "secret", "checkpoints", "waiting",
             "everything else as it was"),
    hints=(
        "Ask of the server: what may it take, when may it be asked, by what does the autoscaler "
        "measure, who can read its password? Of the training: what is left when its machine is "
        "taken away, and how long may it wait?",
        "resources with requests and limits; a readinessProbe at /readyz; valueFrom with a "
        "secretKeyRef; CheckpointConfig with an S3Uri; a MaxWaitTimeInSeconds of at least "
        "MaxRuntimeInSeconds.",
        SOLUTION,
    ),
)


@X5_12.reference
def mend(server, training):
    """A container and a training job, both dicts, with errors -> both, mended."""
    server["resources"] = {"requests": {"cpu": "500m", "memory": "1Gi"},
                           "limits": {"cpu": "2", "memory": "1Gi"}}
    server["readinessProbe"] = {"httpGet": {"path": "/readyz", "port": 8501}, "periodSeconds": 2}
    for variable in server["env"]:
        if variable["name"] == "REGISTRY_PASSWORD":
            variable.pop("value", None)
            variable["valueFrom"] = {"secretKeyRef": {"name": "registry", "key": "password"}}
    training["CheckpointConfig"] = {"S3Uri": "s3://my-bucket/run-7",
                                    "LocalPath": "/opt/ml/checkpoints"}
    training["StoppingCondition"]["MaxWaitTimeInSeconds"] = 14400
    return server, training


def as_handed_out(server, training):
    return server, training


X5_12.untouched(as_handed_out)     # no decorator: the text must be that of the notebook


@X5_12.probes
def _(rng):
    return [()]


@cache
def _documents():
    """Deployment, autoscaler and training job, as they are handed out."""
    return [document for name in ("broken-serve.yaml", "broken-train.json")
            for document in manifests.parse(manifests.read(name))]


def broken():
    """The two that are to be mended: the server's container, and the training job."""
    deployment, _, job = copy.deepcopy(_documents())
    return manifests.containers(deployment)[0], job


@X5_12.harness
def examine(fn):
    """One word for each of the six errors, and one for all the rest."""
    before_server, before_training = broken()
    result = fn(*broken())
    if result is None or result is ...:
        return result
    server, training = result
    deployment, scaler, _ = copy.deepcopy(_documents())
    deployment["spec"]["template"]["spec"]["containers"] = [server]
    left = {finding.rule for finding in manifests.lint([deployment, scaler, training])}
    words = [name if name in left else "mended" for name, _ in FAULTS.values()]
    changed = _changed(before_server, before_training, server, training)
    new = sorted(left - {name for name, _ in FAULTS.values()})
    return (*words, new[0] if new and changed == "yes" else changed)


def _changed(before_server, before_training, server, training):
    """What was changed that should not be, or "yes"."""
    probe = (server.get("readinessProbe") or {}).get("httpGet")
    if probe and probe.get("path") == "/healthz":
        return "the readiness probe asks /healthz"
    if probe and (probe.get("port") != 8501
                  or not str(probe.get("path")).startswith(("/readyz", "/v1/models/"))):
        return "nobody answers the readiness probe"
    given = {variable["name"]: variable.get("value") or variable.get("valueFrom")
             for variable in server.get("env") or []}
    if not given.get("REGISTRY_PASSWORD"):
        return "the password is gone"
    if not training.get("EnableManagedSpotTraining"):
        return "spot switched off"
    if training["StoppingCondition"].get("MaxRuntimeInSeconds") != 7200:
        return "the training was cut short"
    for key in ("livenessProbe", "image", "name", "command", "args", "ports"):
        if server.get(key) != before_server[key]:
            return f"{'changed' if key in server else 'taken away'} though right: {key}"
    for key in before_training:
        if key != "StoppingCondition" and training.get(key) != before_training[key]:
            return f"{'changed' if key in training else 'taken away'} though right: {key}"
    return "yes"


def make_mend(left, other=None):
    """Build an answer that leaves some errors as they are, and does one more thing."""
    def answer(server, training):
        server, training = mend(copy.deepcopy(server), copy.deepcopy(training))
        old_server, old_training = broken()
        _leave(left, server, old_server)
        if "bucket" in left:
            del training["CheckpointConfig"]
        if "wait" in left:
            training["StoppingCondition"] = old_training["StoppingCondition"]
        if other:
            other(server, training)
        return server, training
    return answer


def _leave(left, server, old):
    if "limits" in left:
        del server["resources"]["limits"]
    if "scale" in left:      # limits of memory alone: there is no share of the CPU to aim at
        server["resources"] = {kind: {"memory": "1Gi"} for kind in server["resources"]}
    if "ready" in left:
        del server["readinessProbe"]
    if "secret" in left:
        server["env"] = old["env"]


for _count in range(1, len(NAMES)):
    for _names in combinations(NAMES, _count):
        X5_12.mistake(" + ".join(FAULTS[k][0] for k in _names),
                      why=" ".join(FAULTS[k][1] for k in _names))(make_mend(_names))

for _name, _why, _other in [
    ("the readiness probe asks /healthz", "That says that the process lives, also while it has no "
     "model yet. /readyz says that it can answer.",
     lambda server, training: server["readinessProbe"]["httpGet"].update(path="/healthz")),
    ("nobody answers the readiness probe", "The server listens on port 8501 and says at /readyz "
     "whether it has a model. Asked elsewhere it answers 404, and never gets a request.",
     lambda server, training: server["readinessProbe"]["httpGet"].update(path="/ready")),
    ("secret in a ConfigMap", "ConfigMaps are for all to read. Secrets have readers of their own: "
     "secretKeyRef.",
     lambda server, training: server["env"][1].update(
         valueFrom={"configMapKeyRef": {"name": "registry", "key": "password"}})),
    ("requests above limits", "A container may not ask for more than it may take: the cluster "
     "refuses it.",
     lambda server, training: server["resources"]["requests"].update(memory="2Gi")),
    ("saves beside the checkpoint path", "The program saves to /opt/ml/checkpoints, and only "
     "LocalPath is copied to the bucket. Name the same folder, or leave LocalPath out.",
     lambda server, training: training["CheckpointConfig"].update(LocalPath="/opt/ml/model")),
    ("the password is gone", "The server needs it. It should come from a Secret.",
     lambda server, training: server.update(env=server["env"][:1])),
    ("spot switched off", "Then nothing is taken away, at three times the price. The task is to "
     "make spot safe.", lambda server, training: training.update(EnableManagedSpotTraining=False)),
    ("changed though right: image", "The tag 1.0 says which image it is: it need not be "
     "mended, and another image is another program. (A digest, @sha256:…, would be stricter still; "
     "it is none of the six.)",
     lambda server, training: server.update(image="registry.example.com/course:1.1")),
    ("changed though right: args", "They are right as they are. Inside a container the server "
     "must listen on 0.0.0.0: on 127.0.0.1 nobody outside the container would reach it.",
     lambda server, training: server.update(args=["--folder=/models/digits", "--port=8501",
                                                  "--host=127.0.0.1"])),
    ("taken away though right: livenessProbe", "There are two questions: does it live "
     "(/healthz), and can it answer (/readyz)? Keep the first, add the second.",
     lambda server, training: server.pop("livenessProbe")),
    ("changed though right: livenessProbe", "It is right: whoever does not answer at /healthz "
     "is started again. Add a readinessProbe beside it.",
     lambda server, training: server["livenessProbe"]["httpGet"].update(path="/readyz")),
    ("the training was cut short", "MaxRuntime is how long the training may take. Make the waiting "
     "longer, not the training shorter.",
     lambda server, training: training["StoppingCondition"].update(MaxRuntimeInSeconds=3600)),
]:
    X5_12.mistake(_name, why=_why)(make_mend((), _other))
