"""Job definitions from the CLI's JSON, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    Ec2JobDefinition,
    EksJobDefinition,
    EksMultiNodeParallelJobDefinition,
    FargateJobDefinition,
    ManagedInstancesJobDefinition,
    MultiContainerJobDefinition,
    MultiNodeParallelJobDefinition,
    RetryRule,
    RetryStrategy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Synth = Callable[[], dict[str, dict[str, Any]]]

ROLE = "arn:aws:iam::123456789012:role/path/jobs"
SIZES = [{"type": "MEMORY", "value": "2000"}, {"type": "VCPU", "value": "2"}]


def document(kind: str = "container", /, **members: Any) -> dict[str, Any]:
    return {"jobDefinitionName": "job", "type": kind, **members}


def single(**members: Any) -> dict[str, Any]:
    return document(containerProperties={"image": "busybox", "resourceRequirements": SIZES, **members})


def consuming(quantity: int) -> dict[str, Any]:
    consumed = [{"consumableResource": "seats", "quantity": quantity}]
    return {**single(), "consumableResourceProperties": {"consumableResourceList": consumed}}


def task_of(container: dict[str, Any]) -> dict[str, Any]:
    containers = [{"name": "a", "image": "busybox", "resourceRequirements": SIZES, **container}]
    return document(ecsProperties={"taskProperties": [{"containers": containers}]})


def pod_of(*containers: dict[str, Any]) -> dict[str, Any]:
    resources = {"limits": {"cpu": "1", "memory": "4Mi"}}
    pod = {"containers": [{"resources": resources, **each} for each in containers]}
    return document(eksProperties={"podProperties": pod})


# The examples of the guide's chapter "Example Job Definitions", by their numbers.
FETCH_AND_RUN = document(
    containerProperties={
        "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/fetch_and_run",
        "resourceRequirements": SIZES,
        "jobRoleArn": ROLE,
        "executionRoleArn": ROLE,
        "environment": [
            {"name": "BATCH_FILE_S3_URL", "value": "s3://scripts/myjob.sh"},
            {"name": "BATCH_FILE_TYPE", "value": "script"},
        ],
        "user": "nobody",
    }
)
FFMPEG = {
    **single(
        command=["ffmpeg", "-i", "Ref::inputfile", "-c", "Ref::codec", "-o", "Ref::outputfile"],
        jobRoleArn=ROLE,
        user="nobody",
    ),
    "parameters": {"codec": "mp4"},
}
OLD_WORDS = document(
    containerProperties={"image": "busybox", "vcpus": 8, "memory": 32_000, "command": ["echo"]},
)
GPU = single(
    resourceRequirements=[*SIZES, {"type": "GPU", "value": "1"}],
    mountPoints=[{"sourceVolume": "nvidia", "containerPath": "/usr/local/nvidia", "readOnly": False}],
    volumes=[{"name": "nvidia", "host": {"sourcePath": "/var/lib/nvidia-docker"}}],
    ulimits=[],
    privileged=False,
    logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": "jobs"}},
    linuxParameters={"devices": [{"hostPath": "/dev/fuse"}], "tmpfs": []},
    secrets=[{"name": "KEY", "valueFrom": "arn:aws:ssm:eu-west-1:123456789012:parameter/key"}],
    executionRoleArn=ROLE,
)
EVERY_SETTING = {
    **single(),
    "platformCapabilities": ["EC2"],
    "propagateTags": True,
    "retryStrategy": {
        "attempts": 3,
        "evaluateOnExit": [
            {"action": "RETRY", "onStatusReason": "Host EC2*"},
            {"action": "EXIT", "onReason": "*"},
        ],
    },
    "schedulingPriority": 7,
    "timeout": {"attemptDurationSeconds": 60},
    "tags": {"cost.center": "7"},
    "consumableResourceProperties": {
        "consumableResourceList": [
            {
                "consumableResource": "arn:aws:batch:eu-west-1:123456789012:consumable-resource/seat",
                "quantity": 2,
            }
        ]
    },
}
THUMBNAIL = {
    **single(
        resourceRequirements=[{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}],
        executionRoleArn=ROLE,
        networkConfiguration={"assignPublicIp": "ENABLED"},
        fargatePlatformConfiguration={"platformVersion": "LATEST"},
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        ephemeralStorage={"sizeInGiB": 21},
        logConfiguration={"logDriver": "splunk", "options": {"splunk-url": "https://example.com"}},
    ),
    "platformCapabilities": ["FARGATE"],
}
SMALLEST_ON_FARGATE = {
    **single(
        resourceRequirements=[{"type": "VCPU", "value": "1.0"}, {"type": "MEMORY", "value": "2048"}],
        executionRoleArn=ROLE,
    ),
    "platformCapabilities": ["FARGATE"],
}
HOLLOW = {
    **single(
        volumes=[{"name": "scratch", "host": {}}],
        mountPoints=[{"sourceVolume": "scratch", "containerPath": "/scratch"}],
        linuxParameters={},
        networkConfiguration={},
    ),
    "parameters": {},
    "retryStrategy": {},
    "tags": {},
}
GROMACS = document(
    "multinode",
    nodeProperties={
        "numNodes": 2,
        "mainNode": 0,
        "nodeRangeProperties": [
            {
                "targetNodes": "0:1",
                "container": {
                    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/gromacs_mpi:latest",
                    "resourceRequirements": [
                        {"type": "MEMORY", "value": "24000"},
                        {"type": "VCPU", "value": "8"},
                    ],
                    "command": [],
                    "jobRoleArn": ROLE,
                    "ulimits": [],
                    "environment": [],
                    "mountPoints": [],
                    "volumes": [],
                    "instanceType": "p3.2xlarge",
                },
            }
        ],
    },
)
OPEN_RANGES = document(
    "multinode",
    nodeProperties={
        "numNodes": 4,
        "mainNode": 1,
        "nodeRangeProperties": [
            {"targetNodes": nodes, "container": {"image": "mpi", "resourceRequirements": SIZES}}
            for nodes in (":1", "2:")
        ],
    },
)
TASK = {
    "containers": [
        {
            "name": "prepare",
            "image": "busybox",
            "essential": False,
            "resourceRequirements": SIZES,
            "logConfiguration": {"logDriver": "awsfirelens"},
        },
        {
            "image": "busybox",
            "resourceRequirements": SIZES,
            "dependsOn": [{"containerName": "prepare", "condition": "SUCCESS"}],
            "firelensConfiguration": {"type": "fluentbit", "options": {"enable-ecs-log-metadata": "true"}},
            "startTimeout": 60,
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-stream-prefix": "main"}},
        },
    ],
    "ipcMode": "task",
    "pidMode": "host",
    "taskRoleArn": ROLE,
    "volumes": [{"name": "scratch"}],
}
SEVERAL = document(ecsProperties={"taskProperties": [TASK]})
SEVERAL_ON_FARGATE = document(
    platformCapabilities=["FARGATE"],
    ecsProperties={
        "taskProperties": [
            {
                "containers": [{"name": "main", "image": "busybox", "resourceRequirements": SIZES}],
                "executionRoleArn": ROLE,
                "platformVersion": "1.4.0",
                "runtimePlatform": {"cpuArchitecture": "ARM64"},
                "networkConfiguration": {"assignPublicIp": "DISABLED"},
                "ephemeralStorage": {"sizeInGiB": 30},
            }
        ]
    },
)
MANAGED = document(
    platformCapabilities=["MANAGED_INSTANCES"],
    ecsProperties={
        "taskProperties": [
            {
                "containers": [{"name": "main", "image": "busybox", "resourceRequirements": SIZES}],
                "networkMode": "host",
                "executionRoleArn": ROLE,
                "runtimePlatform": {"cpuArchitecture": "X86_64"},
            }
        ]
    },
)
POD = {
    "podProperties": {
        "hostNetwork": True,
        "containers": [
            {
                "name": "main",
                "image": "public.ecr.aws/amazonlinux/amazonlinux:2",
                "command": ["sleep", "Ref::seconds"],
                "env": [{"name": "A", "value": "b"}],
                "resources": {"limits": {"cpu": "1", "memory": "1024Mi"}},
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp", "subPath": "a"}],
                "securityContext": {"runAsUser": 1000, "readOnlyRootFilesystem": True},
            },
            {"image": "busybox", "resources": {"requests": {"cpu": "0.25", "memory": "64Mi"}}, "args": []},
        ],
        "initContainers": [{"name": "first", "image": "busybox", "imagePullPolicy": "Never"}],
        "volumes": [
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
            {"name": "claim", "persistentVolumeClaim": {"claimName": "results"}},
        ],
        "metadata": {"labels": {"Team": "a"}, "annotations": {"example.com/B": "c"}, "namespace": "jobs"},
        "serviceAccountName": "jobs",
        "imagePullSecrets": [{"name": "registry"}],
    }
}
ON_EKS = {
    **document(eksProperties=POD),
    "parameters": {"seconds": "60"},
    "timeout": {"attemptDurationSeconds": 60},
}
NODES_ON_EKS = document(
    "multinode",
    nodeProperties={
        "numNodes": 2,
        "mainNode": 0,
        "nodeRangeProperties": [
            {"targetNodes": "0:", "eksProperties": POD},
        ],
    },
)
DOCUMENTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "fetch_and_run": (Ec2JobDefinition, FETCH_AND_RUN),
    "ffmpeg": (Ec2JobDefinition, FFMPEG),
    "old_words": (Ec2JobDefinition, OLD_WORDS),
    "gpu": (Ec2JobDefinition, GPU),
    "hollow": (Ec2JobDefinition, HOLLOW),
    "every_setting": (Ec2JobDefinition, EVERY_SETTING),
    "thumbnail": (FargateJobDefinition, THUMBNAIL),
    "smallest_on_fargate": (FargateJobDefinition, SMALLEST_ON_FARGATE),
    "gromacs": (MultiNodeParallelJobDefinition, GROMACS),
    "open_ranges": (MultiNodeParallelJobDefinition, OPEN_RANGES),
    "several": (MultiContainerJobDefinition, SEVERAL),
    "several_on_fargate": (MultiContainerJobDefinition, SEVERAL_ON_FARGATE),
    "managed": (ManagedInstancesJobDefinition, MANAGED),
    "on_eks": (EksJobDefinition, ON_EKS),
    "nodes_on_eks": (EksMultiNodeParallelJobDefinition, NODES_ON_EKS),
}


@pytest.mark.parametrize(("kind", "given"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_comes_in_goes_out_equal(stack: Stack, synth: Synth, kind: Any, given: dict[str, Any]) -> None:
    """Each example of the guide comes back equal, with members that no keyword has, and only the definition is made."""
    definition = kind.from_cli_json(stack, "Job", given)
    assert isinstance(definition, kind)
    assert definition.to_cli_json() == given
    assert [each["Type"] for each in synth().values()] == ["AWS::Batch::JobDefinition"]


def test_what_all_keywords_say_is_as_if_written_by_them(stack: Stack, synth: Synth) -> None:
    """The two definitions have the same template, except for a default that a document does not have."""
    from aws_cdk import Duration, Size
    from aws_cdk import aws_logs as logs

    written = Ec2JobDefinition(
        stack,
        "Written",
        image="busybox",
        command=["echo", "Ref::word"],
        parameters={"word": "hello"},
        environment={"A": "b"},
        vcpus=2,
        memory=Size.mebibytes(2_000),
        log_group=logs.LogGroup.from_log_group_name(stack, "Logs", "jobs"),
        retry_strategy=RetryStrategy(attempts=2, evaluate_on_exit=[RetryRule.otherwise_exit()]),
        timeout=Duration.minutes(5),
        job_definition_name="job",
    )
    Ec2JobDefinition.from_cli_json(stack, "Read", {**written.to_cli_json(), "parameters": {"word": "hello"}})
    one, other = [each["Properties"] for each in synth().values() if "Definition" in each["Type"]]
    region = one["ContainerProperties"]["LogConfiguration"]["Options"].pop("awslogs-region")
    assert region == {"Ref": "AWS::Region"}
    assert (
        other["ContainerProperties"]["LogConfiguration"]["Options"].pop("awslogs-region") == "${AWS::Region}"
    )
    assert other == one


def test_tokens_pass(stack: Stack) -> None:
    """Every name in a document may be a token."""
    from aws_cdk import CfnParameter

    def parameter(name: str) -> str:
        return CfnParameter(stack, name).value_as_string

    given = single(
        image=parameter("Image"),
        jobRoleArn=parameter("Role"),
        executionRoleArn=parameter("Executing"),
        resourceRequirements=[
            {"type": "MEMORY", "value": parameter("Memory")},
            {"type": "VCPU", "value": parameter("Vcpus")},
        ],
        logConfiguration={"logDriver": parameter("Driver"), "options": {"a": parameter("Option")}},
    )
    given["retryStrategy"] = {
        "attempts": CfnParameter(stack, "Attempts", type="Number").value_as_number,
        "evaluateOnExit": [{"action": parameter("Action"), "onReason": "*"}],
    }
    definition = Ec2JobDefinition.from_cli_json(stack, "Job", given)
    assert definition.execution_role is not None
    assert stack.resolve(definition.execution_role.role_arn) == {"Ref": "Executing"}
    assert definition.to_cli_json() == single(
        image="${Image}",
        jobRoleArn="${Role}",
        executionRoleArn="${Executing}",
        resourceRequirements=[
            {"type": "MEMORY", "value": "${Memory}"},
            {"type": "VCPU", "value": "${Vcpus}"},
        ],
        logConfiguration={"logDriver": "${Driver}", "options": {"a": "${Option}"}},
    ) | {
        "retryStrategy": {
            "attempts": "${Attempts}",
            "evaluateOnExit": [{"action": "${Action}", "onReason": "*"}],
        }
    }


def test_a_definition_of_json_takes_grants(stack: Stack, synth: Synth) -> None:
    """A definition without a role gets one, in every container."""
    from aws_cdk import aws_s3 as s3

    definition = MultiContainerJobDefinition.from_cli_json(
        stack, "Job", document(ecsProperties={"taskProperties": [{**TASK, "taskRoleArn": ROLE}]})
    )
    other = MultiNodeParallelJobDefinition.from_cli_json(stack, "Nodes", OPEN_RANGES)
    bucket = s3.Bucket.from_bucket_name(stack, "Data", "data")
    bucket.grant_read(definition)
    bucket.grant_read(other)
    resources = synth()
    policies = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::IAM::Policy"]
    assert ["jobs"] in [each["Roles"] for each in policies]
    containers = [each["container"] for each in other.to_cli_json()["nodeProperties"]["nodeRangeProperties"]]
    assert {each["jobRoleArn"] for each in containers} == {
        f"${{{stack.resolve(other.job_role.role_arn)['Fn::GetAtt'][0]}.Arn}}"
    }
    assert {each["image"] for each in containers} == {"mpi"}


@pytest.mark.parametrize(("given", "group"), [(GPU, "jobs"), (FFMPEG, "/aws/batch/job")])
def test_its_logs_can_be_read_where_the_document_has_them(
    stack: Stack, synth: Synth, given: dict[str, Any], group: str
) -> None:
    """The logs are in the group that it names, or in that of AWS Batch if it names none."""
    from aws_cdk import aws_iam as iam

    definition = Ec2JobDefinition.from_cli_json(stack, "Job", given)
    definition.grant_read_logs(iam.Role(stack, "Reader", assumed_by=iam.AccountRootPrincipal()))
    policies = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::IAM::Policy"]
    assert f":log-group:{group}:*" in str(policies)


def test_a_definition_of_json_knows_its_placeholders_and_its_consumables(stack: Stack) -> None:
    """They are known as in a definition from keywords."""
    assert Ec2JobDefinition.from_cli_json(stack, "Ffmpeg", FFMPEG).placeholders == {
        "inputfile",
        "codec",
        "outputfile",
    }
    definition = Ec2JobDefinition.from_cli_json(stack, "Seats", EVERY_SETTING)
    assert list(definition.consumes.values()) == [2]


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (Ec2JobDefinition, THUMBNAIL, "for Ec2JobDefinition, got one for FargateJobDefinition"),
        (FargateJobDefinition, SEVERAL, "got one for MultiContainerJobDefinition"),
        (MultiContainerJobDefinition, MANAGED, "got one for ManagedInstancesJobDefinition"),
        (ManagedInstancesJobDefinition, GROMACS, "got one for MultiNodeParallelJobDefinition"),
        (EksJobDefinition, single(), "got one for Ec2JobDefinition"),
        (MultiNodeParallelJobDefinition, NODES_ON_EKS, "got one for EksMultiNodeParallelJobDefinition"),
        (EksJobDefinition, document(eksProperties={"podProperties": {"containers": []}}), "EKS-04"),
        (Ec2JobDefinition, single(jobRoleArn="jobs"), "the full ARN of a role"),
        (Ec2JobDefinition, single(usr="nobody"), r"got 'usr' \(did you mean 'user'\?\)"),
        (Ec2JobDefinition, single(image=""), "an image reference"),
        (Ec2JobDefinition, document(containerProperties={"image": "busybox"}), "VCPU"),
        (FargateJobDefinition, {**THUMBNAIL, "containerProperties": {}}, "must have image"),
        (Ec2JobDefinition, single(command=["echo", ""]), "empty string, got one at index 1"),
        (
            Ec2JobDefinition,
            single(resourceRequirements=[{"type": "VCPU", "value": "two"}, SIZES[0]]),
            "got 'two'",
        ),
        (Ec2JobDefinition, consuming(0), "at least 1, got 0"),
        (MultiContainerJobDefinition, task_of({"name": ""}), "name of a container"),
        (
            MultiContainerJobDefinition,
            task_of({"dependsOn": [{"containerName": "b", "condition": "START"}]}),
            "got 'b'",
        ),
        (EksJobDefinition, pod_of({"image": "a"}, {"image": "b"}), "got 'Default' twice"),
        (Ec2JobDefinition, {**single(), "retryStrategy": {"attempts": 11}}, "RET-01"),
    ],
)
def test_fails_when_the_document_is_not_one_for_the_class(
    stack: Stack, kind: Any, given: dict[str, Any], message: str
) -> None:
    """Fails when it is of another kind or AWS would refuse it, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        kind.from_cli_json(stack, "Job", given)
    assert len(stack.node.children) == before
