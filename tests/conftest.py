"""What all tests share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

# The CDK's own validation costs 3 seconds a process; cfn-lint and our rules look at the same templates.
os.environ.setdefault("CDK_VALIDATION", "false")

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2


@pytest.fixture
def stack() -> Stack:
    """An empty stack in an app of its own, without the rules at synth: each test looks at one construct only."""
    import aws_cdk as cdk

    return cdk.Stack(cdk.App(context={"batch-constructs:checks": False}), "Stack")


@pytest.fixture
def vpc(stack: Stack) -> ec2.IVpc:
    """An imported network: nothing of it shows in the template."""
    from aws_cdk import aws_ec2

    return aws_ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
        public_subnet_ids=["subnet-3", "subnet-4"],
    )


@pytest.fixture
def synth(stack: Stack) -> Callable[[], dict[str, dict[str, Any]]]:
    """Gives the stack's resources by logical id."""

    def resources() -> dict[str, dict[str, Any]]:
        from aws_cdk import Stage

        stage = Stage.of(stack)
        assert stage is not None
        found: dict[str, dict[str, Any]] = (
            stage.synth(force=True).get_stack_by_name(stack.stack_name).template
        )
        return found["Resources"]

    return resources


@pytest.fixture
def only(synth: Callable[[], dict[str, dict[str, Any]]]) -> Callable[[str], dict[str, Any]]:
    """Gives the properties of the only resource of a type."""

    def properties(kind: str) -> dict[str, Any]:
        found = [each for each in synth().values() if each["Type"] == kind]
        assert len(found) == 1, f"{len(found)} resources of type {kind}"
        properties: dict[str, Any] = found[0]["Properties"]
        return properties

    return properties
