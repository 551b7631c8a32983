"""A template with one environment, queue and definition, to be changed by each test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.local.plan import plan
from batch_constructs.rehearsal import Rehearsal, parse_plan, rehearse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Members = dict[str, Any]


def resources(
    environment: Members | None = None, queue: Members | None = None, job: Members | None = None
) -> Members:
    """Return an environment ``Pool``, a queue ``Queue`` and a definition ``Job`` with some members changed."""
    compute = {
        "Type": "EC2",
        "AllocationStrategy": "BEST_FIT_PROGRESSIVE",
        "InstanceTypes": ["c7i.xlarge"],
        "MinvCpus": 0,
        "MaxvCpus": 64,
        "Subnets": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"],
        "InstanceRole": "arn:aws:iam::123456789012:instance-profile/p",
    }
    container = {
        "Image": "busybox",
        "ResourceRequirements": [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "1024"}],
    }
    return {
        "Pool": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {"Type": "MANAGED", "ComputeResources": {**compute, **(environment or {})}},
        },
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 1,
                "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Pool"}}],
                **(queue or {}),
            },
        },
        "Job": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {"Type": "container", "ContainerProperties": container, **(job or {})},
        },
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Members], Path]:
    """Return a function that writes a template."""

    def written(found: Members) -> Path:
        path = tmp_path / "template.json"
        path.write_text(json.dumps({"Resources": found}))
        return path

    return written


@pytest.fixture
def rehearsed(write: Callable[[Members], Path]) -> Callable[..., Rehearsal]:
    """Return a function that rehearses a plan on a template."""

    def result(text: str, found: Members | None = None, *, region: str = "us-east-1") -> Rehearsal:
        return rehearse(plan(write(found or resources()), region=region), parse_plan(text))

    return result
