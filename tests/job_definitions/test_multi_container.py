"""Jobs with several containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    Architecture,
    AwsLogs,
    DependencyCondition,
    FargateTask,
    FireLens,
    FirelensType,
    Host,
    IpcMode,
    LinuxParameters,
    MultiContainerJobDefinition,
    PidMode,
    TaskContainer,
    Ulimit,
    UlimitName,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Only = Callable[[str], dict[str, Any]]
    Synth = Callable[[], dict[str, dict[str, Any]]]

DEFINITION = "AWS::Batch::JobDefinition"


def container(name: str = "main", **arguments: Any) -> TaskContainer:
    """Return a small container; arguments can be changed."""
    from aws_cdk import Size

    return TaskContainer(
        **{"name": name, "image": "busybox", "vcpus": 1, "memory": Size.mebibytes(512), **arguments}
    )


def define(stack: Stack, *containers: TaskContainer, **arguments: Any) -> MultiContainerJobDefinition:
    return MultiContainerJobDefinition(stack, "Job", containers=containers, **arguments)


def task(only: Only) -> dict[str, Any]:
    [found] = only(DEFINITION)["EcsProperties"]["TaskProperties"]
    assert isinstance(found, dict)
    return found


def test_containers_share_one_task_on_instances(stack: Stack, only: Only) -> None:
    """Pain 25 (aws-cdk#29326): the L2 has no class for this: one definition for EC2, with all logs in one group."""
    define(
        stack, container("one", command=["true"], environment={"A": "b"}), container("two", essential=False)
    )
    definition = only(DEFINITION)
    assert (definition["Type"], definition["PlatformCapabilities"]) == ("container", ["EC2"])
    assert not {"ContainerProperties", "NodeProperties"} & set(definition)
    one, two = task(only)["Containers"]
    assert {key: one[key] for key in ("Name", "Image", "Command", "Environment", "Essential")} == {
        "Name": "one",
        "Image": "busybox",
        "Command": ["true"],
        "Environment": [{"Name": "A", "Value": "b"}],
        "Essential": True,
    }
    assert one["ResourceRequirements"] == [
        {"Type": "VCPU", "Value": "1"},
        {"Type": "MEMORY", "Value": "512"},
    ]
    assert two["Essential"] is False
    assert one["LogConfiguration"] == two["LogConfiguration"]
    assert "ExecutionRoleArn" not in task(only)


def test_containers_wait_for_each_other(stack: Stack, only: Only) -> None:
    """A container can wait for the start or the end of another one, with a timeout."""
    from aws_cdk import Duration

    define(
        stack,
        container("prepare", essential=False),
        container("router"),
        container(
            "main",
            depends_on={"prepare": DependencyCondition.SUCCESS, "router": DependencyCondition.START},
            start_timeout=Duration.minutes(5),
            stop_timeout=Duration.seconds(2),
        ),
    )
    main = task(only)["Containers"][2]
    assert main["DependsOn"] == [
        {"ContainerName": "prepare", "Condition": "SUCCESS"},
        {"ContainerName": "router", "Condition": "START"},
    ]
    assert (main["StartTimeout"], main["StopTimeout"]) == (300, 2)


def test_one_volume_serves_several_containers(stack: Stack, only: Only) -> None:
    """The same object is one volume of the task, and each container has its own path for it."""
    shared = Host()
    define(
        stack,
        container("prepare", essential=False, mounts={"/out": shared}),
        container("main", mounts={"/in": shared, "/scratch": Host("/mnt/scratch")}),
    )
    assert task(only)["Volumes"] == [
        {"Name": "out"},
        {"Name": "scratch", "Host": {"SourcePath": "/mnt/scratch"}},
    ]
    prepare, main = task(only)["Containers"]
    assert prepare["MountPoints"] == [{"SourceVolume": "out", "ContainerPath": "/out"}]
    assert [each["SourceVolume"] for each in main["MountPoints"]] == ["out", "scratch"]


def test_a_grant_makes_the_role_of_the_task(stack: Stack, only: Only) -> None:
    """All containers use it."""
    from aws_cdk import aws_s3 as s3

    definition = define(stack, container())
    s3.Bucket.from_bucket_name(stack, "Data", "data").grant_read(definition)
    role = definition.job_role
    assert task(only)["TaskRoleArn"] == stack.resolve(role.role_arn)


def test_a_secret_brings_the_execution_role_and_the_right_to_read_it(
    stack: Stack, only: Only, synth: Synth
) -> None:
    """It works for any of the containers."""
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_secretsmanager as secretsmanager

    secret = secretsmanager.Secret.from_secret_name_v2(stack, "Password", "password")
    define(
        stack,
        container(),
        container("other", secrets={"PASSWORD": batch.Secret.from_secrets_manager(secret)}),
    )
    assert "ExecutionRoleArn" in task(only)
    assert [each["Name"] for each in task(only)["Containers"][1]["Secrets"]] == ["PASSWORD"]
    policies = [each for each in synth().values() if each["Type"] == "AWS::IAM::Policy"]
    assert "secretsmanager:GetSecretValue" in str(policies)


def test_a_log_router_takes_the_output_of_the_others(stack: Stack, only: Only, synth: Synth) -> None:
    """Pain 25 (aws-cdk#31243): it reads its configuration in S3 with the execution role, and logs to the group itself."""
    from aws_cdk import aws_ecs as ecs

    define(
        stack,
        container(
            "router",
            firelens=FireLens(enable_ecs_log_metadata=False, config_file="arn:aws:s3:::conf/fluent.conf"),
        ),
        container(logging=ecs.LogDrivers.firelens(options={"Name": "cloudwatch"})),
        container("plain", logging=AwsLogs(stream_prefix="plain")),
    )
    router, main, plain = task(only)["Containers"]
    assert router["FirelensConfiguration"] == {
        "Type": "fluentbit",
        "Options": {
            "enable-ecs-log-metadata": "false",
            "config-file-type": "s3",
            "config-file-value": "arn:aws:s3:::conf/fluent.conf",
        },
    }
    assert router["LogConfiguration"]["LogDriver"] == "awslogs"
    assert main["LogConfiguration"] == {"LogDriver": "awsfirelens", "Options": {"Name": "cloudwatch"}}
    assert plain["LogConfiguration"]["Options"]["awslogs-stream-prefix"] == "plain"
    statements = [
        (statement["Action"], statement["Resource"])
        for each in synth().values()
        if each["Type"] == "AWS::IAM::Policy"
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert ("s3:GetObject", "arn:aws:s3:::conf/fluent.conf") in statements
    assert ("s3:GetBucketLocation", "arn:aws:s3:::conf") in statements


def test_a_router_may_read_a_file_of_its_image(stack: Stack, only: Only) -> None:
    """A file in the image needs no right."""
    from aws_cdk import aws_ecs as ecs

    router = container(firelens=FireLens(type=FirelensType.FLUENTD, config_file="/fluent.conf"))
    define(stack, router, container("app", logging=ecs.LogDrivers.firelens()))
    assert task(only)["Containers"][0]["FirelensConfiguration"] == {
        "Type": "fluentd",
        "Options": {"config-file-type": "file", "config-file-value": "/fluent.conf"},
    }
    assert "ExecutionRoleArn" not in task(only)


def test_a_driver_may_be_chosen_for_all_containers_but_one(stack: Stack, only: Only) -> None:
    """The container that writes to CloudWatch Logs gets a log group."""
    from aws_cdk import aws_ecs as ecs

    definition = define(
        stack, container("one"), container("two", logging=AwsLogs()), logging=ecs.LogDrivers.json_file()
    )
    one, two = task(only)["Containers"]
    assert one["LogConfiguration"]["LogDriver"] == "json-file"
    assert two["LogConfiguration"]["Options"]["awslogs-group"] == stack.resolve(
        definition.log_group.log_group_name
    )


def test_linux_is_told_by_container_and_namespaces_by_task(stack: Stack, only: Only) -> None:
    """ECS Exec is enabled for all containers."""
    define(
        stack,
        container(
            linux_parameters=LinuxParameters(init_process_enabled=True),
            ulimits=[Ulimit.unlimited(UlimitName.MEMLOCK)],
            privileged=True,
            user="nobody",
            readonly_root_filesystem=False,
            gpus=1,
        ),
        ipc_mode=IpcMode.TASK,
        pid_mode=PidMode.HOST,
        enable_execute_command=True,
    )
    found = task(only)
    assert (found["IpcMode"], found["PidMode"], found["EnableExecuteCommand"]) == ("task", "host", True)
    assert "TaskRoleArn" in found
    [main] = found["Containers"]
    assert main["LinuxParameters"] == {"InitProcessEnabled": True}
    assert main["Ulimits"] == [{"Name": "memlock", "SoftLimit": -1, "HardLimit": -1}]
    assert (main["Privileged"], main["User"], main["ReadonlyRootFilesystem"]) == (True, "nobody", False)
    assert {"Type": "GPU", "Value": "1"} in main["ResourceRequirements"]


def test_on_fargate_the_task_says_what_only_fargate_has(stack: Stack, only: Only) -> None:
    """It has the execution role that Fargate needs, and fractions of vCPUs."""
    from aws_cdk import Size

    define(
        stack,
        container(vcpus=0.25),
        container("sidecar", vcpus=0.25),
        fargate=FargateTask(
            architecture=Architecture.ARM64,
            assign_public_ip=True,
            ephemeral_storage=Size.gibibytes(21),
            platform_version="1.4.0",
        ),
    )
    found = task(only)
    assert only(DEFINITION)["PlatformCapabilities"] == ["FARGATE"]
    assert found["NetworkConfiguration"] == {"AssignPublicIp": "ENABLED"}
    assert found["RuntimePlatform"] == {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"}
    assert found["EphemeralStorage"] == {"SizeInGiB": 21}
    assert found["PlatformVersion"] == "1.4.0"
    assert "ExecutionRoleArn" in found


def test_a_definition_of_several_containers_consumes(stack: Stack, only: Only) -> None:
    """Consumable resources work as in any definition."""
    from aws_cdk import aws_batch as batch

    licence = batch.CfnConsumableResource(stack, "Licence", resource_type="REPLENISHABLE", total_quantity=5)
    define(stack, container()).consume(licence, quantity=2)
    [held] = only(DEFINITION)["ConsumableResourceProperties"]["ConsumableResourceList"]
    assert held["Quantity"] == 2


def names(*containers: tuple[str, dict[str, DependencyCondition], bool]) -> list[TaskContainer]:
    return [container(name, depends_on=waits, essential=essential) for name, waits, essential in containers]


START, COMPLETE = DependencyCondition.START, DependencyCondition.COMPLETE


@pytest.mark.parametrize(
    ("containers", "message"),
    [
        ([], "the length of containers must be from 1 to 10"),
        ([(str(number), {}, True) for number in range(11)], "the length of containers must be from 1 to 10"),
        ([("a", {}, True), ("a", {}, True)], "each container must have its own name"),
        ([("a", {}, False)], "at least one container must be essential"),
        (
            [("router", {}, True), ("main", {"ruoter": START}, True)],
            r"got 'ruoter' in 'main' \(did you mean 'router'\?\)",
        ),
        (
            [("a", {}, True), ("b", {"a": COMPLETE}, True)],
            "wait for START of an essential container.*got COMPLETE of 'a' in 'b'",
        ),
        (
            [("a", {"b": START}, True), ("b", {"c": START}, True), ("c", {"a": START}, True)],
            "must not lead back to its container, got a -> b -> c -> a",
        ),
    ],
)
def test_fails_when_containers_do_not_add_up(
    stack: Stack, containers: list[tuple[str, dict[str, DependencyCondition], bool]], message: str
) -> None:
    """Fails when AWS would refuse the task, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        define(stack, *names(*containers))
    assert len(stack.node.children) == before


def test_ten_containers_may_all_wait(stack: Stack, only: Only) -> None:
    """Each may wait for all before it, which is the most that AWS takes."""
    earlier = [str(number) for number in range(10)]
    define(
        stack,
        *names(*[(name, dict.fromkeys(earlier[:index], START), True) for index, name in enumerate(earlier)]),
    )
    assert len(task(only)["Containers"][9]["DependsOn"]) == 9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": ""}, "name must not be empty"),
        ({"depends_on": {"main": START}}, "depends_on must name other containers, got 'main' in itself"),
        ({"environment": {"AWS_BATCH_X": "1"}}, "does not begin with AWS_BATCH"),
        ({"gpus": 0}, "gpus must be at least 1"),
        ({"mounts": {"data": Host()}}, "the paths of mounts must be absolute"),
    ],
)
def test_fails_when_a_container_breaks_a_limit(arguments: dict[str, Any], message: str) -> None:
    """Fails when AWS would refuse the container on every platform, at the line that writes it."""
    with pytest.raises(ValueError, match=message):
        container(**arguments)


def test_fails_when_a_timeout_is_too_short() -> None:
    """Fails when a container has less than 2 seconds to start or to stop."""
    from aws_cdk import Duration

    with pytest.raises(ValueError, match="stop_timeout must be at least 2 seconds, got 1") as caught:
        container(start_timeout=Duration.seconds(1), stop_timeout=Duration.seconds(1))
    assert len(str(caught.value).splitlines()) == 2


def test_fails_when_a_router_gets_no_file() -> None:
    """Fails when its configuration is neither an object nor a path."""
    with pytest.raises(ValueError, match="config_file must be the ARN of an object in S3"):
        FireLens(config_file="fluent.conf")


def test_fails_when_fargate_lacks_what_a_container_asks_for(stack: Stack) -> None:
    """Fails when a container needs an instance, with all problems in one message."""
    from aws_cdk import Duration, Size

    with pytest.raises(ValueError, match="stop_timeout of container 'main' must be") as caught:
        define(
            stack,
            container(
                gpus=1,
                privileged=True,
                linux_parameters=LinuxParameters(shared_memory_size=Size.gibibytes(1)),
                stop_timeout=Duration.seconds(121),
                mounts={"/data": Host("/data")},
            ),
            fargate=FargateTask(),
            ipc_mode=IpcMode.HOST,
        )
    said = str(caught.value)
    assert "without gpus, privileged, linux_parameters other than init_process_enabled on Fargate" in said
    assert "got a Host path at '/data'" in said
    assert "ipc_mode must be left out on Fargate, got host" in said


def test_fails_when_vcpus_are_fractions_on_instances(stack: Stack) -> None:
    """Fails when a container on EC2 asks for a fraction of a vCPU."""
    with pytest.raises(ValueError, match=r"vcpus of container 'main' must be .*, got 0\.5"):
        define(stack, container(vcpus=0.5))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"platform_version": "newest"}, "platform_version must be LATEST or a version"),
        ({"architecture": Architecture.I386}, "architecture must be X86_64 or ARM64 on Fargate, got i386"),
    ],
)
def test_fails_when_fargate_has_no_such_platform(arguments: dict[str, Any], message: str) -> None:
    """Fails when Fargate does not offer it."""
    with pytest.raises(ValueError, match=message):
        FargateTask(**arguments)
