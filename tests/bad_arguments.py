"""What AWS refuses, by the argument that says it: each class that has the argument refuses each of the values.

Much of it stands in badmintoncryer/cdk-preflight, whose rules carry the message of a deploy or of a call to the API.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import batch_constructs as bc
from tests import defaults

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Value = Callable[[Stack], Any]

__all__ = ["ANYTHING_GOES", "BAD", "ELSEWHERE", "HOLDERS", "Bad", "made"]

ORDERED = bc.AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED
WINDOWS = bc.OperatingSystemFamily.WINDOWS_SERVER_2022_CORE
PRIORITIZED = bc.AllocationStrategy.SPOT_CAPACITY_OPTIMIZED_PRIORITIZED


def mebibytes(number: int) -> Value:
    def size(_: Stack) -> Any:
        from aws_cdk import Size

        return Size.mebibytes(number)

    return size


def gibibytes(number: int) -> Value:
    return mebibytes(number * 1_024)


def seconds(number: int) -> Value:
    def duration(_: Stack) -> Any:
        from aws_cdk import Duration

        return Duration.seconds(number)

    return duration


def minutes(number: int) -> Value:
    return seconds(number * 60)


def log_driver(make: str, **options: Any) -> Value:
    def driver(_: Stack) -> Any:
        from aws_cdk import aws_ecs as ecs

        return getattr(ecs.LogDrivers, make)(**options)

    return driver


def awslogs(**options: str) -> Value:
    def driver(_: Stack) -> Any:
        from aws_cdk import aws_ecs as ecs

        return ecs.GenericLogDriver(
            log_driver="awslogs", options={name.replace("_", "-"): value for name, value in options.items()}
        )

    return driver


def splunk(stack: Stack) -> Any:
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager

    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:splunk-AbCdEf"
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, f"Splunk{len(stack.node.children)}", arn)
    token = ecs.Secret.from_secrets_manager(secret)
    return ecs.LogDrivers.splunk(url="https://splunk.example.com", secret_token=token)


def log_group(stack: Stack) -> Any:
    from aws_cdk import aws_logs as logs

    return logs.LogGroup.from_log_group_name(stack, f"Group{len(stack.node.children)}", "jobs")


def consumables(count: int, *, quantity: int = 1) -> Value:
    def make(stack: Stack) -> dict[Any, int]:
        ids = [f"Consumable{len(stack.node.children)}{at}" for at in range(count)]
        arn = "arn:aws:batch:eu-west-1:123456789012:consumable-resource"
        return {
            bc.ImportedConsumableResource(stack, id_, consumable_resource_arn=f"{arn}/{id_}"): quantity
            for id_ in ids
        }

    return make


def template(size: int, *parts: Any) -> Value:
    return lambda stack: bc.BatchLaunchTemplate(
        stack,
        f"ATemplate{len(stack.node.children)}",
        root_volume_size=gibibytes(size)(stack),
        user_data=parts,
    )


def eleven_overrides(stack: Stack) -> list[bc.LaunchTemplateOverride]:
    one = template(100)(stack)
    sizes = (
        "large",
        "xlarge",
        *(f"{size}xlarge" for size in (2, 4, 8, 12, 16, 24, 48)),
        "metal-24xl",
        "metal-48xl",
    )
    return [
        bc.LaunchTemplateOverride(launch_template=one, target_instance_types=[f"c7i.{size}"])
        for size in sizes
    ]


def on_the_machine(stack: Stack) -> dict[str, Any]:
    return {"data": bc.FsxLustreMount(file_system="fs.example.com", mount_name="fsx")}


def limits(*units: str) -> list[bc.CapacityLimit]:
    return [bc.CapacityLimit(max_capacity=1, capacity_unit=unit) for unit in units]


def container(stack: Stack, **arguments: Any) -> bc.TaskContainer:
    given = {"name": "a", "image": "busybox", "vcpus": 1, "memory": mebibytes(512), **arguments}
    return bc.TaskContainer(**{name: made(stack, value) for name, value in given.items()})


def pod_container(stack: Stack, at: int) -> bc.EksContainer:
    return bc.EksContainer(name=f"c{at}", image="busybox", vcpus=1, memory=mebibytes(512)(stack))


def made(stack: Stack, value: Any) -> Any:
    """A value of the tables: what needs a stack is a function of it."""
    return value(stack) if callable(value) and not isinstance(value, type) else value


FIFTY_ONE = {str(at): "a" for at in range(51)}
POD_OVERRIDES = [bc.EksContainerOverrides(name=f"c{at}", vcpus=1) for at in range(11)]


@dataclass(frozen=True, slots=True)
class Bad:
    """A value that AWS refuses.

    Attributes:
        value: The value, or a function that makes it for a stack.
        says: A regular expression of what the refusal says.
        beside: Other arguments that the class is given; the case is for classes that have them.
        only: The classes that the value is for; by default all that have the argument.
    """

    value: Any
    says: str
    beside: dict[str, Any] = field(default_factory=dict)
    only: frozenset[str] = frozenset()


def only(*names: str) -> frozenset[str]:
    return frozenset(names)


_PODS = only("EksJobDefinition", "EksPod", "EksPodOverrides")
_IN_NAMESPACES = _PODS | only(
    "EksComputeEnvironment", "EksNamespace", "EksNamespaceAccess", "UnmanagedEksComputeEnvironment"
)
_TASKS = only("EcsNodeGroup", "ManagedInstancesJobDefinition", "MultiContainerJobDefinition")
_OF_ECS = only(
    "ContainerOverrides",
    "Ec2JobDefinition",
    "FargateJobDefinition",
    "NodeGroup",
    "TaskContainer",
    "TaskContainerOverrides",
)
_NODE_GROUPS = only("EcsNodeGroup", "EksNodeGroup", "NodeGroup")
_CONSUMERS = _NODE_GROUPS | only(
    "Ec2JobDefinition",
    "EcsMultiNodeParallelJobDefinition",
    "EksJobDefinition",
    "EksMultiNodeParallelJobDefinition",
    "FargateJobDefinition",
    "ManagedInstancesJobDefinition",
    "MultiContainerJobDefinition",
    "MultiNodeParallelJobDefinition",
)
_REQUESTS = only("NodePropertyOverride", "SubmitJobRequest")
_WITH_BUNDLES = only("Ec2ComputeEnvironment", "EksComputeEnvironment", "SpotComputeEnvironment")
_TAGGED = (_CONSUMERS - _NODE_GROUPS) | only(
    "BatchLaunchTemplate", "ScheduledJob", "ServiceJobRequest", "SubmitJobRequest"
)
_EXEC = {"enable_execute_command": True}
_ONE_CONTAINER = {"container_overrides": bc.ContainerOverrides(command=["run"])}
_NO_AWSLOGS = {"logging": splunk}

BAD: dict[str, list[Bad]] = {
    "above": [Bad(-1, "above must be at least 0", only=only("CountThreshold"))],
    "allocation_strategy": [
        Bad(
            strategy,
            f"instance_types must be types or families with {strategy}.*AWS refuses bundles, which have no order, got {bundle}",
            {"instance_types": [bundle]},
            only=_WITH_BUNDLES,
        )
        for strategy in (ORDERED, PRIORITIZED)
        for bundle in ("default_x86_64", "default_arm64", "optimal")
    ],
    "annotations": [
        Bad({"k8s.io/a": "b"}, "the annotation key 'k8s.io/a' must be"),
        Bad({"batch.amazonaws.com/a": "b"}, "the annotation key .* must be"),
    ],
    "architecture": [
        Bad(
            bc.Architecture.ARM64,
            "architecture must be X86_64 on Windows",
            {"operating_system_family": WINDOWS},
        )
    ],
    "array_size": [Bad(1, "array_size must be from 2"), Bad(10_001, "array_size must be from 2 to 10,000")],
    "attempts": [Bad(0, "attempts must be from 1"), Bad(11, "attempts must be from 1 to 10")],
    "bid_percentage": [
        Bad(101, "bid_percentage must be from 0 to 100 percent, got 101"),
        Bad(-1, "bid_percentage must be from 0 to 100 percent, got -1"),
    ],
    "capacity_limits": [
        Bad([], "from 1 to 5 capacity limits, got 0"),
        Bad(
            limits(*(f"ml.m5.{size}xlarge" for size in (1, 2, 4, 8, 12, 24))),
            "from 1 to 5 capacity limits, got 6",
        ),
        Bad(limits("NUM_INSTANCES", "ml.m5.large"), "must all count NUM_INSTANCES or all name"),
    ],
    "channel_id": [Bad("general", "channel_id must look like")],
    "cidr": [Bad("10.0.0.0/33", "cidr must be an IPv4 block"), Bad("network", "cidr must be an IPv4 block")],
    "command": [Bad([""], "command must not hold an empty string", only=_OF_ECS)],
    "compute_environment_name": [Bad("two words", "compute_environment_name must be 1 to 128 letters")],
    "compute_environments": [Bad([], "compute_environments must", only=only("JobQueue", "OwnPool"))],
    "compute_reservation": [Bad(100, "compute_reservation must be from 0 to 99", {"shares": ()})],
    "consumes": [
        Bad(
            consumables(6),
            "the length of consumes must be from 0 to 5 consumable resources, got 6",
            only=_CONSUMERS,
        ),
        Bad(
            consumables(1, quantity=0),
            "the quantity of a consumable resource must be at least 1",
            only=_CONSUMERS,
        ),
        Bad(
            {f"licence{at}": 1 for at in range(6)},
            "the length of consumes must be from 0 to 5",
            only=_REQUESTS,
        ),
        Bad({"licence": 0}, "the quantity of a consumable resource must be at least 1", only=_REQUESTS),
    ],
    "container_path": [Bad("tmp", "container_path must be absolute", only=only("Tmpfs"))],
    "containers": [
        Bad([], "containers must be from 1 to 10", only=_TASKS | {"EksJobDefinition", "EksPod"}),
        Bad(
            lambda stack: [container(stack, name=f"c{at}") for at in range(11)],
            "containers must be from 1 to 10",
            only=_TASKS,
        ),
        Bad(
            lambda stack: [pod_container(stack, at) for at in range(11)],
            "containers must be from 1 to 10",
            only=_PODS - {"EksPodOverrides"},
        ),
        Bad(POD_OVERRIDES, "containers must be at most 10", only=only("EksPodOverrides")),
        Bad(
            lambda stack: [container(stack, readonly_root_filesystem=True)],
            "enable_execute_command needs writable root file systems.*'a'",
            _EXEC,
        ),
        Bad(
            lambda stack: [container(stack, firelens=bc.FireLens())],
            "firelens of 'a' needs a container that sends to it",
            only=_TASKS,
        ),
        Bad(
            lambda stack: [container(stack, logging=log_driver("firelens"))],
            "logging with awsfirelens needs a log router in the job, got none for 'a'",
            only=_TASKS,
        ),
        Bad(
            lambda stack: [
                container(stack, firelens=bc.FireLens(), logging=log_driver("firelens")),
                container(stack, name="b", logging=log_driver("firelens")),
            ],
            "a log router must not send its own output to itself",
            only=_TASKS,
        ),
        Bad(
            lambda stack: [
                container(stack, firelens=bc.FireLens(), user="nobody"),
                container(stack, name="b", logging=log_driver("firelens")),
            ],
            "a log router must run as root, which FireLens requires, got another user of 'a'",
            only=_TASKS,
        ),
    ],
    "cost_tags": [
        Bad({"aws:team": "a"}, "not begin with 'aws:'"),
        Bad({}, "cost_tags must name at least one"),
    ],
    "depends_on": [
        Bad(
            [bc.JobDependency(job_id="1")] * 21,
            "from 0 to 20 dependencies, got 21",
            only=only("SubmitJobRequest"),
        ),
        Bad({"nobody": bc.DependencyCondition.START}, "depends_on .*'nobody'", only=only("TaskContainer")),
    ],
    "ecs_properties_override": [
        Bad([bc.TaskContainerOverrides(name="a", vcpus=1)], "ecs_properties_override", _ONE_CONTAINER)
    ],
    "eks_properties_override": [
        Bad(bc.EksPodOverrides(namespace="jobs"), "eks_properties_override", _ONE_CONTAINER)
    ],
    "emails": [Bad(["nobody"], "emails must hold addresses .* got 'nobody'")],
    "endpoints_for": [Bad([], "endpoints_for .*isolated=True")],
    "environment": [
        Bad({"AWS_BATCH_MODE": "1"}, "'AWS_BATCH_MODE' must be a name that does not begin with AWS_BATCH")
    ],
    "ephemeral_storage": [
        Bad(gibibytes(20), "ephemeral_storage must be from 21 to 200 GiB, got 20"),
        Bad(gibibytes(201), "ephemeral_storage must be from 21 to 200 GiB, got 201"),
        Bad(gibibytes(30), "platform_version must be 1.4.0 or later", {"platform_version": "1.3.0"}),
    ],
    "evaluate_on_exit": [
        Bad(
            [bc.RetryRule(action=bc.RetryAction.EXIT, on_exit_code="1")] * 6,
            "from 0 to 5 conditions",
            only=only("RetryStrategy"),
        ),
        Bad(
            [bc.ServiceJobRetryRule(action=bc.RetryAction.EXIT, on_status_reason="*a")] * 6,
            "from 0 to 5 conditions",
            {"attempts": 2},
            only=only("ServiceJobRequest"),
        ),
    ],
    "gpus": [Bad(0, "gpus must be at least 1"), Bad(0.5, "gpus must be a whole number")],
    "ignore_exit_codes": [Bad([0], "ignore_exit_codes must not hold 0")],
    "ignore_reasons": [
        Bad(["a"], "reason_prefixes and ignore_reasons exclude each other", {"reason_prefixes": ["b"]})
    ],
    "image": [
        Bad("two words", "image must be an image reference"),
        Bad("", "image must be an image reference"),
    ],
    "image_ids": [
        Bad({bc.ImageType.ECS_AL2023: "x"}, "image_ids must hold ids"),
        Bad({bc.ImageType.EKS_AL2023: "x"}, "image_ids must hold ids"),
    ],
    "image_pull_secrets": [Bad(["A"], "image_pull_secrets must be a DNS subdomain")],
    "image_types": [
        Bad([], "image_types must be from 1 to 2"),
        Bad([bc.ImageType.ECS_AL2023, bc.ImageType.EKS_AL2023], "images must be for"),
    ],
    "init_containers": [
        Bad(
            lambda stack: [pod_container(stack, at) for at in range(11)],
            "init_containers must be from 0 to 10",
            only=_PODS - {"EksPodOverrides"},
        ),
        Bad(POD_OVERRIDES, "init_containers must be at most 10", only=only("EksPodOverrides")),
    ],
    "instance_tags": [
        Bad({"aws:team": "a"}, "not begin with 'aws:'"),
        Bad(FIFTY_ONE, "must be from 0 to 50 tags"),
    ],
    "instance_type": [
        Bad(
            "c7i.large",
            "instance_type must be left out for nodes that run pods",
            only=only("EksMultiNodeParallelJobDefinition"),
        )
    ],
    "instance_types": [
        Bad([], "instance_types must name at least one"),
        Bad(["c7i large"], "instance_types .*'c7i large'"),
    ],
    "job_definition_name": [Bad("two words", "job_definition_name must be 1 to 128 letters")],
    "job_name": [Bad("two words", "job_name must be up to 128 letters")],
    "job_name_prefixes": [Bad([""], "job_name_prefixes must not be empty")],
    "job_queue_arn": [Bad("queue", "job_queue_arn must look like arn:aws:batch")],
    "job_queue_name": [Bad("two words", "job_queue_name must be 1 to 128 letters")],
    "job_queues": [Bad([], "job_queues must name at least one", only=only("BatchAlarms", "BatchDashboard"))],
    "job_state_time_limits": [
        Bad(
            lambda stack: [bc.JobStateTimeLimit.for_insufficient_capacity(minutes(60)(stack))] * 2,
            "job_state_time_limits must have different reasons",
        )
    ],
    "labels": [
        Bad({"app.kubernetes.io/name": "a"}, "the label key 'app.kubernetes.io/name' must be"),
        Bad({"-team": "a"}, "the label key '-team' must be"),
        Bad({"team": "a b"}, "the value of the label 'team' must be"),
        Bad({"team": "x" * 64}, "the value of the label 'team' must be up to 63"),
    ],
    "launch_template": [
        Bad(template(10), "root_volume_size .* must be at least [23]0 GiB"),
        Bad(
            template(100, bc.ShellScript("echo ECS_CLUSTER=mine >> /etc/ecs/ecs.config")),
            "user_data of the launch template must not set ECS_CLUSTER",
        ),
        Bad(
            template(
                100,
                bc.CloudConfig({"write_files": [{"path": "/a", "content": "ECS_INSTANCE_ATTRIBUTES={}"}]}),
            ),
            "user_data of the launch template must not set ECS_INSTANCE_ATTRIBUTES",
        ),
    ],
    "launch_template_overrides": [Bad(eleven_overrides, "launch_template_overrides must be from 0 to 10")],
    "log_group": [Bad(log_group, "log_group belongs to awslogs", _NO_AWSLOGS)],
    "logging": [
        Bad(awslogs(awslogs_group="a", awslogs_colour="red"), "options of awslogs must be .*awslogs-colour"),
        Bad(log_driver("firelens"), "logging with awsfirelens needs a (second container|log router)"),
    ],
    "main_node": [
        Bad(-1, "main_node must be one of the 2 nodes"),
        Bad(2, "main_node must be one of the 2 nodes"),
    ],
    "max_azs": [Bad(0, "max_azs must be at least 1")],
    "max_vcpus": [Bad(0, "max_vcpus must be at least 1")],
    "maximum_event_age": [
        Bad(seconds(59), "maximum_event_age must be from 60"),
        Bad(seconds(86_401), "maximum_event_age must be from 60 to 86,400 seconds"),
    ],
    "maximum_retry_attempts": [
        Bad(-1, "maximum_retry_attempts must be from 0"),
        Bad(186, "maximum_retry_attempts must be from 0 to 185"),
    ],
    "memory": [Bad(mebibytes(3), "memory must be")],
    "memory_mib": [Bad(3, "memory_mib must be at least 4 MiB")],
    "min_vcpus": [Bad(-1, "min_vcpus must be at least 0")],
    "monthly_budget": [Bad(0, "monthly_budget must be more than 0")],
    "mount_path": [Bad("scratch", "mount_path must be absolute")],
    "mounts": [
        Bad(
            {"data": bc.Host("/a")},
            "mounts must be absolute",
            only=only("Ec2JobDefinition", "FargateJobDefinition", "NodeGroup", "TaskContainer"),
        ),
        Bad({"data": bc.EksEmptyDir()}, "mounts must be absolute", only=only("EksContainer")),
        Bad(
            on_the_machine,
            "mounts .*absolute",
            only=only(
                "BatchLaunchTemplate",
                "CpuPool",
                "Ec2ComputeEnvironment",
                "EfaComputeEnvironment",
                "GpuComputeEnvironment",
                "GpuPool",
                "SpotComputeEnvironment",
            ),
        ),
    ],
    "name": [Bad("", "name")],
    "namespace": [
        *(
            Bad(name, "namespace must be 1 to 63 lower-case letters", only=_IN_NAMESPACES)
            for name in ("kube-batch", "Jobs", "")
        ),
        Bad("AWS/Batch", "namespace must not be empty or begin with AWS/", only=only("CloudWatchAgent")),
        Bad("jobs", "namespace must be a bc.EksNamespace", only=only("EksServiceAccount")),
    ],
    "nat_gateways": [Bad(-1, "nat_gateways must be between 0 and max_azs")],
    "network_interfaces": [
        Bad([], "network_interfaces must hold at least one", only=only("EfaComputeEnvironment"))
    ],
    "node_groups": [Bad([], "node_groups must be from 1 to 5")],
    "node_overrides": [Bad(bc.NodeOverrides(num_nodes=2), "node_overrides", _ONE_CONTAINER)],
    "nodes": [Bad(0, "nodes")],
    "on_demand_max_vcpus": [Bad(-1, "on_demand_max_vcpus must be at least 0")],
    "on_status_reason": [
        Bad("a*b", "on_status_reason must be up to 512"),
        Bad("x" * 513, "on_status_reason must be up to 512"),
    ],
    "operating_system_family": [
        Bad(WINDOWS, "architecture must be X86_64 on Windows", {"architecture": bc.Architecture.ARM64})
    ],
    "path": [Bad("scratch", "path must be absolute")],
    "period": [Bad(seconds(7), "period must be whole minutes")],
    "periods": [Bad(0, "periods must be at least 1")],
    "phases": [Bad([], "phases must name at least one", only=only("ServiceJobPreemptionAlerts"))],
    "platform_version": [Bad("1", "platform_version must be LATEST or a version")],
    "pools": [Bad([bc.CpuPool(), bc.CpuPool()], "pools must have different names, got cpu twice")],
    "prefix": [Bad("*", "prefix must end in /", only=only("S3Mount"))],
    "priority": [Bad(-1, "priority must be from 0"), Bad(1_001, "priority must be from 0 to 1,000")],
    "queues": [
        Bad({}, "queues must name at least one", only=only("BatchJobsStack", "BatchObservabilityStack")),
        Bad(
            ["two words"],
            "the name of a queue must be",
            only=only("CpuPool", "FargatePool", "GpuPool", "OwnPool"),
        ),
    ],
    "quota_share_name": [Bad("two words", "quota_share_name must be 1 to 128 letters")],
    "readonly_root_filesystem": [Bad(True, "enable_execute_command needs a writable root", _EXEC)],
    "reason_prefixes": [
        Bad(["a"], "reason_prefixes and ignore_reasons exclude each other", {"ignore_reasons": ["b"]})
    ],
    "scale_down_delay": [
        Bad(minutes(19), "scale_down_delay must be 0 or from 20 to 10,080 minutes, got 19"),
        Bad(seconds(1_230), "scale_down_delay must be .* got 20.5"),
    ],
    "schedule": [Bad("daily", "schedule .*got 'daily'"), Bad("", "schedule .*got ''")],
    "scheduling_policy_name": [Bad("two words", "scheduling_policy_name must be 1 to 128 letters")],
    "scheduling_priority": [
        Bad(-1, "scheduling_priority must be from 0"),
        Bad(10_000, "scheduling_priority must be from 0 to 9,999"),
    ],
    "security_groups": [Bad([], "security_groups")],
    "service_account_name": [Bad("A_", "service_account_name must be a DNS subdomain")],
    "share_decay": [
        Bad(minutes(8 * 24 * 60), "share_decay must be from 0 to 604,800 seconds", {"shares": ()})
    ],
    "share_identifier": [Bad("team a", "share_identifier must be 1 to 255")],
    "shares": [
        Bad([bc.Share(identifier=f"s{at}") for at in range(501)], "from 0 to 500 shares, got 501"),
        Bad([bc.Share(identifier="a"), bc.Share(identifier="a*")], "shares must not overlap"),
    ],
    "size": [Bad(mebibytes(0), "size must be at least 1")],
    "spot_max_vcpus": [Bad(-1, "spot_max_vcpus must be at least 0")],
    "statuses": [Bad(["FAILD"], "statuses.* must be")],
    "storage": [
        Bad(gibibytes(0), "storage must be at least 1 GiB", only=only("ManagedInstancesComputeEnvironment"))
    ],
    "tags": [
        Bad({"aws:team": "a"}, "not begin with 'aws:'", only=_TAGGED),
        Bad(FIFTY_ONE, "must be from 0 to 50 tags", only=_TAGGED),
        Bad({}, "tags must name at least one", only=only("BatchBudget")),
    ],
    "time_zone": [Bad("Mars", "time_zone must be one such as")],
    "timeout": [Bad(seconds(59), "timeout must be at least 60 seconds")],
    "timeout_seconds": [Bad(59, "timeout_seconds must be at least 60 seconds")],
    "transit_encryption_port": [Bad(65_536, "transit_encryption_port must be from 0 to 65,535")],
    "unmanaged_vcpus": [Bad(-1, "unmanaged_vcpus must be at least 0")],
    "url": [Bad("http://example.com", "url must begin with https://")],
    "vcpus": [Bad(0, "vcpus .*must be")],
    "vcpus_limit": [
        Bad(0, "vcpus_limit must be a multiple of 0.25"),
        Bad(0.3, "vcpus_limit must be a multiple of 0.25"),
    ],
}
"""By argument; for all classes that have it, and the other arguments that a value is given with."""

ELSEWHERE: dict[str, frozenset[str]] = {
    # A duration is never negative.
    "above": only("TimeThreshold"),
    # GPUs and EFA have no bundles of types.
    "allocation_strategy": only("EfaComputeEnvironment", "GpuComputeEnvironment"),
    # Managed Instances run Linux only, on both processors.
    "architecture": only("ManagedInstancesJobDefinition"),
    # No page of AWS forbids an empty string in the command of a pod.
    "command": only("EksContainer", "EksContainerOverrides"),
    # These watch what they are given, and nothing is no mistake.
    "compute_environments": only(
        "BatchAlarms",
        "BatchAlerts",
        "BatchDashboard",
        "BatchObservabilityStack",
        "ComputeEnvironmentAlerts",
        "JobMetrics",
    ),
    # By default the path on the host.
    "container_path": only("Device"),
    # The filter for reasons that are wanted is another argument, or another class.
    "ignore_reasons": only(
        "JobFailureAlerts",
        "JobQueueBlockedAlerts",
        "JobQueueBlockedPattern",
        "ServiceJobQueueBlockedPattern",
    ),
    # The type decides what fits on a node; a type that is not known is no mistake.
    "instance_type": only(
        "EcsMultiNodeParallelJobDefinition", "MultiNodeParallelJobDefinition", "NodePropertyOverride"
    ),
    # Without any, all queues are meant.
    "job_queues": only(
        "BatchAlerts",
        "ComputeEnvironmentAlerts",
        "JobEventLog",
        "JobFailureAlerts",
        "JobMetrics",
        "JobPattern",
        "JobQueueBlockedAlerts",
        "JobQueueBlockedPattern",
        "ServiceJobPattern",
        "ServiceJobQueueBlockedPattern",
        "StuckJobAlerts",
    ),
    # These write to a group, whatever the driver of the jobs.
    "log_group": only("CloudWatchAgent", "JobFailureAlerts"),
    # Without any, the instances have the interface that EC2 gives them.
    "network_interfaces": only("BatchLaunchTemplate"),
    # Without any, all phases are meant.
    "phases": only("ServiceJobPreemptionPattern"),
    # The beginning of a key need not end at a folder.
    "prefix": only("S3TriggeredJob"),
    # The definition that holds them has the other half; it refuses them among `containers`.
    "readonly_root_filesystem": only("NodeGroup", "TaskContainer"),
    # Without any, there are no interfaces to put them on.
    "security_groups": only("BatchLaunchTemplate"),
    # A `Storage` has checked itself.
    "storage": only(
        "BatchLaunchTemplate",
        "CpuPool",
        "Ec2ComputeEnvironment",
        "EfaComputeEnvironment",
        "GpuComputeEnvironment",
        "GpuPool",
        "SpotComputeEnvironment",
    ),
}
"""Classes that take what others refuse."""

ANYTHING_GOES: frozenset[str] = only(
    # Names and places of things that exist: only AWS knows them.
    "access_point",
    "file_system",
    "job_definition",
    "job_definitions",
    "job_queue",
    "root_directory",
    # What only the program in the job, or whoever reads it, understands.
    "args",
    "context",
    "options",
    "parameters",
    "user",
    # The CDK's own arguments of stacks, which it checks.
    "description",
    "stack_name",
    # Lists of constructs and of values, each of which was checked when it was made.
    "extra_endpoints",
    "managed_policies",
    "metrics",
    "reachable_from",
    "reasons",
    "secrets",
    "targets",
    "ulimits",
)
"""Shared arguments that are open by their type, strings and lists above all, and of which no value is refused."""


def _vpc(stack: Stack) -> Any:
    return stack.node.try_find_child("AVpc") or defaults.arguments("Ec2ComputeEnvironment", stack)["vpc"]


def _platform(stack: Stack, *pools: Any) -> Any:
    return bc.BatchPlatform(stack, f"Holder{len(stack.node.children)}", pools=pools)


HOLDERS: dict[str, Callable[[Stack, Any], Any]] = {
    "CpuPool": _platform,
    "EcsNodeGroup": lambda stack, group: bc.EcsMultiNodeParallelJobDefinition(
        stack, "Holder", node_groups=[group]
    ),
    "EksNodeGroup": lambda stack, group: bc.EksMultiNodeParallelJobDefinition(
        stack, "Holder", node_groups=[group]
    ),
    "GpuPool": _platform,
    "LaunchTemplateOverride": lambda stack, override: bc.Ec2ComputeEnvironment(
        stack,
        "Holder",
        vpc=_vpc(stack),
        instance_types=["c7i"],
        launch_template_overrides=[override],
    ),
    "NodeGroup": lambda stack, group: bc.MultiNodeParallelJobDefinition(stack, "Holder", node_groups=[group]),
    "PlatformQueue": lambda stack, queue: _platform(stack, bc.CpuPool(queues=[queue])),
    "TaskContainer": lambda stack, container: bc.MultiContainerJobDefinition(
        stack, "Holder", containers=[container]
    ),
}
"""What is given a value that is looked at there only, since it needs to know where it is."""
