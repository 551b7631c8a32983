"""What AWS was seen to refuse, no construct takes: arguments of one class, and documents of the AWS CLI.

`test_shared_arguments` holds what several classes refuse.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc
from tests import defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk import Stack

    Value = Callable[[Stack], Any]

ORDERED = bc.AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED
PRIORITIZED = bc.AllocationStrategy.SPOT_CAPACITY_OPTIMIZED_PRIORITIZED


def mebibytes(number: int) -> Any:
    from aws_cdk import Size

    return Size.mebibytes(number)


def gibibytes(number: int) -> Any:
    from aws_cdk import Size

    return Size.gibibytes(number)


def limits(*units: str) -> Value:
    return lambda _: [bc.CapacityLimit(max_capacity=1, capacity_unit=unit) for unit in units]


def logging(make: str, **options: Any) -> Value:
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


def container(**arguments: Any) -> bc.TaskContainer:
    given = {"name": "a", "image": "busybox", "vcpus": 1, "memory": mebibytes(512), **arguments}
    return bc.TaskContainer(**given)


# Values that other classes hold, with what they need beside the bad argument.
HELD: list[tuple[Any, dict[str, Any], str]] = [
    (bc.LinuxParameters, {"max_swap": 512}, "swappiness must be given with max_swap"),
    (bc.Share, {"identifier": "team a"}, "identifier must be .* hyphens and underscores"),
    (bc.EcsAgentConfig, {"extra": {"ECS_CLUSTER": "a"}}, "extra must not set ECS_CLUSTER"),
    (
        bc.EcsAgentConfig,
        {"extra": {"ECS_INSTANCE_ATTRIBUTES": "a"}},
        "extra must not set ECS_INSTANCE_ATTRIBUTES",
    ),
]


@pytest.mark.parametrize(("kind", "given", "message"), HELD)
def test_no_value_takes_what_aws_refuses(kind: Any, given: dict[str, Any], message: str) -> None:
    """Fails when the value is created."""
    with pytest.raises(ValueError, match=message):
        kind(**{name: mebibytes(value) if name == "max_swap" else value for name, value in given.items()})


def test_what_aws_takes_passes(stack: Stack) -> None:
    """For each refusal, the most similar valid value."""
    bc.LinuxParameters(max_swap=mebibytes(512), swappiness=60)
    bc.FairSharePolicy(
        stack,
        "Policy",
        shares=[bc.Share(identifier=name) for name in ("team-a", "team_b*", *map(str, range(498)))],
    )
    bc.EksPod(
        containers=defaults.arguments("EksJobDefinition", stack)["containers"],
        labels={"example.com/team": "a.b_c-1", "empty": ""},
        annotations={"example.com/note": "what you like: kubernetes.io"},
    )
    bc.FargateTask(platform_version="1.4.0", ephemeral_storage=gibibytes(30))
    vpc = defaults.arguments("Ec2ComputeEnvironment", stack)["vpc"]
    bc.Ec2ComputeEnvironment(
        stack, "Ordered", vpc=vpc, allocation_strategy=ORDERED, instance_types=["c7i", "m7i.large"]
    )
    bc.SpotComputeEnvironment(stack, "Zero", vpc=vpc, bid_percentage=0)
    bc.ServiceEnvironment(stack, "Types", capacity_limits=limits("ml.m5.large", "ml.c5.large")(stack))


def test_no_swap_needs_no_swappiness(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """AWS requires a value, so one without effect is written."""
    never = bc.LinuxParameters(max_swap=mebibytes(0))
    bc.Ec2JobDefinition(stack, "It", image="busybox", vcpus=1, memory=mebibytes(512), linux_parameters=never)
    found = only("AWS::Batch::JobDefinition")["ContainerProperties"]["LinuxParameters"]
    assert found == {"MaxSwap": 0, "Swappiness": 0}


def asset(tmp_path: Any, platform: str) -> Any:
    from aws_cdk import aws_ecr_assets as assets
    from aws_cdk import aws_ecs as ecs

    (tmp_path / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    return ecs.ContainerImage.from_asset(str(tmp_path), platform=getattr(assets.Platform, platform))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("FargateJobDefinition", {}),
        ("FargateJobDefinition", {"architecture": bc.Architecture.X86_64}),
        ("ManagedInstancesJobDefinition", {}),
        ("MultiContainerJobDefinition", {"fargate": bc.FargateTask()}),
        ("MultiNodeParallelJobDefinition", {"instance_type": "c7i.large"}),
        ("EcsMultiNodeParallelJobDefinition", {"instance_type": "c7i.large"}),
    ],
)
def test_fails_when_an_image_is_built_for_another_processor(
    stack: Stack, tmp_path: Any, name: str, given: dict[str, Any]
) -> None:
    """aws-solutions-library-samples/aws-batch-arch-for-protein-folding: `exec format error` with the first job."""
    arm, wanted = asset(tmp_path, "LINUX_ARM64"), asset(tmp_path, "LINUX_AMD64")
    for at, image in enumerate((arm, wanted)):
        arguments = defaults.arguments(name, stack) | given
        if "image" in arguments:
            arguments["image"] = image
        elif "containers" in arguments:
            arguments["containers"] = [container(image=image)]
        elif name.startswith("Ecs"):
            arguments["node_groups"] = [bc.EcsNodeGroup(nodes=2, containers=[container(image=image)])]
        else:
            arguments["node_groups"] = [bc.NodeGroup(nodes=2, image=image, vcpus=1, memory=mebibytes(512))]
        if image is wanted:
            getattr(bc, name)(stack, f"It{at}", **arguments)
            continue
        with pytest.raises(
            ValueError, match=r"image must be built for the processor .* got an asset for linux/arm64"
        ):
            getattr(bc, name)(stack, f"It{at}", **arguments)


def test_fails_when_managed_instances_on_spot_come_first(stack: Stack) -> None:
    """AWS accepts only the other order, unlike for EC2."""
    vpc = defaults.arguments("ManagedInstancesComputeEnvironment", stack)["vpc"]
    spot, on_demand = (
        bc.ManagedInstancesComputeEnvironment(stack, option.name, vpc=vpc, capacity_option=option)
        for option in (bc.CapacityOption.SPOT, bc.CapacityOption.ON_DEMAND)
    )
    with pytest.raises(ValueError, match="must have those on demand first"):
        bc.JobQueue(stack, "Wrong", compute_environments=[spot, on_demand])
    bc.JobQueue(stack, "Right", compute_environments=[on_demand, spot])


def test_fails_when_a_queue_of_environments_gets_a_quota_policy(stack: Stack) -> None:
    """Fails for policies of this library and of the CDK: it is for queues of service jobs."""
    from aws_cdk import aws_batch as batch

    l1 = batch.CfnSchedulingPolicy(
        stack,
        "L1",
        quota_share_policy=batch.CfnSchedulingPolicy.QuotaSharePolicyProperty(
            idle_resource_assignment_strategy="FIFO"
        ),
    )
    given = defaults.arguments("JobQueue", stack)
    policies: list[Any] = [bc.QuotaSharePolicy(stack, "Ours"), l1]
    for at, policy in enumerate(policies):
        with pytest.raises(ValueError, match="scheduling_policy must be a FairSharePolicy"):
            bc.JobQueue(stack, f"Queue{at}", scheduling_policy=policy, **given)
    bc.JobQueue(stack, "Fair", scheduling_policy=bc.FairSharePolicy(stack, "Policy"), **given)


def test_fails_when_an_unmanaged_environment_gets_the_service_linked_role(stack: Stack) -> None:
    """By its ARN or by its name."""
    from aws_cdk import aws_iam as iam

    arn = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
    for at, role in enumerate(
        (
            iam.Role.from_role_arn(stack, "ByArn", arn),
            iam.Role.from_role_name(stack, "ByName", "AWSServiceRoleForBatch"),
        )
    ):
        with pytest.raises(ValueError, match="service_role must not be a service-linked role"):
            bc.UnmanagedComputeEnvironment(stack, f"It{at}", service_role=role)


def test_fails_when_windows_gets_half_a_vcpu(stack: Stack) -> None:
    """Alone or in several containers; one vCPU in total is enough."""
    windows = bc.OperatingSystemFamily.WINDOWS_SERVER_2022_CORE
    with pytest.raises(ValueError, match=r"vcpus must be at least 1 vCPUs, got 0\.5"):
        bc.FargateJobDefinition(stack, "One", image="a", vcpus=0.5, operating_system_family=windows)
    task = bc.FargateTask(operating_system_family=windows)
    with pytest.raises(ValueError, match="the vcpus of all containers must be at least 1"):
        bc.MultiContainerJobDefinition(stack, "Two", containers=[container(vcpus=0.5)], fargate=task)


def test_a_document_of_managed_instances_has_none_of_the_other_members(stack: Stack) -> None:
    """The guide lists 14 that must not be given, and the replacement."""
    provider = {
        "infrastructureRoleArn": "arn:aws:iam::123456789012:role/a",
        "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/a",
            "networkConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
        },
    }
    resources = {"type": "ECS_MANAGED_INSTANCES", "maxvCpus": 4, "managedInstancesProvider": provider}
    document = {"computeEnvironmentName": "a", "type": "MANAGED", "computeResources": resources}
    for name, value in (("minvCpus", 0), ("subnets", ["subnet-1"]), ("instanceTypes", ["c7i"])):
        wrong = {**document, "computeResources": {**resources, name: value}}
        with pytest.raises(ValueError, match=name):
            bc.ManagedInstancesComputeEnvironment.from_cli_json(stack, name, wrong)
    made = bc.ManagedInstancesComputeEnvironment.from_cli_json(stack, "Right", document)
    assert made.capacity_option is bc.CapacityOption.ON_DEMAND


def test_a_document_for_managed_instances_has_ecs_properties(stack: Stack) -> None:
    """Fails with containerProperties, and names the right class."""
    sizes = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}]
    document = {
        "jobDefinitionName": "a",
        "type": "container",
        "platformCapabilities": ["MANAGED_INSTANCES"],
        "containerProperties": {"image": "a", "resourceRequirements": sizes},
    }
    with pytest.raises(ValueError, match="got one for ManagedInstancesJobDefinition: use that class"):
        bc.Ec2JobDefinition.from_cli_json(stack, "It", document)
    with pytest.raises(ValueError, match="containerProperties must be ecsProperties"):
        bc.ManagedInstancesJobDefinition.from_cli_json(stack, "It", document)


def test_fails_when_a_file_system_has_no_id_of_efs(stack: Stack) -> None:
    """Fails for a name in place of the id."""
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_efs as efs

    def system(id_: str, file_system_id: str) -> efs.IFileSystem:
        group = ec2.SecurityGroup.from_security_group_id(stack, f"{id_}Group", "sg-12345678")
        return efs.FileSystem.from_file_system_attributes(
            stack, id_, security_group=group, file_system_id=file_system_id
        )

    with pytest.raises(ValueError, match=r"the id of file_system must be .* got 'my-file-system'"):
        bc.Efs(system("Wrong", "my-file-system"))
    bc.Efs(system("Right", "fs-12345678"))


DOCUMENT_SIZES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
EXECUTION = "arn:aws:iam::123456789012:role/execution"


def of_container(*platforms: str, **members: Any) -> dict[str, Any]:
    """Return the document of a definition with one container."""
    properties = {"image": "a", "executionRoleArn": EXECUTION, "resourceRequirements": DOCUMENT_SIZES}
    return {
        "jobDefinitionName": "a",
        "type": "container",
        "platformCapabilities": [*platforms],
        "containerProperties": properties | members,
    }


def of_task(platform: str, task: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """Return a document with a task of one container."""
    one = {"name": "a", "image": "a", "essential": True, "resourceRequirements": DOCUMENT_SIZES, **members}
    given = {"executionRoleArn": EXECUTION, "containers": [one], **(task or {})}
    tasks = [{name: value for name, value in given.items() if value is not None}]
    return {
        "jobDefinitionName": "a",
        "type": "container",
        "platformCapabilities": [platform],
        "ecsProperties": {"taskProperties": tasks},
    }


def of_nodes(**members: Any) -> dict[str, Any]:
    """Return a document with two nodes."""
    one = {"image": "a", "resourceRequirements": DOCUMENT_SIZES, **members}
    ranges = [{"targetNodes": "0:1", "container": one}]
    nodes = {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": ranges}
    return {"jobDefinitionName": "a", "type": "multinode", "nodeProperties": nodes}


def of_pod(
    pod: dict[str, Any] | None = None, more: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Return a document with a pod."""
    amounts = {"cpu": "1", "memory": "512Mi", **more}
    properties = {"containers": [{"image": "a", "resources": {"limits": amounts}}], **(pod or {})}
    return {"jobDefinitionName": "a", "type": "container", "eksProperties": {"podProperties": properties}}


