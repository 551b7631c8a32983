"""Environments on Fargate: only arguments that Fargate takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Annotations, Match

from batch_constructs import FargateComputeEnvironment, SpotComputeEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


@pytest.mark.parametrize(("spot", "kind"), [(False, "FARGATE"), (True, "FARGATE_SPOT")])
def test_it_renders_only_what_fargate_takes(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], spot: bool, kind: str
) -> None:
    """Pain 6 (aws-cdk#27054): an update policy, types or roles would make a later update fail."""
    FargateComputeEnvironment(stack, "Environment", vpc=vpc, spot=spot)
    environment = only(ENVIRONMENT)
    assert set(environment) == {"Type", "State", "ReplaceComputeEnvironment", "ComputeResources"}
    assert environment["ReplaceComputeEnvironment"] is False
    assert set(environment["ComputeResources"]) == {"Type", "MaxvCpus", "Subnets", "SecurityGroupIds"}
    assert environment["ComputeResources"]["Type"] == kind


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_vcpus": 0}, "max_vcpus must be at least 1"),
        ({"security_groups": []}, "the length of security_groups must be from 1 to 5"),
        ({"security_groups": [object()] * 6}, "the length of security_groups must be from 1 to 5"),
        ({"compute_environment_name": "?"}, "compute_environment_name must be"),
        ({"compute_environment_name": "a", "replace_compute_environment": True}, "needs a generated name"),
    ],
)
def test_fails_when_arguments_are_impossible(
    stack: Stack, vpc: ec2.IVpc, arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the value, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        FargateComputeEnvironment(stack, "Environment", vpc=vpc, **arguments)
    assert len(stack.node.children) == before


def test_stack_tags_never_replace_the_environment(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """Pain 5 (cfn-coverage-roadmap#2270): tags of an environment are create-only."""
    from aws_cdk import Tags

    FargateComputeEnvironment(stack, "Environment", vpc=vpc)
    Tags.of(stack).add("team", "a")
    assert "Tags" not in only(ENVIRONMENT)


def test_an_imported_environment_is_its_arn(stack: Stack) -> None:
    """The name is the end of the ARN; any other ARN fails at once."""
    arn = "arn:aws:batch:eu-west-1:123456789012:compute-environment/spot"
    imported = FargateComputeEnvironment.from_compute_environment_arn(stack, "Imported", arn)
    assert imported.compute_environment_arn == arn
    assert stack.resolve(imported.compute_environment_name) == "spot"
    with pytest.raises(ValueError, match="compute_environment_arn must look like"):
        FargateComputeEnvironment.from_compute_environment_arn(
            stack, "Wrong", "arn:aws:batch:eu-west-1:1:job-queue/q"
        )


@pytest.mark.parametrize("kind", [FargateComputeEnvironment, SpotComputeEnvironment])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_disabled_one_is_told_not_to_be_the_first_deploy(
    stack: Stack, vpc: ec2.IVpc, kind: Any, enabled: bool
) -> None:
    """AWS creates environments only ENABLED; an update may disable them, so it is no error."""
    kind(stack, "Environment", vpc=vpc, enabled=enabled)
    found = Annotations.from_stack(stack).find_info(
        "*", Match.string_like_regexp("AWS creates environments only ENABLED")
    )
    assert [each.id for each in found] == ([] if enabled else ["/Stack/Environment"])
