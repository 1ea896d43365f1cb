"""Exercise 5.12, 5.l and 5.m of chapter 05, for tests/cloud/bank.py."""

from helpers.cloud.exercises_manifest import FAULTS, make_mend
from tests.exercises.registers import right_answers, wrong_answers

FUNCTIONS = ["5.12"]
QUESTIONS = ["5.l", "5.m"]
DEMANDED = {"5.12": [name for name, _ in FAULTS.values()]}
KEYS = {"5.l": "a", "5.m": "acd"}
ALTERNATIVES, WRONG_ANSWERS = {}, []
accepted, named = right_answers(ALTERNATIVES), wrong_answers(WRONG_ANSWERS)


@accepted("5.12")
def limits_alone(server, training):
    """Where only limits are given, Kubernetes takes them as requests."""
    server.update(resources={"limits": {"cpu": 1, "memory": "2Gi"}},
                  readinessProbe={"httpGet": {"path": "/readyz", "port": 8501}},
                  env=[server["env"][0], {"name": "REGISTRY_PASSWORD", "valueFrom": {
                      "secretKeyRef": {"name": "a", "key": "b"}}}])
    training["CheckpointConfig"] = {"S3Uri": "s3://x/y"}
    training["StoppingCondition"] = {"MaxRuntimeInSeconds": 7200, "MaxWaitTimeInSeconds": 7200}
    return server, training


@accepted("5.12")
def new_dicts(server, training):
    container = {**server, "resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}},
                 "readinessProbe": {"httpGet": {"path": "/v1/models/digits", "port": 8501}}}
    secret = {"secretKeyRef": {"name": "registry", "key": "password"}}
    container["env"] = [{"name": "REGISTRY_PASSWORD", "valueFrom": secret}, server["env"][0]]
    job = {**training, "CheckpointConfig": {"S3Uri": "s3://my-bucket/run-7"},
           "StoppingCondition": {"MaxRuntimeInSeconds": 7200, "MaxWaitTimeInSeconds": 86400}}
    return container, job


named("5.12", "changed though right: image")(
    make_mend((), lambda server, training: server.update(image="registry.example.com/course:2")))
named("5.12", "the password is gone")(
    make_mend((), lambda server, training: server["env"].__setitem__(
        1, {"name": "REGISTRY_PASSWORD", "value": ""})))
named("5.12", "no readiness probe + secret in env plain text")(make_mend(("ready", "secret")))
named("5.12", "no resource limits + HPA without requests")(make_mend(("limits", "scale")))
named("5.12", "MaxWait < MaxRuntime")(make_mend(("wait",)))

FURTHER = {"5.12": lambda rng: ()}
