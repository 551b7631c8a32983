"""Lets AWS Batch run pods in a namespace of an EKS cluster through its access entry, and cleans up afterwards.

Runs in AWS Lambda, behind two custom resources. The one after the environment waits for the entry and associates the
policy; the one before it, which CloudFormation deletes later, removes what nobody needs any more.
"""

from __future__ import annotations

import fnmatch
import json
import time
import urllib.request
from typing import Any

import boto3
from botocore.exceptions import ClientError

ACCESS = "Custom::BatchNamespaceAccess"
SECONDS_BETWEEN_LOOKS = 10
# What is left of the function's time when it gives up waiting: enough to answer CloudFormation.
RESERVE_MILLISECONDS = 60_000
ATTEMPTS = 6
# Of an environment that will not start another pod.
GONE = ("DELETING", "DELETED")


def handler(event: Any, context: Any) -> None:
    """Do what CloudFormation asks, and answer it whatever happens."""
    identity, problem = event.get("PhysicalResourceId") or _identity(event), ""
    try:
        identity = respond(event, context, boto3.client("eks"), _batch())
    except Exception as error:  # noqa: BLE001 - without an answer CloudFormation would wait for an hour
        problem = f"{type(error).__name__}: {error}" if isinstance(error, ClientError) else str(error)
    _answer(event, identity, problem)


def respond(event: Any, context: Any, eks: Any, batch: Any) -> str:
    """Create, update or delete one of the two resources; the answer is its physical id."""
    properties, deleting = event["ResourceProperties"], event["RequestType"] == "Delete"
    if event["ResourceType"] == ACCESS:
        (give_up_entry if deleting else let_in)(properties, context, eks, batch)
    elif deleting:
        clean_up(properties, eks, batch)
    return event["PhysicalResourceId"] if deleting else _identity(event)


def let_in(properties: Any, context: Any, eks: Any, batch: Any) -> None:
    """Wait until AWS Batch has made its access entry, then associate the policy for the namespace."""
    cluster, principal = properties["Cluster"], properties["Principal"]
    mode = _mode(eks, cluster)
    if mode == "CONFIG_MAP":
        raise ValueError(
            f"the cluster {cluster} lets in by its ConfigMap aws-auth only: change its authenticationMode to "
            "API_AND_CONFIG_MAP, or give the environment and its namespace access_entry=DISABLED"
        )
    while not _has_entry(eks, cluster, principal):
        states = _states(batch, properties["ClusterArn"])
        own = states.get(properties["ComputeEnvironment"])
        if mode != "API" and own in {None, "INHERIT_FROM_CLUSTER"}:
            print(f"{cluster} has no access entry for AWS Batch: Kubernetes' roles and its ConfigMap count")  # noqa: T201
            return
        if context.get_remaining_time_in_millis() < RESERVE_MILLISECONDS:
            told = ", ".join(
                f"{name.rpartition('/')[2]}: {state or 'none'}" for name, state in states.items()
            )
            raise TimeoutError(
                f"AWS Batch made no access entry in the cluster {cluster}: on a cluster of mode {mode} all its "
                f"compute environments must have the desiredState ENABLED, got {told}"
            )
        time.sleep(SECONDS_BETWEEN_LOOKS)
    _change_scope(eks, properties, wanted=True)


def give_up_entry(properties: Any, context: Any, eks: Any, batch: Any) -> None:
    """Have AWS Batch delete its entry if this is the last environment that wants it: afterwards it no longer can."""
    name = properties["ComputeEnvironment"]
    if name not in _states(batch, properties["ClusterArn"]):
        return
    if _mode(eks, properties["Cluster"]) != "API_AND_CONFIG_MAP":
        return  # AWS refuses DISABLED where nothing else lets in
    try:
        _record_disabled(batch, name)
    except ClientError as error:
        print(f"{name} keeps its access entry: {error}")  # noqa: T201
        return
    while (
        _status(batch, name) == "UPDATING" and context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS
    ):
        time.sleep(SECONDS_BETWEEN_LOOKS)


def clean_up(properties: Any, eks: Any, batch: Any) -> None:
    """After the environment: remove the namespace from the policy's scope, and the entry if nobody needs it."""
    cluster, principal = properties["Cluster"], properties["Principal"]
    if _mode(eks, cluster) in {"", "CONFIG_MAP"}:
        return
    needed = _namespaces_in_use(batch, properties["ClusterArn"])
    try:
        if not needed:
            eks.delete_access_entry(clusterName=cluster, principalArn=principal)
        elif properties["Namespace"] not in needed:
            _change_scope(eks, properties, wanted=False)
    except ClientError as error:
        # A deletion must not fail for it: the entry lets in nobody but AWS Batch.
        if not _is_missing(error):
            print(f"{cluster} keeps the access entry of {principal}: {error}")  # noqa: T201


