"""Grants for teams that share the queues of a platform."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2


def platform_of(stack: Stack, vpc: ec2.IVpc, *queues: Any) -> bc.BatchPlatform:
    """Return a platform with these queues."""
    return bc.BatchPlatform(
        stack, "Batch", vpc=vpc, emails=["ops@example.com"], pools=[bc.CpuPool(queues=list(queues))]
    )


def job_and_lab(stack: Stack) -> tuple[Any, Any]:
    """Return a definition and the role that submits it."""
    from aws_cdk import Size
    from aws_cdk import aws_iam as iam

    job = bc.Ec2JobDefinition(stack, "Align", image="busybox", vcpus=1, memory=Size.mebibytes(512))
    return job, iam.Role(stack, "Lab", assumed_by=iam.AccountRootPrincipal())


def test_a_team_gets_its_share_of_each_shared_queue(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """One call grants this share in every queue with shares, and nothing in queues without."""
    job, lab = job_and_lab(stack)
    made = platform_of(
        stack,
        vpc,
        bc.PlatformQueue(name="labs", shares=[bc.Share(identifier="smith")]),
        bc.PlatformQueue(name="equal", shares=()),
        "fifo",
    )
    made.grant_share("smith", lab, job).assert_success()
    role = stack.get_logical_id(lab.node.default_child)
    [policy] = [
        json.dumps(each["Properties"])
        for each in synth().values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
    ]
    names = {name: stack.get_logical_id(each.cfn) for name, each in made.queues.items()}
    assert names["labs"] in policy
    assert names["equal"] in policy
    assert names["fifo"] not in policy
    assert '"batch:ShareIdentifier": ["smith"]' in policy or '"batch:ShareIdentifier": "smith"' in policy


def test_fails_when_no_queue_has_shares(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails, and says how to add shares."""
    job, lab = job_and_lab(stack)
    with pytest.raises(
        ValueError, match=r"grant_share needs a queue with shares, got none: give PlatformQueue"
    ):
        platform_of(stack, vpc, "fifo").grant_share("smith", lab, job)
