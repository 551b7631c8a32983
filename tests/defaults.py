"""Every public construct and value with its defaults: created with the required arguments only.

What an argument is given follows from its name, so that a new class joins by itself. A class with an argument that is
not listed here, or that requires more than its signature says, needs a line.
"""

from __future__ import annotations

import enum
import inspect
from typing import TYPE_CHECKING, Any
from uuid import UUID

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

__all__ = ["arguments", "constructs", "templates", "values"]

_ARN = "arn:aws:batch:eu-west-1:123456789012"
_CLUSTER = "arn:aws:eks:eu-west-1:123456789012:cluster/research"


def constructs() -> list[str]:
    """Return the names of all public constructs."""
    return [name for name in bc.__all__ if hasattr(getattr(bc, name), "__jsii_type__")]


def values() -> list[str]:
    """Return the names of all public classes of values, which constructs, functions and other values take."""
    return [
        name
        for name in bc.__all__
        if inspect.isclass(kind := getattr(bc, name))
        and name not in constructs()
        and not issubclass(kind, (Exception, enum.Enum))
        and not inspect.isabstract(kind)
    ]


def _queue(stack: Stack) -> bc.ImportedJobQueue:
    return bc.ImportedJobQueue(stack, "AQueue", job_queue_arn=f"{_ARN}:job-queue/a")


def _definition(stack: Stack) -> bc.ImportedJobDefinition:
    return bc.ImportedJobDefinition(stack, "ADefinition", job_definition_arn=f"{_ARN}:job-definition/a:1")


def _environment(stack: Stack) -> bc.ImportedComputeEnvironment:
    return bc.ImportedComputeEnvironment(
        stack, "AnEnvironment", compute_environment_arn=f"{_ARN}:compute-environment/a"
    )


def _service_environment(stack: Stack) -> bc.ServiceEnvironment:
    return bc.ServiceEnvironment(
        stack, "AServiceEnvironment", capacity_limits=[bc.CapacityLimit(max_capacity=4)]
    )


