"""The function that gives AWS Batch access to a namespace, against an EKS and a Batch that follow AWS's pages."""

from __future__ import annotations

import ast
import json
import sys
import urllib.parse
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from batch_constructs.compute_environments.functions import namespace_access as function

CLUSTER_ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/research"
PRINCIPAL = "arn:aws:iam::111122223333:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
POLICY = "arn:aws:eks::aws:cluster-access-policy/AWSBatchNamespacePolicy"
CLEAN_UP = "Custom::BatchAccessEntryCleanUp"


def arn(name: str) -> str:
    return f"arn:aws:batch:eu-west-1:111122223333:compute-environment/{name}"


class Aws:
    """The calls of EKS and AWS Batch that the function needs, behind boto3's clients, which check every parameter."""

    def __init__(self, mode: str = "API_AND_CONFIG_MAP") -> None:
        self.mode = mode
        self.entry = False
        self.scopes: dict[str, list[str]] = {}
        self.environments: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.looks_until_entry = 0
        self.refuses: dict[str, str] = {}
        self.meanwhile: list[str] = []

    def add(
        self, name: str, namespace: str = "jobs", state: str | None = "ENABLED", status: str = "VALID"
    ) -> None:
        wish = {} if state is None else {"accessEntry": {"desiredState": state, "status": "ACTIVE"}}
        self.environments[arn(name)] = {
            "computeEnvironmentName": name,
            "computeEnvironmentArn": arn(name),
            "status": status,
            "eksConfiguration": {"eksClusterArn": CLUSTER_ARN, "kubernetesNamespace": namespace, **wish},
        }

    def client(self, service: str) -> Any:
        made = boto3.session.Session().client(
            service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        made.meta.events.register("before-send", lambda request, **_: self._respond(request))
        return made

    def _respond(self, request: Any) -> AWSResponse:
        path = urllib.parse.unquote(urllib.parse.urlsplit(request.url).path)
        body = json.loads(request.body) if request.body else {}
        status, answer = self._answer(request.method, path, body)
        headers = {"Content-Type": "application/json"}
        if status != 200:
            headers["x-amzn-errortype"] = answer.pop("code")
        raw = BytesIO(json.dumps(answer).encode())
        raw.stream = lambda *_, **__: iter([raw.getvalue()])  # type: ignore[attr-defined]
        return AWSResponse(request.url, status, headers, raw)

    def _answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        what = f"{method} {path.removeprefix('/clusters/research/access-entries/' + PRINCIPAL)}"
        self.calls.append(what)
        if (code := self.refuses.get(what)) is not None:
            return 400, {"code": code, "message": "refused"}
        match what:
            case "POST /v1/describecomputeenvironments":
                names = body.get("computeEnvironments")
                found = [each for name, each in self.environments.items() if not names or name in names]
                return 200, {"computeEnvironments": found}
            case "POST /v1/updatecomputeenvironment":
                return self._update(body)
            case "GET /clusters/research":
                if self.mode == "":
                    return 404, {"code": "ResourceNotFoundException", "message": "no cluster"}
                return 200, {
                    "cluster": {"name": "research", "accessConfig": {"authenticationMode": self.mode}}
                }
        if self.looks_until_entry and what == "GET ":
            self.looks_until_entry -= 1
            self.entry = self.looks_until_entry == 0
        if not self.entry:
            return 404, {"code": "ResourceNotFoundException", "message": "no entry"}
        return self._of_entry(what, body)

    def _of_entry(self, what: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match what:
            case "GET ":
                return 200, {"accessEntry": {"clusterName": "research", "principalArn": PRINCIPAL}}
            case "DELETE ":
                self.entry, self.scopes = False, {}
            case "GET /access-policies":
                return 200, {"associatedAccessPolicies": [self._association(each) for each in self.scopes]}
            case "POST /access-policies":
                # An association replaces the previous one.
                self.scopes[body["policyArn"]] = [*body["accessScope"]["namespaces"]]
                if self.meanwhile:
                    self.scopes[body["policyArn"]] = [self.meanwhile.pop()]
            case _:
                assert what == f"DELETE /access-policies/{POLICY}"
                del self.scopes[POLICY]
        return 200, {}

    def _association(self, policy: str) -> dict[str, Any]:
        return {"policyArn": policy, "accessScope": {"type": "namespace", "namespaces": self.scopes[policy]}}

    def _update(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """On API DISABLED is refused; with both modes the entry goes when all environments have recorded that."""
        state = body["eksConfiguration"]["accessEntry"]["desiredState"]
        if self.mode == "API":
            return 400, {"code": "ClientException", "message": "DISABLED is rejected"}
        self.environments[body["computeEnvironment"]]["eksConfiguration"]["accessEntry"] = {
            "desiredState": state
        }
        recorded = [each["eksConfiguration"].get("accessEntry", {}) for each in self.environments.values()]
        if all(each.get("desiredState") == "DISABLED" for each in recorded):
            self.entry, self.scopes = False, {}
        return 200, {}


class Context:
    """A context that allows ten polls until the function must answer."""

    def __init__(self) -> None:
        self.left = 160_000

    def get_remaining_time_in_millis(self) -> int:
        self.left -= 10_000
        return self.left


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def event(kind: str, request: str, name: str = "spot", namespace: str = "jobs") -> dict[str, Any]:
    properties = {
        "Cluster": "research",
        "ClusterArn": CLUSTER_ARN,
        "Namespace": namespace,
        "Principal": PRINCIPAL,
        "Policy": POLICY,
        **({"ComputeEnvironment": arn(name)} if kind == function.ACCESS else {}),
    }
    created = {} if request == "Create" else {"PhysicalResourceId": f"research/{namespace}"}
    return {"RequestType": request, "ResourceType": kind, "ResourceProperties": properties, **created}


def run(aws: Aws, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("boto3.client", aws.client)
    return function.respond(told, Context(), aws.client("eks"), function._batch())


def delete(aws: Aws, name: str, monkeypatch: pytest.MonkeyPatch, namespace: str = "jobs") -> None:
    """Run the deletions of CloudFormation in its order."""
    run(aws, event(function.ACCESS, "Delete", name, namespace), monkeypatch)
    del aws.environments[arn(name)]
    run(aws, event(CLEAN_UP, "Delete", name, namespace), monkeypatch)


def test_it_waits_for_the_entry_and_associates_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the policy jobs stay RUNNABLE; it can be associated only after the entry exists."""
    aws = Aws()
    aws.add("spot")
    aws.looks_until_entry = 3
    assert run(aws, event(function.ACCESS, "Create"), monkeypatch) == "research/jobs"
    assert aws.scopes == {POLICY: ["jobs"]}
    assert aws.calls.count("GET ") == 3


def test_an_update_changes_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run finds the namespace in the scope, also in a scope with a wildcard."""
    aws = Aws()
    aws.add("spot")
    aws.entry, aws.scopes = True, {POLICY: ["jo*"]}
    run(aws, event(function.ACCESS, "Update"), monkeypatch)
    assert aws.scopes == {POLICY: ["jo*"]}
    assert "POST /access-policies" not in aws.calls


def test_other_namespaces_keep_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """EKS has one association for a policy, and a new one replaces it, so it must name all namespaces."""
    aws = Aws()
    aws.add("spot")
    aws.entry, aws.scopes = True, {POLICY: ["night"]}
    run(aws, event(function.ACCESS, "Create"), monkeypatch)
    assert aws.scopes == {POLICY: ["jobs", "night"]}


def test_a_change_that_another_stack_overwrites_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stacks may read the same scope and write one after the other, so the function checks and repeats."""
    aws = Aws()
    aws.add("spot")
    aws.entry, aws.meanwhile = True, ["night"]
    run(aws, event(function.ACCESS, "Create"), monkeypatch)
    assert aws.scopes == {POLICY: ["jobs", "night"]}


def test_fails_when_environments_of_the_cluster_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when another environment records nothing: AWS Batch then makes no entry, and the message names both."""
    aws = Aws()
    aws.add("spot")
    aws.add("by-hand", state=None)
    with pytest.raises(
        TimeoutError, match=r"must have the desiredState ENABLED, got spot: ENABLED, by-hand: none"
    ):
        run(aws, event(function.ACCESS, "Create"), monkeypatch)


def test_fails_when_the_cluster_knows_no_access_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails at once on mode CONFIG_MAP, with both remedies."""
    aws = Aws("CONFIG_MAP")
    aws.add("spot")
    with pytest.raises(ValueError, match="give the environment and its namespace access_entry=DISABLED"):
        run(aws, event(function.ACCESS, "Create"), monkeypatch)
    assert "GET " not in aws.calls


def test_who_inherits_may_be_let_in_by_the_config_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """With INHERIT_FROM_CLUSTER there may be no entry, and then Kubernetes' roles count."""
    aws = Aws()
    aws.add("spot", state="INHERIT_FROM_CLUSTER")
    run(aws, event(function.ACCESS, "Create"), monkeypatch)
    assert aws.scopes == {}


def test_the_last_environment_takes_the_entry_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS Batch deletes its entry only after an update to DISABLED; the association goes with it."""
    aws = Aws()
    aws.add("spot")
    aws.entry, aws.scopes = True, {POLICY: ["jobs"]}
    delete(aws, "spot", monkeypatch)
    assert (aws.entry, aws.scopes) == (False, {})
    assert aws.calls.count("POST /v1/updatecomputeenvironment") == 1


def test_an_entry_that_others_need_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environments of a cluster share the entry: a deleted one removes its own namespace only."""
    aws = Aws()
    aws.add("spot")
    aws.add("night", "night")
    aws.entry, aws.scopes = True, {POLICY: ["jobs", "night"]}
    delete(aws, "spot", monkeypatch)
    assert (aws.entry, aws.scopes) == (True, {POLICY: ["night"]})


def test_a_namespace_that_another_environment_uses_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spot and on demand share a namespace: the first that is deleted leaves it in the scope."""
    aws = Aws("API")
    aws.add("spot")
    aws.add("on-demand")
    aws.entry, aws.scopes = True, {POLICY: ["jobs"]}
    delete(aws, "spot", monkeypatch)
    assert (aws.entry, aws.scopes) == (True, {POLICY: ["jobs"]})
    delete(aws, "on-demand", monkeypatch)
    assert (aws.entry, aws.scopes) == (False, {})


def test_environments_that_go_together_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudFormation deletes them at the same time, so both record DISABLED before either is gone."""
    aws = Aws()
    for name in ("spot", "on-demand"):
        aws.add(name)
    aws.entry, aws.scopes = True, {POLICY: ["jobs"]}
    for name in ("spot", "on-demand"):
        run(aws, event(function.ACCESS, "Delete", name), monkeypatch)
    assert (aws.entry, aws.scopes) == (False, {})
    for name in ("spot", "on-demand"):
        aws.environments[arn(name)]["status"] = "DELETING"
        run(aws, event(CLEAN_UP, "Delete", name), monkeypatch)


def test_a_cluster_of_mode_api_loses_the_entry_after_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS Batch refuses DISABLED there, so EKS deletes the entry when no environment is left."""
    aws = Aws("API")
    aws.add("spot")
    aws.entry = True
    delete(aws, "spot", monkeypatch)
    assert not aws.entry
    assert "POST /v1/updatecomputeenvironment" not in aws.calls


@pytest.mark.parametrize("refused", ["DELETE ", "POST /v1/updatecomputeenvironment"])
def test_a_refusal_does_not_stop_a_deletion(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refused: str
) -> None:
    """Pain: EKS lets nobody change entries of service-linked roles (terraform-provider-aws#36447); the log says so."""
    aws = Aws()
    aws.add("spot")
    aws.entry = True
    aws.refuses = {
        "DELETE ": "InvalidRequestException",
        "POST /v1/updatecomputeenvironment": "ClientException",
    }
    delete(aws, "spot", monkeypatch)
    assert aws.entry
    assert refused in aws.calls
    assert "access entry" in capsys.readouterr().out


def test_a_cluster_that_is_gone_needs_no_cleaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entries of a deleted cluster are gone with it."""
    aws = Aws("")
    aws.add("spot")
    delete(aws, "spot", monkeypatch)
    assert not any(each.startswith("DELETE") for each in aws.calls)


def test_creating_the_clean_up_calls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is created before the environment, when there is nothing to do."""
    aws = Aws()
    assert run(aws, event(CLEAN_UP, "Create"), monkeypatch) == "research/jobs"
    assert aws.calls == []


def test_another_namespace_is_another_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its physical id changes, so CloudFormation cleans up the old one."""
    aws = Aws()
    aws.add("spot", "night")
    aws.entry = True
    told = event(function.ACCESS, "Update", namespace="night") | {"PhysicalResourceId": "research/jobs"}
    assert run(aws, told, monkeypatch) == "research/night"


@pytest.mark.parametrize(("mode", "status"), [("API", "SUCCESS"), ("CONFIG_MAP", "FAILED")])
def test_cloudformation_is_answered_whatever_happens(
    monkeypatch: pytest.MonkeyPatch, mode: str, status: str
) -> None:
    """Without an answer CloudFormation would wait for an hour; the console shows the reason."""
    aws = Aws(mode)
    sent: list[Any] = []
    aws.add("spot")
    aws.entry = True
    monkeypatch.setattr("boto3.client", aws.client)

    def put(request: Any, **_: Any) -> BytesIO:
        sent.append(request)
        return BytesIO()

    monkeypatch.setattr("urllib.request.urlopen", put)
    told = event(function.ACCESS, "Create") | {
        "ResponseURL": "https://cloudformation.example/answer",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Association",
    }
    function.handler(told, Context())
    [request] = sent
    answer = json.loads(request.data)
    assert (request.method, answer["Status"]) == ("PUT", status)
    assert answer["PhysicalResourceId"] == "research/jobs"
    assert ("ConfigMap" in answer["Reason"]) == (status == "FAILED")


def test_an_older_boto3_sends_and_reads_the_access_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The boto3 of Lambda may lack the member, so it is sent and read without the model."""
    from botocore import loaders

    load = loaders.Loader.load_service_model

    def older(self: Any, service: str, kind: str, *rest: Any, **more: Any) -> Any:
        model = json.loads(json.dumps(load(self, service, kind, *rest, **more)))
        if service == "batch" and kind == "service-2":
            for shape in ("EksConfiguration", "UpdateComputeEnvironmentRequest"):
                model["shapes"][shape]["members"].pop("accessEntry", None)
                model["shapes"][shape]["members"].pop("eksConfiguration", None)
        return model

    monkeypatch.setattr(loaders.Loader, "load_service_model", older)
    aws = Aws()
    aws.add("spot")
    aws.entry = True
    delete(aws, "spot", monkeypatch)
    assert not aws.entry


def test_it_runs_by_itself() -> None:
    """Lambda has Python and boto3, and a template takes at most 4 MB of code."""
    text = Path(function.__file__).read_text(encoding="utf-8")
    roots = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert roots <= {*sys.stdlib_module_names, "boto3", "botocore"}