def directory(size: Any) -> dict[str, Any]:
    return {"volumes": [{"name": "a", "emptyDir": {"sizeLimit": size}}]}


def log(driver: str, **options: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in options.items()}
    return {"logConfiguration": {"logDriver": driver, "options": named}}


SWAP = {"linuxParameters": {"maxSwap": 512}}
ARM = {"runtimePlatform": {"cpuArchitecture": "ARM64"}}
NAMELESS = {"environment": [{"value": "b"}]}
NO_EFS = {"volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "my-file-system"}}]}
FIXED = {"readonlyRootFilesystem": True}
EXEC = {"enableExecuteCommand": True}
ROUTER = {"firelensConfiguration": {"type": "fluentbit"}}
DOCUMENTS: list[tuple[str, dict[str, Any], str]] = [
    *(
        (kind, make(**members), said)
        for kind, make in (
            ("Ec2JobDefinition", of_container),
            ("MultiNodeParallelJobDefinition", of_nodes),
        )
        for members, said in (
            (SWAP, "MaxSwap needs Swappiness"),
            (log("awslogs", awslogs_colour="red"), "options of awslogs must be .*awslogs-colour"),
            (NAMELESS, "an environment variable needs a Name"),
            (NO_EFS, "FileSystemId must be the id of a file system"),
            ({"vcpus": 1}, "Vcpus must be left out with VCPU"),
        )
    ),
    ("Ec2JobDefinition", of_container("EC2", "FARGATE"), "PlatformCapabilities must have one entry"),
    ("Ec2JobDefinition", of_container(**ARM), "RuntimePlatform needs PlatformCapabilities FARGATE"),
    ("FargateJobDefinition", of_container("FARGATE", **EXEC, **FIXED), "enableExecuteCommand needs writable"),
    ("Ec2JobDefinition", of_container(**EXEC, **FIXED), "enableExecuteCommand needs writable"),
    ("MultiContainerJobDefinition", of_task("EC2", EXEC, **FIXED), "enableExecuteCommand needs writable"),
    (
        "MultiContainerJobDefinition",
        of_task("EC2", ARM),
        "RuntimePlatform needs PlatformCapabilities FARGATE",
    ),
    ("MultiContainerJobDefinition", of_task("EC2", **SWAP), "MaxSwap needs Swappiness"),
    ("MultiContainerJobDefinition", of_task("EC2", **ROUTER), "FirelensConfiguration needs a container"),
    ("MultiContainerJobDefinition", of_task("FARGATE", **log("awslogs", awslogs_x="a")), "awslogs-x"),
    ("ManagedInstancesJobDefinition", of_task("MANAGED_INSTANCES", **SWAP), "MaxSwap needs Swappiness"),
    ("EksJobDefinition", of_pod(directory("1Gi")), "SizeLimit must be a whole number of mebibytes"),
    ("EksJobDefinition", of_pod(directory("0Mi")), "SizeLimit must be at least 1 MiB"),
    ("EksJobDefinition", of_pod({"metadata": {"labels": {"app.kubernetes.io/name": "a"}}}), "Labels must be"),
    ("EksJobDefinition", of_pod(more={"amd.com/gpu": "1"}), "got 'amd.com/gpu'"),
]


LIMIT = {
    "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "state": "RUNNABLE",
    "maxTimeSeconds": 600,
    "action": "CANCEL",
}
QUEUE = {
    "jobQueueName": "a",
    "priority": 1,
    "computeEnvironmentOrder": [
        {"order": 1, "computeEnvironment": "arn:aws:batch:eu-west-1:123456789012:compute-environment/a"}
    ],
}
DOCUMENTS += [
    (
        "JobQueue",
        {**QUEUE, "jobStateTimeLimitActions": [LIMIT, LIMIT]},
        "each Reason must have one time limit",
    ),
    (
        "MultiContainerJobDefinition",
        of_task("FARGATE", {"executionRoleArn": None}),
        "a job on Fargate needs ExecutionRoleArn",
    ),
]


@pytest.mark.parametrize(("kind", "document", "said"), DOCUMENTS)
def test_no_document_says_what_aws_refuses(
    stack: Stack, kind: str, document: dict[str, Any], said: str
) -> None:
    """JSON of the AWS CLI is checked like arguments."""
    with pytest.raises(ValueError, match=f"(?s){said}"):
        getattr(bc, kind).from_cli_json(stack, "It", document)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("Ec2JobDefinition", of_container(linuxParameters={"maxSwap": 512, "swappiness": 0})),
        ("Ec2JobDefinition", of_container(**log("awslogs", awslogs_group="a", mode="non-blocking"))),
        ("Ec2JobDefinition", of_container("EC2", **EXEC)),
        ("FargateJobDefinition", of_container("FARGATE", **ARM, **FIXED)),
        ("MultiContainerJobDefinition", of_task("FARGATE", {**ARM, **EXEC})),
        ("ManagedInstancesJobDefinition", of_task("MANAGED_INSTANCES", ARM)),
        ("EksJobDefinition", of_pod(directory("100Mi"))),
        ("EksJobDefinition", of_pod({"metadata": {"labels": {"team": "x" * 63}}}, {"nvidia.com/gpu": "1"})),
    ],
)
def test_what_aws_takes_passes_as_a_document(stack: Stack, kind: str, document: dict[str, Any]) -> None:
    """For each refusal, the most similar valid document."""
    assert getattr(bc, kind).from_cli_json(stack, "It", document).to_cli_json() == document


