"""Valid templates that the tables of this folder change in one place each.

Account and Region are those of `tests.preflight`, since some rules of the judge compare an ARN's Region with the deployment's.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.preflight import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"
GROUP, SUBNET = "sg-0123456789abcdef0", "subnet-0123456789abcdef0"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobs"
AMOUNTS = [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "2048"}]
# As the value of an edit: the member is left out.
LEFT_OUT = object()


def arn(kind: str, name: str = "one", service: str = "batch", region: str = REGION) -> str:
    """Return an ARN, by default in the Region and account of the deployment."""
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{kind}/{name}"


ELSEWHERE = "us-west-2"
CLUSTER = arn("cluster", service="eks")
INSTANCES = {
    "Type": "EC2",
    "AllocationStrategy": "BEST_FIT_PROGRESSIVE",
    "MinvCpus": 0,
    "MaxvCpus": 16,
    "InstanceTypes": ["c6i", "m6i"],
    "InstanceRole": f"arn:aws:iam::{ACCOUNT}:instance-profile/instances",
    "Subnets": [SUBNET],
    "SecurityGroupIds": [GROUP],
}
CONTAINER = {"Image": IMAGE, "Command": ["true"], "ResourceRequirements": AMOUNTS}
POD_CONTAINER = {"Name": "one", "Image": IMAGE, "Resources": {"Limits": {"cpu": "1", "memory": "1024Mi"}}}
TASK_CONTAINER = {"Name": "one", "Image": IMAGE, "ResourceRequirements": AMOUNTS}


def _of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind if "::" in kind else f"AWS::Batch::{kind}", "Properties": properties}


def _environment(**resources: Any) -> dict[str, Any]:
    return _of("ComputeEnvironment", Type="MANAGED", ComputeResources=resources)


def _job(capability: str | None = "EC2", **properties: Any) -> dict[str, Any]:
    platforms = {} if capability is None else {"PlatformCapabilities": [capability]}
    return _of("JobDefinition", Type="container", **platforms, **properties)


def _nodes(**properties: Any) -> dict[str, Any]:
    ranges = [{"TargetNodes": "0:1", **properties}]
    nodes = {"NumNodes": 2, "MainNode": 0, "NodeRangeProperties": ranges}
    return _of("JobDefinition", Type="multinode", NodeProperties=nodes)


_FARGATE = {"Type": "FARGATE", "MaxvCpus": 16, "Subnets": [SUBNET], "SecurityGroupIds": [GROUP]}
_EKS = {"EksClusterArn": CLUSTER, "KubernetesNamespace": "jobs"}
_EC2 = _environment(**INSTANCES)
_ON_EKS = {
    "Type": "AWS::Batch::ComputeEnvironment",
    "Properties": _EC2["Properties"] | {"EksConfiguration": _EKS},
}
_FIRST = {"Order": 1, "ComputeEnvironment": {"Ref": "Ce"}}
_SHARES = [{"ShareIdentifier": "one", "WeightFactor": 1}, {"ShareIdentifier": "two", "WeightFactor": 2}]
_LIMIT = {
    "Action": "CANCEL",
    "MaxTimeSeconds": 600,
    "Reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "State": "RUNNABLE",
}
_NAMED = {"LaunchTemplateId": "lt-0123456789abcdef0"}
_POD = {"Containers": [POD_CONTAINER]}

BASES: dict[str, dict[str, Any]] = {
    # Compute environments.
    "ec2": {"Ce": _EC2},
    "spot": {
        "Ce": _environment(**{**INSTANCES, "Type": "SPOT", "AllocationStrategy": "SPOT_CAPACITY_OPTIMIZED"})
    },
    "fargate": {"Ce": _environment(**_FARGATE)},
    "on eks": {"Ce": _ON_EKS},
    "unmanaged": {"Ce": _of("ComputeEnvironment", Type="UNMANAGED", ServiceRole=ROLE)},
    "template": {
        "Ce": _environment(
            **INSTANCES, LaunchTemplate={**_NAMED, "Overrides": [{**_NAMED, "TargetInstanceTypes": ["c6i"]}]}
        )
    },
    "own template": {
        "Template": _of(
            "AWS::EC2::LaunchTemplate", LaunchTemplateName="jobs", LaunchTemplateData={"EbsOptimized": True}
        ),
        "Ce": _environment(
            **INSTANCES,
            LaunchTemplate={
                "LaunchTemplateId": {"Ref": "Template"},
                "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]},
            },
        ),
    },
    # Job definitions.
    "job": {"Job": _job(ContainerProperties=CONTAINER)},
    "fargate job": {"Job": _job("FARGATE", ContainerProperties={**CONTAINER, "ExecutionRoleArn": ROLE})},
    "windows job": {
        "Job": _job(
            "FARGATE",
            ContainerProperties={
                **CONTAINER,
                "ExecutionRoleArn": ROLE,
                "RuntimePlatform": {
                    "OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE",
                    "CpuArchitecture": "X86_64",
                },
            },
        )
    },
    "efs job": {
        "Job": _job(
            ContainerProperties={
                **CONTAINER,
                "JobRoleArn": ROLE,
                "Volumes": [
                    {"Name": "files", "EfsVolumeConfiguration": {"FileSystemId": "fs-0123456789abcdef0"}}
                ],
                "MountPoints": [{"SourceVolume": "files", "ContainerPath": "/files"}],
            }
        )
    },
    "task": {"Job": _job(EcsProperties={"TaskProperties": [{"Containers": [TASK_CONTAINER]}]})},
    "two containers": {
        "Job": _job(
            EcsProperties={
                "TaskProperties": [
                    {
                        "Containers": [
                            {**TASK_CONTAINER, "Name": "first", "Essential": False},
                            {
                                **TASK_CONTAINER,
                                "DependsOn": [{"ContainerName": "first", "Condition": "SUCCESS"}],
                            },
                        ]
                    }
                ]
            }
        )
    },
    "fargate task": {
        "Job": _job(
            "FARGATE",
            EcsProperties={"TaskProperties": [{"ExecutionRoleArn": ROLE, "Containers": [TASK_CONTAINER]}]},
        )
    },
    "managed task": {
        "Job": _job(
            "MANAGED_INSTANCES",
            EcsProperties={"TaskProperties": [{"ExecutionRoleArn": ROLE, "Containers": [TASK_CONTAINER]}]},
        )
    },
    "pod": {"Job": _job(None, EksProperties={"PodProperties": _POD})},
    "nodes": {"Job": _nodes(Container=CONTAINER)},
    # Queues and what they share.
    "queue": {
        "Ce": _EC2,
        "Queue": _of(
            "JobQueue", Priority=1, ComputeEnvironmentOrder=[_FIRST], JobStateTimeLimitActions=[_LIMIT]
        ),
    },
    "two in a queue": {
        "Ce": _EC2,
        "Other": _EC2,
        "Queue": _of(
            "JobQueue",
            Priority=1,
            ComputeEnvironmentOrder=[_FIRST, {"Order": 2, "ComputeEnvironment": {"Ref": "Other"}}],
        ),
    },
    "training queue": {
        "Se": _of(
            "ServiceEnvironment",
            ServiceEnvironmentType="SAGEMAKER_TRAINING",
            CapacityLimits=[{"MaxCapacity": 5, "CapacityUnit": "NUM_INSTANCES"}],
        ),
        "Queue": _of(
            "JobQueue",
            Priority=1,
            JobQueueType="SAGEMAKER_TRAINING",
            ServiceEnvironmentOrder=[{"Order": 1, "ServiceEnvironment": {"Ref": "Se"}}],
            JobStateTimeLimitActions=[
                {**_LIMIT, "Action": "TERMINATE", "Reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"}
            ],
        ),
    },
    "shares": {
        "Shares": _of("SchedulingPolicy", FairsharePolicy={"ShareDistribution": _SHARES}),
        "Ce": _EC2,
        "Queue": _of(
            "JobQueue",
            Priority=1,
            ComputeEnvironmentOrder=[_FIRST],
            SchedulingPolicyArn={"Fn::GetAtt": ["Shares", "Arn"]},
        ),
    },
    "quotas": {
        "Shares": _of("SchedulingPolicy", QuotaSharePolicy={"IdleResourceAssignmentStrategy": "FIFO"})
    },
    "consumable": {"Licences": _of("ConsumableResource", ResourceType="REPLENISHABLE", TotalQuantity=5)},
}

SUBMISSION = {
    "JobName": "align",
    "JobDefinition": arn("job-definition", "align:1"),
    "JobQueue": arn("job-queue"),
}
_EVENTS = {
    "source": ["aws.batch"],
    "detail-type": ["Batch Job State Change"],
    "detail": {"status": ["FAILED"]},
}
_TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
_TASK_STATE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::batch:submitJob.sync",
    "Parameters": SUBMISSION,
    "End": True,
}
# What AWS Batch users write around their jobs.
BASES |= {
    "alert": {
        "Rule": _of(
            "AWS::Events::Rule",
            EventPattern=_EVENTS,
            Targets=[{"Id": "alert", "Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"}],
        )
    },
    "nightly job": {
        "Rule": _of(
            "AWS::Events::Rule",
            ScheduleExpression="cron(0 3 * * ? *)",
            Targets=[
                {
                    "Id": "job",
                    "Arn": SUBMISSION["JobQueue"],
                    "RoleArn": ROLE,
                    "BatchParameters": {name: SUBMISSION[name] for name in ("JobName", "JobDefinition")},
                }
            ],
        )
    },
    "schedule": {
        "Schedule": _of(
            "AWS::Scheduler::Schedule",
            ScheduleExpression="cron(0 3 * * ? *)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob",
                "RoleArn": ROLE,
                "Input": json.dumps(SUBMISSION),
            },
        )
    },
    "machine": {
        "Machine": _of(
            "AWS::StepFunctions::StateMachine",
            RoleArn=ROLE,
            Definition={"StartAt": "Submit", "States": {"Submit": _TASK_STATE}},
        )
    },
    "roles": {
        "Role": _of(
            "AWS::IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [_TRUST]}
        ),
        "Profile": _of("AWS::IAM::InstanceProfile", Roles=[{"Ref": "Role"}]),
    },
}
# Resources that an edit can add.
BATCH_ROLE = _of(
    "AWS::IAM::Role",
    AssumeRolePolicyDocument={
        "Version": "2012-10-17",
        "Statement": [{**_TRUST, "Principal": {"Service": "batch.amazonaws.com"}}],
    },
)
TOPIC_OF_AWS_KEY = _of("AWS::SNS::Topic", KmsMasterKeyId="alias/aws/sns")
POLICY_OF_TOPIC = _of(
    "AWS::SNS::TopicPolicy",
    Topics=[{"Ref": "Topic"}],
    PolicyDocument={
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": {"Ref": "Topic"},
            }
        ],
    },
)
USER_DATA = """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/x-shellscript

