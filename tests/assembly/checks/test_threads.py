"""What killed the jobs of others, in public threads, is found in a template before the deployment."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import model_of


def on(*, template: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    """Return an environment on EC2 with a queue, and with a launch template if data for it are given."""
    capacity: dict[str, Any] = {"Type": "EC2", "InstanceTypes": ["m6i.xlarge"], "MaxvCpus": 64, **resources}
    order = [{"Order": 1, "ComputeEnvironment": {"Ref": "Environment"}}]
    made: dict[str, Any] = {
        "Environment": batch("ComputeEnvironment", Type="MANAGED", ComputeResources=capacity),
        "Queue": batch("JobQueue", Priority=1, ComputeEnvironmentOrder=order),
    }
    if template is not None:
        capacity["LaunchTemplate"] = {"LaunchTemplateId": {"Ref": "Template"}}
        made["Template"] = {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": template},
        }
    return made


def batch(kind: str, **properties: Any) -> dict[str, Any]:
    """Return a resource of AWS Batch."""
    return {"Type": f"AWS::Batch::{kind}", "Properties": properties}


def script(*lines: str) -> dict[str, Any]:
    """Return user data with a shell script."""
    head = ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="B"', "", "--B"]
    text = "\n".join([*head, "Content-Type: text/x-shellscript", "", "#!/bin/bash", *lines, "--B--", ""])
    return {"UserData": {"Fn::Base64": text}}


def state(resource: str = "batch:submitJob.sync", **request: Any) -> dict[str, Any]:
    """Return a state machine that submits a job with these members."""
    members = {"JobName": "a", "JobQueue": "q", "JobDefinition": "d", **request}
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": members}
    return {
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"Definition": {"StartAt": "S", "States": {"S": task}}},
        }
    }


def rule(pattern: dict[str, Any], *targets: dict[str, Any]) -> dict[str, Any]:
    """Return a rule of EventBridge."""
    return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "Targets": list(targets)}}


def disk(**ebs: Any) -> dict[str, Any]:
    """Return a mapping of the root disk."""
    return {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": ebs}]}


THREADS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "amazon-ecs-agent#4818": (
        on(template=script("sleep 15", "sudo systemctl stop ecs", "sudo systemctl start ecs")),
        {"LT-16"},
    ),
    "amazon-ecs-agent#1707": (
        on(
            template=script(
                'echo "ECS_CLUSTER=default" > /etc/ecs/ecs.config',
                "amazon-linux-extras install -y ecs",
                "systemctl enable --now ecs",
            )
        ),
        {"LT-16", "LT-18", "LT-20"},
    ),
    "amazon-ecs-init#75": (
        on(template=script("aws s3 cp s3://ii-ecs/ecs.config /etc/ecs/ecs.config", "start ecs")),
        {"LT-18", "LT-20"},
    ),
    "amazon-ecs-agent#464": (
        on(template=script("mount /mnt/efs", "service docker restart", "start ecs")),
        {"LT-16", "LT-20"},
    ),
    "amazon-ebs-autoscale#13": (
        on(
            template={
                "UserData": {
                    "Fn::Base64": 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\n'
                    "Content-Type: text/cloud-config\n\nruncmd:\n- systemctl stop docker\n- [bash, -c, systemctl "
                    "enable --now ecs]\n--B--\n"
                }
            }
        ),
        {"LT-16"},
    ),
    "aggregation-service#87": (
        on(template=disk(VolumeSize=30, VolumeType="gp3", DeleteOnTermination=False)),
        {"LT-26"},
    ),
    "metaflow#1482": (state(ContainerOverrides={"Command": ["sh", "-c", "x" * 8_200]}), {"QUO-06"}),
    "containers-roadmap#2082": (
        state(ContainerOverrides={"EphemeralStorage": {"SizeInGiB": 50}}),
        {"JOB-12"},
    ),
    "aws-cdk#12284": (state(ArrayProperties={"Size": "5"}), {"JOB-14"}),
    "geostore#278": (state(ContainerOverrides={"Command": ["--size", 5]}), {"JOB-14"}),
    "nextflow#5817": (
        {
            **state(),
            "Job": batch(
                "JobDefinition",
                Type="container",
                JobDefinitionName="d",
                EksProperties={"PodProperties": {"Containers": [{"Image": "a"}]}},
            ),
        },
        {"JOB-16"},
    ),
    "event-driven-arch-eventbridge-lambda#3": (
        {
            **on(),
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
            "Rule": rule(
                {
                    "source": ["aws.s3"],
                    "detail-type": ["Object Created"],
                    "detail": {"bucket": {"name": [{"Ref": "Bucket"}]}},
                },
                {
                    "Id": "a",
                    "Arn": {"Ref": "Queue"},
                    "RoleArn": "arn:aws:iam::111122223333:role/a",
                    "BatchParameters": {"JobName": "a", "JobDefinition": "d"},
                },
            ),
        },
        {"EVT-18"},
    ),
    "metaflow#1217": (
        {
            **on(),
            **state(JobQueue={"Ref": "Queue"}, JobDefinition={"Ref": "Job"}),
            "Job": batch(
                "JobDefinition",
                Type="container",
                ContainerProperties={
                    "Image": "a",
                    "LinuxParameters": {"Devices": [{"HostPath": "/dev/neuron0"}]},
                },
            ),
        },
        {"GPU-06"},
    ),
    "aws-batch-arch-for-protein-folding#18": (
        {
            **on(InstanceTypes=["m7g"]),
            **state(JobQueue={"Ref": "Queue"}, JobDefinition={"Ref": "Job"}),
            "Job": batch(
                "JobDefinition", Type="container", ContainerProperties={"Image": "amd64/python:3.12"}
            ),
        },
        {"FIT-06"},
    ),
    "terraform-provider-aws#31226": (
        {
            **on(),
            "Policy": batch("SchedulingPolicy", FairsharePolicy={"ShareDecaySeconds": 60}),
            "Queue": batch(
                "JobQueue",
                Priority=1,
                SchedulingPolicyArn={"Ref": "Policy"},
                ComputeEnvironmentOrder=[{"Order": 1, "ComputeEnvironment": {"Ref": "Environment"}}],
            ),
            "Job": batch("JobDefinition", Type="container", ContainerProperties={"Image": "a"}),
            **state(JobQueue={"Ref": "Queue"}, JobDefinition={"Ref": "Job"}, ShareIdentifier="a"),
        },
        {"SP-09"},
    ),
}
"""Each thread with its situation as a template, and the rules that find it."""


@pytest.mark.parametrize("thread", THREADS)
def test_it_is_found_in_a_template(thread: str) -> None:
    """The rules find the situation of the thread."""
    resources, rules = THREADS[thread]
    found = {finding.rule_id for finding in check(model_of({"Resources": resources}), crash=True)}
    assert rules <= found
