"""Each member of the guide's templates can be read and written back equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc
from batch_constructs.facts import requests
from tests._border.cli_json.test_constructs import botocore_says, new_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::123456789012:role/path/jobs"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf"
FILES = "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0"
SIZES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
CONSUMED = {
    "consumableResourceList": [
        {"consumableResource": "arn:aws:batch:eu-west-1:123456789012:consumable-resource/a", "quantity": 1}
    ]
}
LOGS = {
    "logDriver": "splunk",
    "options": {"splunk-url": "https://example.com"},
    "secretOptions": [{"name": "splunk-token", "valueFrom": SECRET}],
}
ANYWHERE = {
    "image": "registry.example.com/busybox",
    "command": ["echo"],
    "environment": [{"name": "A", "value": "b"}],
    "mountPoints": [{"containerPath": "/a", "readOnly": True, "sourceVolume": "efs"}],
    "readonlyRootFilesystem": False,
    "user": "nobody",
    "resourceRequirements": SIZES,
    "logConfiguration": LOGS,
    "secrets": [{"name": "KEY", "valueFrom": SECRET}],
    "repositoryCredentials": {"credentialsParameter": SECRET},
}
VOLUMES = [
    {
        "name": "efs",
        "efsVolumeConfiguration": {
            "fileSystemId": "fs-0123456789abcdef0",
            "rootDirectory": "/",
            "transitEncryption": "ENABLED",
            "transitEncryptionPort": 2050,
            "authorizationConfig": {"accessPointId": "fsap-0123456789abcdef0", "iam": "ENABLED"},
        },
    },
    {
        "name": "files",
        "s3filesVolumeConfiguration": {
            "fileSystemArn": FILES,
            "rootDirectory": "/",
            "transitEncryptionPort": 2051,
            "accessPointArn": f"{FILES}/access-point/fsap-0123456789abcdef0",
        },
    },
]
ON_INSTANCES = {
    "privileged": True,
    "ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
    "linuxParameters": {
        "devices": [{"hostPath": "/dev/a", "containerPath": "/dev/b", "permissions": ["READ"]}],
        "initProcessEnabled": True,
        "sharedMemorySize": 64,
        "tmpfs": [{"containerPath": "/t", "size": 1, "mountOptions": ["noexec"]}],
        "maxSwap": 100,
        "swappiness": 10,
    },
}
HOST = {"name": "host", "host": {"sourcePath": "/srv"}}
ROLES = {"jobRoleArn": ROLE, "executionRoleArn": ROLE}
SETTINGS = {
    "jobDefinitionName": "every",
    "parameters": {"a": "b"},
    "schedulingPriority": 1,
    "retryStrategy": {
        "attempts": 2,
        "evaluateOnExit": [
            {"action": "RETRY", "onExitCode": "1", "onReason": "a*", "onStatusReason": "b*"},
            {"action": "EXIT", "onReason": "*"},
        ],
    },
    "propagateTags": True,
    "timeout": {"attemptDurationSeconds": 60},
    "tags": {"a": "b"},
    "consumableResourceProperties": CONSUMED,
}
INSTANCE_CONTAINER = {
    **ANYWHERE,
    **ON_INSTANCES,
    **ROLES,
    "volumes": [*VOLUMES[:1], HOST],
    "enableExecuteCommand": True,
}
OLD_WORDS = {"image": "busybox", "vcpus": 1, "memory": 512}
FARGATE = {
    "networkConfiguration": {"assignPublicIp": "ENABLED"},
    "ephemeralStorage": {"sizeInGiB": 21},
    "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
}
TASK = {
    "containers": [
        {**ANYWHERE, **ON_INSTANCES, "name": "first", "essential": False},
        {
            "name": "second",
            "image": "busybox",
            "resourceRequirements": SIZES,
            "dependsOn": [{"containerName": "first", "condition": "SUCCESS"}],
            "startTimeout": 60,
            "stopTimeout": 60,
            "firelensConfiguration": {"type": "fluentbit", "options": {"enable-ecs-log-metadata": "true"}},
        },
        {
            "name": "third",
            "image": "busybox",
            "resourceRequirements": SIZES,
            "logConfiguration": {"logDriver": "awsfirelens"},
        },
    ],
    "executionRoleArn": ROLE,
    "taskRoleArn": ROLE,
    "ipcMode": "task",
    "pidMode": "host",
    "enableExecuteCommand": True,
    "volumes": [*VOLUMES[:1], HOST],
}
SMALL = {"name": "main", "image": "busybox", "resourceRequirements": SIZES}


def definition(kind: str = "container", /, **members: Any) -> dict[str, Any]:
    return {"type": kind, **SETTINGS, **members}


def nodes(**members: Any) -> dict[str, Any]:
    group: dict[str, Any] = {"targetNodes": "0:", "consumableResourceProperties": CONSUMED}
    if "ecsProperties" in members:
        group["instanceTypes"] = ["c7i.4xlarge"]
    return {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": [{**group, **members}]}


DEFINITIONS: list[tuple[Any, dict[str, Any]]] = [
    (bc.Ec2JobDefinition, definition(containerProperties=INSTANCE_CONTAINER, platformCapabilities=["EC2"])),
    (bc.Ec2JobDefinition, definition(containerProperties=OLD_WORDS)),
    (
        bc.FargateJobDefinition,
        definition(
            containerProperties={
                **ANYWHERE,
                **ROLES,
                **FARGATE,
                "volumes": VOLUMES,
                "fargatePlatformConfiguration": {"platformVersion": "LATEST"},
            },
            platformCapabilities=["FARGATE"],
        ),
    ),
    (bc.MultiContainerJobDefinition, definition(ecsProperties={"taskProperties": [TASK]})),
    (
        bc.MultiContainerJobDefinition,
        definition(
            ecsProperties={
                "taskProperties": [
                    {"containers": [SMALL], "executionRoleArn": ROLE, "platformVersion": "1.4.0", **FARGATE}
                ]
            },
            platformCapabilities=["FARGATE"],
        ),
    ),
    (
        bc.ManagedInstancesJobDefinition,
        definition(
            ecsProperties={
                "taskProperties": [
                    {
                        "containers": [SMALL],
                        "networkMode": "host",
                        "taskRoleArn": ROLE,
                        "volumes": VOLUMES[1:],
                    }
                ]
            },
            platformCapabilities=["MANAGED_INSTANCES"],
        ),
    ),
    (
        bc.MultiNodeParallelJobDefinition,
        definition(
            "multinode", nodeProperties=nodes(container={**INSTANCE_CONTAINER, "instanceType": "c7i.4xlarge"})
        ),
    ),
    (
        bc.MultiNodeParallelJobDefinition,
        definition(
            "multinode",
            nodeProperties={
                "numNodes": 1,
                "mainNode": 0,
                "nodeRangeProperties": [
                    {"targetNodes": ":", "container": {**OLD_WORDS, "instanceType": "c7i.4xlarge"}}
                ],
            },
        ),
    ),
    (
        bc.EcsMultiNodeParallelJobDefinition,
        definition("multinode", nodeProperties=nodes(ecsProperties={"taskProperties": [TASK]})),
    ),
]
QUEUE = {"jobQueueName": "every", "state": "ENABLED", "priority": 1, "tags": {"a": "b"}}
LIMIT = {"reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "state": "RUNNABLE", "maxTimeSeconds": 600}
QUEUES: list[tuple[Any, dict[str, Any]]] = [
    (
        bc.JobQueue,
        {
            **QUEUE,
            "schedulingPolicyArn": "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/a",
            "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "a"}],
            "jobQueueType": "ECS",
            "jobStateTimeLimitActions": [{**LIMIT, "action": "CANCEL"}],
        },
    ),
    (
        bc.SageMakerJobQueue,
        {
            **QUEUE,
            "jobQueueType": "SAGEMAKER_TRAINING",
            "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "a"}],
        },
    ),
]
POLICIES: list[tuple[Any, dict[str, Any]]] = [
    (
        bc.FairSharePolicy,
        {
            "name": "every",
            "fairsharePolicy": {
                "shareDecaySeconds": 1,
                "computeReservation": 1,
                "shareDistribution": [{"shareIdentifier": "a", "weightFactor": 0.5}],
            },
            "tags": {"a": "b"},
        },
    ),
    (bc.QuotaSharePolicy, {"name": "every", "quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}}),
]
INSTANCES = {
    "maxvCpus": 10,
    "minvCpus": 1,
    "desiredvCpus": 1,
    "instanceTypes": ["c7i"],
    "subnets": ["subnet-1"],
    "securityGroupIds": ["sg-1"],
    "ec2KeyPair": "me",
    "instanceRole": "ecsInstanceRole",
    "tags": {"a": "b"},
    "placementGroup": "near",
    "scalingPolicy": {"minScaleDownDelayMinutes": 20},
}
TEMPLATE = {
    "launchTemplateId": "lt-0123456789abcdef0",
    "version": "1",
    "overrides": [
        {"launchTemplateId": "lt-1123456789abcdef0", "version": "2", "targetInstanceTypes": ["c7i.large"]},
        {"launchTemplateName": "a", "version": "3", "targetInstanceTypes": ["c7i.xlarge"]},
    ],
}
NODE_TEMPLATE = {"launchTemplateName": "a", "version": "1", "userdataType": "EKS_NODEADM"}
ENVIRONMENT = {"computeEnvironmentName": "every", "type": "MANAGED", "state": "ENABLED", "tags": {"a": "b"}}
ENVIRONMENTS: list[tuple[Any, dict[str, Any]]] = [
    (
        bc.Ec2ComputeEnvironment,
        {
            **ENVIRONMENT,
            "computeResources": {
                "type": "EC2",
                "allocationStrategy": "BEST_FIT_PROGRESSIVE",
                **INSTANCES,
                "launchTemplate": TEMPLATE,
                "ec2Configuration": [{"imageType": "ECS_AL2023", "imageIdOverride": "ami-0123456789abcdef0"}],
            },
            "serviceRole": ROLE,
            "context": "a",
            "ecsSettings": {"containerInsights": "ENABLED"},
        },
    ),
    (
        bc.SpotComputeEnvironment,
        {
            **ENVIRONMENT,
            "computeResources": {
                "type": "SPOT",
                "allocationStrategy": "BEST_FIT",
                **INSTANCES,
                "launchTemplate": {"launchTemplateName": "a", "version": "1"},
                "imageId": "ami-0123456789abcdef0",
                "bidPercentage": 60,
                "spotIamFleetRole": ROLE,
            },
        },
    ),
    (
        bc.EksComputeEnvironment,
        {
            **ENVIRONMENT,
            "computeResources": {
                "type": "EC2",
                "allocationStrategy": "BEST_FIT_PROGRESSIVE",
                **{name: each for name, each in INSTANCES.items() if name != "desiredvCpus"},
                "launchTemplate": {
                    **NODE_TEMPLATE,
                    "overrides": [{**NODE_TEMPLATE, "targetInstanceTypes": ["c7i.large"]}],
                },
                "ec2Configuration": [{"imageType": "EKS_AL2023", "imageKubernetesVersion": "1.34"}],
            },
            "eksConfiguration": {
                "eksClusterArn": "arn:aws:eks:eu-west-1:123456789012:cluster/jobs",
                "kubernetesNamespace": "batch",
                "accessEntry": {"desiredState": "ENABLED"},
            },
        },
    ),
    (
        bc.ManagedInstancesComputeEnvironment,
        {
            **ENVIRONMENT,
            "computeResources": {
                "type": "ECS_MANAGED_INSTANCES",
                "maxvCpus": 10,
                "capacityTags": {"a": "b"},
                "managedInstancesProvider": {
                    "propagateTags": "CAPACITY_PROVIDER",
                    "infrastructureRoleArn": ROLE,
                    "instanceLaunchTemplate": {
                        "ec2InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/a",
                        "networkConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
                        "instanceRequirements": {"allowedInstanceTypes": ["c7i.*"]},
                        "capacityOptionType": "ON_DEMAND",
                        "storageConfiguration": {"storageSizeGiB": 30},
                        "monitoring": "DETAILED",
                        "fipsEnabled": False,
                        "capacityReservations": {
                            "reservationGroupArn": "arn:aws:resource-groups:eu-west-1:123456789012:group/a",
                            "reservationPreference": "RESERVATIONS_FIRST",
                        },
                        "instanceMetadataTagsPropagation": True,
                        "localStorageConfiguration": {"useLocalStorage": True},
                    },
                    "infrastructureOptimization": {"scaleInAfter": 300},
                },
            },
        },
    ),
    (
        bc.UnmanagedComputeEnvironment,
        {**ENVIRONMENT, "type": "UNMANAGED", "unmanagedvCpus": 4, "serviceRole": ROLE},
    ),
]
ALL = [*DEFINITIONS, *QUEUES, *POLICIES, *ENVIRONMENTS]
# Members of nodes that the rules refuse, since they belong to Fargate, where such jobs cannot run; and what AWS sets.
REFUSED = (
    "computeResources.ec2Configuration.batchImageStatus",
    "eksConfiguration.accessEntry.status",
    "nodeProperties.nodeRangeProperties.container.ephemeralStorage",
    "nodeProperties.nodeRangeProperties.container.runtimePlatform",
    # S3 Files also need Fargate or ECS Managed Instances (VOL-06).
    "nodeProperties.nodeRangeProperties.container.volumes.s3filesVolumeConfiguration",
    "nodeProperties.nodeRangeProperties.ecsProperties.taskProperties.volumes.s3filesVolumeConfiguration",
)
ON_EKS = ("eksProperties", "nodeProperties.nodeRangeProperties.eksProperties")


@pytest.mark.parametrize(("kind", "document"), ALL, ids=lambda each: getattr(each, "__name__", None))
def test_a_document_with_every_member_goes_out_equal(kind: Any, document: dict[str, Any]) -> None:
    """The AWS CLI accepts it, too."""
    assert botocore_says(kind._operation, document) == ""
    assert kind.from_cli_json(new_stack(), "Every", document).to_cli_json() == document


def below(structure: str, path: str = "") -> Iterator[str]:
    """Yield the paths of all members, without indexes."""
    for member, kind in requests.structure(structure).members.items():
        here = f"{path}.{member}" if path else member
        yield here
        inner = kind[0] if isinstance(kind, list) else kind
        if inner not in requests.SCALARS:
            yield from below(inner, here)


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths in a document; the keys of maps are no members."""
    for each in value if isinstance(value, list) else [value]:
        for member, inner in each.items() if isinstance(each, dict) else ():
            here = f"{path}.{member}" if path else member
            yield here
            yield from paths(inner, here)


@pytest.mark.parametrize(
    ("operation", "documents"),
    [
        ("RegisterJobDefinition", DEFINITIONS),
        ("CreateJobQueue", QUEUES),
        ("CreateSchedulingPolicy", POLICIES),
        ("CreateComputeEnvironment", ENVIRONMENTS),
    ],
)
def test_these_are_all_members_of_the_template(
    operation: str, documents: list[tuple[Any, dict[str, Any]]]
) -> None:
    """They equal ``--generate-cli-skeleton``, except members that CloudFormation lacks, and pods (tested elsewhere)."""
    request = requests.request(operation)
    left_out = (*request.lacking, *REFUSED, *ON_EKS)
    members = {
        each
        for each in below(request.structure)
        if not any(each == out or each.startswith(f"{out}.") for out in left_out)
    }
    seen = {each for _, document in documents for each in paths(document)}
    assert members - seen == set()
