"""Remedies with the numbers of the finding: what to write, not only in which direction."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import model_of


def submitted(environment: dict[str, Any], *amounts: tuple[str, str]) -> dict[str, Any]:
    """Return the resources of a job with some amounts that a rule submits to an environment."""
    requirements = [{"Type": kind, "Value": value} for kind, value in amounts]
    resources = {"Type": "EC2", "MaxvCpus": 64, **environment}
    target = {
        "Id": "a",
        "Arn": {"Ref": "Queue"},
        "RoleArn": "r",
        "BatchParameters": {"JobDefinition": {"Ref": "Job"}},
    }
    return {
        "Env": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"ComputeResources": resources}},
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {"ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Env"}}]},
        },
        "Job": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "Type": "container",
                "ContainerProperties": {"ResourceRequirements": requirements},
            },
        },
        "Submit": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [target]}},
    }


def environment(**resources: Any) -> dict[str, Any]:
    """Return a compute environment."""
    properties = {"ComputeResources": {"Type": "EC2", **resources}}
    return {"Env": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}}


SHARE = {
    "Type": "AWS::Batch::ConsumableResource",
    "Properties": {"ResourceType": "REPLENISHABLE", "TotalQuantity": 5},
}
CONSUMER = {
    "Type": "AWS::Batch::JobDefinition",
    "Properties": {
        "ConsumableResourceProperties": {
            "ConsumableResourceList": [{"ConsumableResource": {"Ref": "Licences"}, "Quantity": 9}]
        }
    },
}
NODES = {"NumNodes": 4, "MainNode": 0, "NodeRangeProperties": [{"TargetNodes": "0:1"}]}


@pytest.mark.parametrize(
    ("resources", "rule", "remedy"),
    [
        (
            submitted({"InstanceTypes": ["m7i.large"]}, ("VCPU", "8"), ("MEMORY", "1000")),
            "FIT-02",
            "allow an instance type with at least 8 vCPUs, or ask for fewer",
        ),
        (
            submitted({"InstanceTypes": ["g6.xlarge"]}, ("VCPU", "1"), ("MEMORY", "17000")),
            "MEM-02",
            "ask for at most 15,339 MiB, or allow larger instance types",
        ),
        (
            submitted({"InstanceTypes": ["g6.xlarge"]}, ("VCPU", "1"), ("MEMORY", "15360")),
            "MEM-02",
            "ask for at most 15,339 MiB, or allow larger instance types",
        ),
        (
            submitted({"InstanceTypes": ["m7i.4xlarge"], "MaxvCpus": 4}, ("VCPU", "16"), ("MEMORY", "1000")),
            "CE-17",
            "raise MaxvCpus of an environment to at least 16",
        ),
        (
            submitted({"InstanceTypes": ["g6.xlarge"]}, ("VCPU", "1"), ("MEMORY", "1000"), ("GPU", "4")),
            "GPU-05",
            "allow an instance type with at least 4 GPUs, or ask for fewer",
        ),
        (
            environment(MinvCpus=8, MaxvCpus=4),
            "CE-08",
            "set MaxvCpus to 8 or more, or MinvCpus to 4 or less",
        ),
        (
            environment(Ec2Configuration=[{"ImageType": "ECS_AL2"}]),
            "AMI-08",
            "set ImageType to ECS_AL2023, or leave out Ec2Configuration: Batch then chooses it",
        ),
        (
            {"Licences": SHARE, "Job": CONSUMER},
            "CR-05",
            "set Quantity to 5 or less, or TotalQuantity of Licences to 9 or more",
        ),
        (
            {"Job": {"Type": "AWS::Batch::JobDefinition", "Properties": {"NodeProperties": NODES}}},
            "MNP-05",
            "add a range that begins at 2; the last node is 3",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "-" in value and len(value) < 8 else "",
)
def test_a_remedy_says_what_to_write(resources: dict[str, Any], rule: str, remedy: str) -> None:
    """Where a rule knows the number, the remedy of its finding has it."""
    findings = check(model_of({"Resources": resources}), select=[rule])
    assert {finding.remedy for finding in findings} == {remedy}
