"""The values next to those that AWS refuses: templates with them reached CREATE_COMPLETE, or are the last that the API takes.

Each is a change to a valid template, by the rule of the judge that it just does not break.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.preflight import ACCOUNT
from tests.refused.bases import (
    AMOUNTS,
    BASES,
    GROUP,
    POD_CONTAINER,
    ROLE,
    TASK_CONTAINER,
    USER_DATA,
    arn,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_CE = "Ce.ComputeResources."
_C = "Job.ContainerProperties."
_EFS = f"{_C}Volumes[0].EfsVolumeConfiguration."
_T = "Job.EcsProperties.TaskProperties[0]."
_P = "Job.EksProperties.PodProperties."
_LIMITS = f"{_P}Containers[0].Resources.Limits."
_R = "Job.NodeProperties.NodeRangeProperties"
_CONTAINER = BASES["nodes"]["Job"]["Properties"]["NodeProperties"]["NodeRangeProperties"][0]["Container"]
_OVERRIDE = {"LaunchTemplateId": "lt-0123456789abcdef0"}
_TEN = [f"c6i.{n}xlarge" for n in (2, 4, 8, 12, 16, 24, 32)] + [f"m6i.{n}xlarge" for n in (2, 4, 8)]
_LIST = "Job.ConsumableResourceProperties.ConsumableResourceList"
_TARGET = "Rule.Targets[0]."
_PATTERN = "Rule.EventPattern."

ACCEPTED: dict[str, tuple[str, Mapping[str, Any]]] = {
    # Compute environments.
    "ce-bid-percentage-range, lowest": ("spot", {f"{_CE}BidPercentage": 0}),
    "ce-bid-percentage-range, highest": ("spot", {f"{_CE}BidPercentage": 100}),
    "ce-desired-vcpus-range": ("ec2", {f"{_CE}DesiredvCpus": 0}),
    "ce-eks-namespace-length": ("on eks", {"Ce.EksConfiguration.KubernetesNamespace": "j" * 63}),
    "ce-eks-namespace-kube-prefix": (
        "on eks",
        {"Ce.EksConfiguration.KubernetesNamespace": "kubernetes-jobs"},
    ),
    "ce-fargate-security-groups-max": (
        "fargate",
        {f"{_CE}SecurityGroupIds": [f"{GROUP[:-1]}{n}" for n in range(5)]},
    ),
    "ce-fargate-subnets-max": ("fargate", {f"{_CE}Subnets": [f"subnet-{n:08x}" for n in range(16)]}),
    "ce-instance-types-architecture": ("ec2", {f"{_CE}InstanceTypes": ["c5.large", "c6i.large"]}),
    "ce-instance-types-required": ("ec2", {f"{_CE}InstanceTypes": ["optimal"]}),
    "ce-launch-template-overrides-max": (
        "template",
        {
            f"{_CE}InstanceTypes": _TEN,
            f"{_CE}LaunchTemplate.Overrides": [{**_OVERRIDE, "TargetInstanceTypes": [name]} for name in _TEN],
        },
    ),
    "ce-launch-template-userdata-type": (
        "own template",
        {
            f"{_CE}LaunchTemplate.UserdataType": "EKS_NODEADM",
            f"{_CE}AllocationStrategy": "BEST_FIT_PROGRESSIVE",
            "Ce.EksConfiguration": BASES["on eks"]["Ce"]["Properties"]["EksConfiguration"],
            "Template.LaunchTemplateData.ImageId": "ami-0123456789abcdef0",
        },
    ),
    "ce-name": ("ec2", {"Ce.ComputeEnvironmentName": "My_jobs-" + "x" * 120}),
    "ce-ordered-strategy-instance-bundles": (
        "ec2",
        {f"{_CE}AllocationStrategy": "BEST_FIT_PROGRESSIVE_ORDERED"},
    ),
    "ce-vcpus-order": ("ec2", {f"{_CE}MinvCpus": 16}),
    # Queues and what they share.
    "jq-ce-order-max": (
        "queue",
        {
            "Queue.ComputeEnvironmentOrder": [
                {"Order": n, "ComputeEnvironment": arn("compute-environment", f"ce{n}")} for n in range(1, 4)
            ]
        },
    ),
    "jq-jstla-duplicate": (
        "queue",
        {
            "Queue.JobStateTimeLimitActions[1]": {
                **BASES["queue"]["Queue"]["Properties"]["JobStateTimeLimitActions"][0],
                "Reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
            }
        },
    ),
    "jq-type-matches-ce-type": ("queue", {"Ce": BASES["on eks"]["Ce"], "Queue.JobQueueType": "EKS"}),
    "cr-total-quantity-negative": ("consumable", {"Licences.TotalQuantity": 0}),
    "se-capacity-limits-max": (
        "training queue",
        {
            "Se.CapacityLimits": [
                {"MaxCapacity": 1, "CapacityUnit": f"ml.m6i.{n}xlarge"} for n in (2, 4, 8, 12, 16)
            ]
        },
    ),
    "sp-share-distribution-max": (
        "shares",
        {
            "Shares.FairsharePolicy.ShareDistribution": [
                {"ShareIdentifier": f"team{n}", "WeightFactor": 1} for n in range(500)
            ]
        },
    ),
    "sp-share-identifier-pattern": (
        "shares",
        {"Shares.FairsharePolicy.ShareDistribution[1].ShareIdentifier": "team_a-b" + "x" * 246 + "*"},
    ),
    "sp-weight-factor-range, lowest": (
        "shares",
        {"Shares.FairsharePolicy.ShareDistribution[1].WeightFactor": 0.0001},
    ),
    "sp-weight-factor-range, highest": (
        "shares",
        {"Shares.FairsharePolicy.ShareDistribution[1].WeightFactor": 999.9999},
    ),
    # Job definitions.
    "jd-consumable-resource-list-max": (
        "job",
        {
            _LIST: [
                {"ConsumableResource": arn("consumable-resource", f"r{n}"), "Quantity": 1} for n in range(5)
            ]
        },
    ),
    "jd-efs-transit-encryption-port-range": (
        "efs job",
        {f"{_EFS}TransitEncryption": "ENABLED", f"{_EFS}TransitEncryptionPort": 65535},
    ),
    "jd-efs-access-point-root-directory": (
        "efs job",
        {
            f"{_EFS}AuthorizationConfig": {"AccessPointId": "fsap-0123456789abcdef0"},
            f"{_EFS}TransitEncryption": "ENABLED",
            f"{_EFS}RootDirectory": "/",
        },
    ),
    "jd-evaluate-on-exit-pattern-length": (
        "job",
        {
            "Job.RetryStrategy": {
                "Attempts": 10,
                "EvaluateOnExit": [{"Action": "RETRY", "OnReason": "r" * 512}],
            }
        },
    ),
    "jd-linux-swappiness-range": ("job", {f"{_C}LinuxParameters": {"MaxSwap": 0, "Swappiness": 100}}),
    "jd-log-awslogs-unknown-option": (
        "job",
        {
            f"{_C}LogConfiguration": {
                "LogDriver": "awslogs",
                "Options": {"awslogs-stream-prefix": "jobs", "awslogs-multiline-pattern": "^ERROR"},
            }
        },
    ),
    "jd-memory-minimum": (
        "job",
        {f"{_C}ResourceRequirements": [AMOUNTS[0], {"Type": "MEMORY", "Value": "4"}]},
    ),
    "jd-scheduling-priority-range": ("job", {"Job.SchedulingPriority": 9999}),
    "timeout-minimum": ("job", {"Job.Timeout.AttemptDurationSeconds": 60}),
    "jd-ecs-task-containers-max": (
        "task",
        {f"{_T}Containers": [{**TASK_CONTAINER, "Name": f"c{n}"} for n in range(10)]},
    ),
    "jd-ecs-firelens-log-driver": (
        "task",
        {
            f"{_T}Containers": [
                {**TASK_CONTAINER, "Name": "router", "FirelensConfiguration": {"Type": "fluentbit"}},
                {**TASK_CONTAINER, "LogConfiguration": {"LogDriver": "awsfirelens"}},
            ]
        },
    ),
    "jd-mi-os-family-linux": ("managed task", {f"{_T}RuntimePlatform.OperatingSystemFamily": "LINUX"}),
    "jd-node-num-nodes-max": ("nodes", {"Job.NodeProperties.NumNodes": 1000, f"{_R}[0].TargetNodes": ":"}),
    "jd-node-ranges-max": (
        "nodes",
        {
            "Job.NodeProperties.NumNodes": 5,
            _R: [{"TargetNodes": f"{n}:{n}", "Container": _CONTAINER} for n in range(5)],
        },
    ),
    "jd-fargate-ephemeral-storage-range": ("fargate job", {f"{_C}EphemeralStorage.SizeInGiB": 21}),
    "jd-runtime-platform-windows-vcpu-min": ("windows job", {}),
    "jd-eks-annotation-value-length": ("pod", {f"{_P}Metadata.Annotations": {"note": "n" * 255}}),
    "jd-eks-label-value-format": ("pod", {f"{_P}Metadata.Labels": {"example.com/team": "t" * 63}}),
    "jd-eks-cpu-value": ("pod", {f"{_LIMITS}cpu": "0.25"}),
    "jd-eks-empty-dir-size-limit-unit": (
        "pod",
        {f"{_P}Volumes": [{"Name": "scratch", "EmptyDir": {"Medium": "Memory", "SizeLimit": "100Mi"}}]},
    ),
    "jd-eks-container-name-unique": ("pod", {f"{_P}Containers[1]": {**POD_CONTAINER, "Name": "two"}}),
    # What stands around the jobs.
    "events-pattern-operator": (
        "alert",
        {
            f"{_PATTERN}resources": [{"Ref": "AWS::StackId"}],
            f"{_PATTERN}detail.jobName": [{"prefix": "a"}, {"anything-but": {"wildcard": "*-test"}}],
            f"{_PATTERN}detail.attempts": [{"numeric": [">", 0, "<=", 5]}, {"exists": False}],
        },
    ),
    "events-pattern-or-exclusive": (
        "alert",
        {f"{_PATTERN}detail": {"$or": [{"status": ["FAILED"]}, {"attempts": [1]}]}},
    ),
    "events-input-json": ("alert", {f"{_TARGET}Input": '"a job failed"'}),
    "events-input-transformer-limits": (
        "alert",
        {
            f"{_TARGET}InputTransformer": {
                "InputPathsMap": {f"p{n}": "$.detail.attempts[0]" for n in range(100)},
                "InputTemplate": '{"first": <p0>, "event": <aws.events.event.json>}',
            }
        },
    ),
    "events-rule-cron-fields": ("nightly job", {"Rule.ScheduleExpression": "cron(0 20 ? * 2#1 2500)"}),
    "scheduler-schedule-expression": ("schedule", {"Schedule.ScheduleExpression": "rate(1 hours)"}),
    "scheduler-schedule-expression, five fields": (
        "schedule",
        {"Schedule.ScheduleExpression": "cron(0 20 LW * ?)"},
    ),
    "scheduler-flexible-window": (
        "schedule",
        {"Schedule.FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}},
    ),
    "sfn-asl-resource-arn": (
        "machine",
        {"Machine.Definition.States.Submit.Resource": "arn:aws:states:::batch:submitJob"},
    ),
    "ec2-userdata-size": (
        "own template",
        {"Template.LaunchTemplateData.UserData": {"Fn::Base64": USER_DATA + "#" * (16_384 - len(USER_DATA))}},
    ),
    "iam-managed-policy-count": (
        "roles",
        {"Role.ManagedPolicyArns": [f"arn:aws:iam::{ACCOUNT}:policy/p{n}" for n in range(25)]},
    ),
    "iam-trust-policy-action-sts-only": (
        "roles",
        {
            "Role.AssumeRolePolicyDocument.Statement[0].Action": ["sts:AssumeRole", "sts:TagSession"],
            "Role.AssumeRolePolicyDocument.Statement[0].Principal.AWS": ROLE,
        },
    ),
}

# What the judge refuses, and AWS takes or has not been asked: no errors here. By its rule the change, and the reason.
MISTAKEN: dict[str, tuple[str, Mapping[str, Any], str]] = {
    "batch-ce-launch-template-override-target-subset": (
        "template",
        {f"{_CE}LaunchTemplate.Overrides[0].TargetInstanceTypes": ["c6i.large"]},
        "the API's text: if instanceTypes has a family, targetInstanceTypes can have a type of it",
    ),
    "batch-ce-ec2-config-image-type": (
        "ec2",
        {f"{_CE}Ec2Configuration": [{"ImageType": "ECS_AL2030"}]},
        "an image type may be newer than the list",
    ),
    "batch-jd-device-permissions-value": (
        "job",
        {f"{_C}LinuxParameters.Devices": [{"HostPath": "/dev/fuse", "Permissions": ["read"]}]},
        "the CDK's own constructs write permissions in lower case",
    ),
    "batch-jd-eks-resources-required": (
        "pod",
        {f"{_P}Containers[0].Resources.Limits": {"cpu": 1, "memory": "1024Mi"}},
        "CloudFormation makes a string of the number",
    ),
    "iam-policy-version": (
        "roles",
        {
            "Role.Policies": [
                {
                    "PolicyName": "read",
                    "PolicyDocument": {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]},
                }
            ]
        },
        "without one it is 2008-10-17; the rule compares its own mark for what is absent",
    ),
}