def test_tokens_pass_in_documents(stack: Stack) -> None:
    """The value of a parameter is unknown before the deploy."""
    from aws_cdk import CfnParameter

    text = CfnParameter(stack, "Text").value_as_string
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    for at, (kind, document) in enumerate(
        (
            ("EksJobDefinition", of_pod(directory(text))),
            ("Ec2JobDefinition", of_container(linuxParameters={"maxSwap": number})),
            (
                "Ec2JobDefinition",
                of_container(volumes=[{"name": "a", "efsVolumeConfiguration": {"fileSystemId": text}}]),
            ),
            ("Ec2JobDefinition", of_container(environment=[{"name": text, "value": text}])),
        )
    ):
        getattr(bc, kind).from_cli_json(stack, f"It{at}", document)


def test_fails_when_a_container_of_several_logs_with_unknown_options(stack: Stack) -> None:
    """The log driver of a single container is checked like that of the definition."""
    with pytest.raises(ValueError, match=r"options of awslogs must be .*awslogs-colour"):
        container(logging=awslogs(awslogs_group="a", awslogs_colour="red")(stack))
    container(logging=awslogs(awslogs_group="a", mode="non-blocking")(stack))


def test_fails_when_the_policy_of_a_queue_is_none(stack: Stack) -> None:
    """AWS: "Only scheduling policy Arn can be allowed"; a token passes."""
    from aws_cdk import CfnParameter
    from aws_cdk import aws_batch as batch

    def policy(id_: str, arn: str) -> Any:
        return batch.FairshareSchedulingPolicy.from_fairshare_scheduling_policy_arn(stack, id_, arn)

    given = defaults.arguments("JobQueue", stack)
    [region, account] = "eu-west-1", "123456789012"
    with pytest.raises(ValueError, match="scheduling_policy must have the ARN of a scheduling policy"):
        wrong = policy("Wrong", f"arn:aws:batch:{region}:{account}:job-queue/a")
        bc.JobQueue(stack, "WrongQueue", scheduling_policy=wrong, **given)
    right = policy("Right", f"arn:aws:batch:{stack.region}:{stack.account}:scheduling-policy/a")
    later = policy("Later", CfnParameter(stack, "Arn").value_as_string)
    for at, each in enumerate((right, later)):
        bc.JobQueue(stack, f"Queue{at}", scheduling_policy=each, **given)


def test_fails_when_a_log_router_on_fargate_reads_its_settings_from_s3(stack: Stack) -> None:
    """Fargate takes a path in the container only."""
    from aws_cdk import aws_ecs as ecs

    made = {"image": "busybox", "vcpus": 0.25, "memory": mebibytes(256)}
    router = bc.TaskContainer(
        name="router", firelens=bc.FireLens(config_file="arn:aws:s3:::bucket/fluent.conf"), **made
    )
    main = bc.TaskContainer(name="main", logging=ecs.LogDrivers.firelens(), **made)
    with pytest.raises(ValueError, match="config_file of container 'router' must be a path"):
        bc.MultiContainerJobDefinition(stack, "It", containers=[main, router], fargate=bc.FargateTask())