def _change_scope(eks: Any, properties: Any, *, wanted: bool) -> None:
    """Add the namespace to the policy's scope, or remove it: others keep theirs.

    A policy is associated once with an entry, and an association replaces the one before. Two stacks that change it
    in the same second would lose one of both changes, so it is read again until it says what it should.
    """
    which = {"clusterName": properties["Cluster"], "principalArn": properties["Principal"]}
    policy, namespace = properties["Policy"], properties["Namespace"]
    for attempt in range(ATTEMPTS):
        scope = _scope(eks, which, policy)
        listed = [] if scope is None else list(scope.get("namespaces", []))
        everywhere = scope is not None and scope["type"] == "cluster"
        covered = everywhere or any(fnmatch.fnmatchcase(namespace, each) for each in listed)
        if covered if wanted else namespace not in listed:
            return
        rest = sorted({*listed, namespace}) if wanted else [each for each in listed if each != namespace]
        try:
            if rest:
                eks.associate_access_policy(
                    **which, policyArn=policy, accessScope={"type": "namespace", "namespaces": rest}
                )
            else:
                eks.disassociate_access_policy(**which, policyArn=policy)
        except ClientError as error:
            # The entry that is there for one call may not be there yet for the next.
            if not _is_missing(error) or attempt + 1 == ATTEMPTS:
                raise
        time.sleep(1 + attempt)
    raise TimeoutError(f"the scope of {policy} in {which['clusterName']} is changed by others all the time")


def _scope(eks: Any, which: Any, policy: str) -> Any:
    pages = eks.get_paginator("list_associated_access_policies").paginate(**which)
    found = [each for page in pages for each in page["associatedAccessPolicies"]]
    return next((each["accessScope"] for each in found if each["policyArn"] == policy), None)


def _mode(eks: Any, cluster: str) -> str:
    """The cluster's authentication mode; empty if there is no such cluster."""
    try:
        answer = eks.describe_cluster(name=cluster)["cluster"]
    except ClientError as error:
        if _is_missing(error):
            return ""
        raise
    return str(answer.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP"))


def _has_entry(eks: Any, cluster: str, principal: str) -> bool:
    try:
        eks.describe_access_entry(clusterName=cluster, principalArn=principal)
    except ClientError as error:
        if _is_missing(error):
            return False
        raise
    return True


def _is_missing(error: ClientError) -> bool:
    return bool(error.response["Error"]["Code"] == "ResourceNotFoundException")


def _batch() -> Any:
    """A client that sees members of an environment which are newer than the boto3 of Lambda."""
    client = boto3.client("batch")
    client.meta.events.register("after-call.batch.DescribeComputeEnvironments", _whole)
    return client


def _whole(http_response: Any, parsed: Any, **_: Any) -> None:
    if http_response.status_code == 200:
        parsed["computeEnvironments"] = json.loads(http_response.content).get("computeEnvironments", [])


def _environments(batch: Any, cluster_arn: str) -> list[Any]:
    pages = batch.get_paginator("describe_compute_environments").paginate()
    found = [each for page in pages for each in page["computeEnvironments"]]
    return [
        each
        for each in found
        if each.get("eksConfiguration", {}).get("eksClusterArn") == cluster_arn
        and each.get("status") not in GONE
    ]


def _desired(environment: Any) -> str | None:
    entry: dict[str, str] = environment["eksConfiguration"].get("accessEntry", {})
    return entry.get("desiredState")


def _states(batch: Any, cluster_arn: str) -> dict[str, str | None]:
    """What each environment of a cluster says of its access entry, by its ARN."""
    found = _environments(batch, cluster_arn)
    return {each["computeEnvironmentArn"]: _desired(each) for each in found}


def _namespaces_in_use(batch: Any, cluster_arn: str) -> set[str]:
    found = _environments(batch, cluster_arn)
    return {each["eksConfiguration"]["kubernetesNamespace"] for each in found if _desired(each) != "DISABLED"}


def _status(batch: Any, environment: str) -> str:
    found = batch.describe_compute_environments(computeEnvironments=[environment])["computeEnvironments"]
    return str(found[0]["status"]) if found else ""


def _record_disabled(batch: Any, environment: str) -> None:
    wish = {"accessEntry": {"desiredState": "DISABLED"}}
    body = json.dumps({"computeEnvironment": environment, "eksConfiguration": wish})

    def send(params: Any, **_: Any) -> None:
        params["body"] = body

    # The boto3 of Lambda may be older than this member.
    batch.meta.events.register("before-call.batch.UpdateComputeEnvironment", send)
    batch.update_compute_environment(computeEnvironment=environment)


def _identity(event: Any) -> str:
    properties = event["ResourceProperties"]
    return f"{properties['Cluster']}/{properties['Namespace']}"


def _answer(event: Any, identity: str, problem: str) -> None:
    told = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer = {
        **told,
        "Status": "FAILED" if problem else "SUCCESS",
        "Reason": problem or "done",
        "PhysicalResourceId": identity,
    }
    if problem:
        print(problem)  # noqa: T201
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own address
        event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT", headers={"Content-Type": ""}
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