def _network(stack: Stack) -> Any:
    from aws_cdk import aws_ec2 as ec2

    return ec2.Vpc.from_vpc_attributes(
        stack,
        "AVpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )


def _cluster(stack: Stack) -> Any:
    from aws_cdk import aws_eks as eks

    return stack.node.try_find_child("ACluster") or eks.CfnCluster.from_cluster_arn(
        stack, "ACluster", _CLUSTER
    )


def _namespace(stack: Stack) -> bc.EksNamespace:
    return bc.EksNamespace(stack, "ANamespace", cluster=_cluster(stack), namespace="jobs", apply=False)


def _machine(stack: Stack) -> Any:
    from aws_cdk import aws_stepfunctions as sfn

    body = sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Pass"))
    return sfn.StateMachine(stack, "AMachine", definition_body=body)


def _bucket(stack: Stack) -> Any:
    from aws_cdk import aws_s3 as s3

    return s3.Bucket(stack, "ABucket", event_bridge_enabled=True)


def _security_groups(stack: Stack) -> Any:
    from aws_cdk import aws_ec2 as ec2

    return [ec2.SecurityGroup.from_security_group_id(stack, "AGroup", "sg-0123456789abcdef0")]


def _groups(stack: Stack) -> Any:
    from aws_cdk import Size

    return [bc.NodeGroup(nodes=2, image="busybox:1.37", vcpus=1, memory=Size.mebibytes(512))]


def _containers(stack: Stack) -> Any:
    from aws_cdk import Size

    return [bc.TaskContainer(name="a", image="busybox:1.37", vcpus=1, memory=Size.mebibytes(512))]


def _pods(stack: Stack) -> Any:
    from aws_cdk import Size

    return [bc.EksContainer(image="busybox:1.37", vcpus=1, memory=Size.mebibytes(512))]


def _memory(stack: Stack) -> Any:
    from aws_cdk import Size

    return Size.mebibytes(512)


def _chain(stack: Stack) -> bc.JobChain:
    [queue, definition] = f"{_ARN}:job-queue/a", f"{_ARN}:job-definition/a:1"
    request = bc.SubmitJobRequest(job_name="a", job_queue=queue, job_definition=definition)
    return bc.JobChain(jobs={"a": request})


def _file_system(stack: Stack) -> Any:
    from aws_cdk import aws_efs as efs

    [group] = _security_groups(stack)
    return efs.FileSystem.from_file_system_attributes(
        stack, "AFileSystem", file_system_id="fs-12345678", security_group=group
    )


def _size(stack: Stack) -> Any:
    from aws_cdk import Size

    return Size.gibibytes(10)


def _minutes(stack: Stack) -> Any:
    from aws_cdk import Duration

    return Duration.minutes(10)


_TRAINING_JOB = {"TrainingJobName": "a", "RoleArn": "role", "OutputDataConfig": {"S3OutputPath": "s3://a"}}


def _unmanaged(stack: Stack) -> bc.ImportedComputeEnvironment:
    return bc.ImportedComputeEnvironment(
        stack, "OnEks", compute_environment_arn=f"{_ARN}:compute-environment/a"
    )


_ARGUMENTS: dict[str, Callable[[Stack], Any]] = {
    "above": lambda _: 1,
    "action": lambda _: bc.RetryAction.RETRY,
    "attempts": lambda _: 2,
    "bucket": _bucket,
    "capacity_limits": lambda _: [bc.CapacityLimit(max_capacity=4)],
    "chain": _chain,
    "channel_id": lambda _: "C0123456789",
    "claim_name": lambda _: "claim",
    "cluster": _cluster,
    "compute_environment": _environment,
    "compute_environment_arn": lambda _: f"{_ARN}:compute-environment/a",
    "compute_environments": lambda stack: [_environment(stack)],
    "consumable_resource_arn": lambda _: f"{_ARN}:consumable-resource/a",
    "config": lambda _: {"packages": ["htop"]},
    "container_path": lambda _: "/scratch",
    "containers": _containers,
    "event_bus_arn": lambda _: "arn:aws:events:eu-west-1:123456789012:event-bus/ops",
    "event_pattern": lambda _: {"source": ["mine"]},
    "file_system": _file_system,
    "first": lambda _: 0,
    "host_path": lambda _: "/dev/fuse",
    "identifier": lambda _: "team",
    "image": lambda _: "busybox:1.37",
    "job_definition": _definition,
    "job_name": lambda _: "a",
    "job_definition_arn": lambda _: f"{_ARN}:job-definition/a:1",
    "job_queue": _queue,
    "job_queue_arn": lambda _: f"{_ARN}:job-queue/a",
    "job_queues": lambda stack: [_queue(stack)],
    "jobs": lambda stack: _chain(stack).jobs,
    "last": lambda _: 1,
    "launch_template": lambda stack: bc.BatchLaunchTemplate(stack, "ATemplate"),
    "max_capacity": lambda _: 4,
    "max_time": _minutes,
    "memory": _memory,
    "monthly_limit": lambda _: 100,
    "name": lambda _: "main",
    "namespace": _namespace,
    "node_groups": _groups,
    "nodes": lambda _: 2,
    "on_status_reason": lambda _: "*Out of memory",
    "path": lambda _: "/scratch",
    "phone_number": lambda _: "+491701234567",
    "pod": lambda stack: bc.EksPod(containers=_pods(stack)),
    "queues": lambda stack: {"daily": _queue(stack)},
    "reason": lambda _: bc.TimeLimitReason.CAPACITY,
    "schedule": lambda _: "rate(1 day)",
    "secret_name": lambda _: "secret",
    "service_environment": _service_environment,
    "size": _size,
    "soft_limit": lambda _: 1_024,
    "state_machine": _machine,
    "tags": lambda _: {"team": "genomics"},
    "target_instance_types": lambda _: ["c7i"],
    "target_nodes": lambda _: "0:",
    "text": lambda _: "echo",
    "total_quantity": lambda _: 4,
    "training_job": lambda _: _TRAINING_JOB,
    "url": lambda _: "https://example.com/hook",
    "vcpus": lambda _: 1,
    "volume": lambda _: bc.EksEmptyDir(),
    "vpc": _network,
    "workspace_id": lambda _: "T0123456789",
}
# What a class needs beyond the arguments that its signature requires, or by another name.
_OF_CLASSES: dict[str, dict[str, Callable[[Stack], Any]]] = {
    "BatchBudget": {"emails": lambda _: ["ops@example.com"]},
    "BlueGreen": {"blue": _environment},
    "CapacityReservation": {"reservation_id": lambda _: "cr-0123456789abcdef0"},
    "EcsAgentConfig": {"enable_spot_instance_draining": lambda _: True},
    "EcsMultiNodeParallelJobDefinition": {
        "node_groups": lambda stack: [bc.EcsNodeGroup(nodes=2, containers=_containers(stack))]
    },
    "EfaComputeEnvironment": {"instance_types": lambda _: ["c7i.48xlarge"], "max_vcpus": lambda _: 384},
    "EksComputeEnvironment": {"security_groups": _security_groups, "vpc": _network},
    "EksJobDefinition": {"containers": _pods},
    "EksPod": {"containers": _pods},
    "EksMultiNodeParallelJobDefinition": {
        "node_groups": lambda stack: [
            bc.EksNodeGroup(nodes=2, pod=bc.EksPod(containers=_pods(stack), namespace="jobs"))
        ]
    },
    "EksNodeConfig": {"max_pods": lambda _: 30},
    # The CDK has no kubectl for a cluster that it knows by its ARN only.
    "EksNamespace": {"apply": lambda _: False, "namespace": lambda _: "jobs"},
    "EksNamespaceAccess": {"compute_environment": _unmanaged, "namespace": lambda _: "jobs"},
    "FsxLustreMount": {"file_system": lambda _: "fs.example.com", "mount_name": lambda _: "fsx"},
    "GpuComputeEnvironment": {"instance_types": lambda _: ["g6"]},
    "GpuPool": {"instance_types": lambda _: ["g6"]},
    "JobDependency": {"job_id": lambda _: "1"},
    "QuotaShare": {"quota_share_name": lambda _: "research"},
    "RegistrationConditions": {"privileged": lambda _: False},
    "RetryRule": {"on_exit_code": lambda _: "1"},
    "S3Files": {
        "file_system": lambda _: "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0"
    },
    "Storage": {"scratch": lambda stack: bc.ScratchVolume(size=_size(stack))},
    "TeamsChannel": {
        "channel_id": lambda _: "19:0123456789abcdef@thread.tacv2",
        **dict.fromkeys(("team_id", "tenant_id"), lambda _: str(UUID(int=1))),
    },
    "TimeThreshold": {"above": _minutes},
    "Ulimit": {"name": lambda _: bc.UlimitName.NOFILE},
}


def arguments(name: str, stack: Stack) -> dict[str, Any]:
    """Return the arguments of a construct or value that must be given.

    Args:
        name: Of the class.
        stack: For what the class is given.
    """
    empty = inspect.Parameter.empty
    required = {name for name, parameter in parameters(name).items() if parameter.default is empty}
    ways = {**_ARGUMENTS, **_OF_CLASSES.get(name, {})}
    unknown = sorted(required - set(ways))
    assert not unknown, f"{name} requires {', '.join(unknown)}: give a value in _ARGUMENTS or _OF_CLASSES"
    return {each: ways[each](stack) for each in sorted(required | set(_OF_CLASSES.get(name, ())))}


def parameters(name: str) -> dict[str, inspect.Parameter]:
    """Return the arguments of a construct or value, without scope and id."""
    found = inspect.signature(getattr(bc, name).__init__).parameters
    kinds = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
    return {
        each.name: each
        for each in found.values()
        if each.kind in kinds and each.name not in {"self", "scope", "id"}
    }


def templates() -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    """Return the templates of apps with one public construct, by name, and the reason if there is none."""
    made: dict[str, dict[str, Any]] = {}
    failed: dict[str, list[str]] = {}
    for name in constructs():
        try:
            made[name] = _resources_of(name)
        except (AssertionError, ValueError) as error:
            failed[name] = [f"it cannot be made with its defaults: {error}"]
    return made, failed


def _resources_of(name: str) -> dict[str, Any]:
    import aws_cdk as cdk

    app = cdk.App(context={"batch-constructs:checks": False})
    environment = cdk.Environment(account="123456789012", region="eu-west-1")
    stack = cdk.Stack(app, "Stack", env=environment)
    kind = getattr(bc, name)
    if issubclass(kind, cdk.Stack):
        kind(app, "It", env=environment, **arguments(name, stack))
    else:
        kind(stack, "It", **arguments(name, stack))
    # A template for all stacks: their logical ids do not meet.
    made = [each.template["Resources"] for each in app.synth().stacks if "Resources" in each.template]
    return {"Resources": {key: value for resources in made for key, value in resources.items()}}