"""
QUEUE_OF_AWS_KEY = _of("AWS::SQS::Queue", KmsMasterKeyId="alias/aws/sqs")

_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A template that AWS refuses: one change to a valid one.

    Attributes:
        rule: the judge's rule, without its prefix ``pf-``.
        base: the name of the valid template.
        edit: by path, such as ``Ce.ComputeResources.MinvCpus``, the new value or `LEFT_OUT`.
        ours: the rule of this library that names the same cause as an error.
    """

    rule: str
    base: str
    edit: Mapping[str, Any]
    ours: str

    @property
    def template(self) -> dict[str, Any]:
        """The template with the change."""
        return changed(self.base, self.edit)


def changed(base: str, edit: Mapping[str, Any]) -> dict[str, Any]:
    """Return a valid template with some members replaced, added or left out."""
    resources = json.loads(json.dumps(BASES[base]))
    for path, value in edit.items():
        first, *steps = (int(m[1]) if m[1] else m[2] for m in _STEP.finditer(path))
        where = resources[first]["Properties"] if steps else resources
        *above, last = steps or [first]
        for step in above:
            where = where.setdefault(step, {}) if isinstance(where, dict) else where[step]
        if value is LEFT_OUT:
            del where[last]
        elif isinstance(where, list) and last == len(where):
            where.append(copy.deepcopy(value))
        else:
            where[last] = copy.deepcopy(value)
    return {"Resources": resources}


def table(rows: Mapping[str, tuple[str, Mapping[str, Any], str]]) -> list[Refused]:
    """Return the rows of a table: by the judge's rule a base, an edit, and our rule."""
    return [Refused(rule=rule, base=base, edit=edit, ours=ours) for rule, (base, edit, ours) in rows.items()]
