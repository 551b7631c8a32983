"""Images of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs import MultiNodeParallelJobDefinition, NodeGroup

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack
    from aws_cdk import aws_ecs as ecs

DEFINITION = "AWS::Batch::JobDefinition"


def define(stack: Stack, *images: str | ecs.ContainerImage) -> None:
    """Define nodes with one group for each image."""
    from aws_cdk import Size

    groups = [NodeGroup(nodes=1, image=image, vcpus=1, memory=Size.gibibytes(1)) for image in images]
    MultiNodeParallelJobDefinition(stack, "Job", node_groups=groups)


def asset(folder: Path, content: str) -> ecs.ContainerImage:
    from aws_cdk import aws_ecs as ecs

    folder.mkdir()
    (folder / "Dockerfile").write_text(content, encoding="utf-8")
    return ecs.ContainerImage.from_asset(str(folder))


def test_groups_share_an_image_or_build_their_own(
    stack: Stack, only: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    """One image object is built once; another object is another image."""
    one, other = asset(tmp_path / "one", "FROM one"), asset(tmp_path / "other", "FROM other")
    define(stack, one, other, one)
    ranges = only(DEFINITION)["NodeProperties"]["NodeRangeProperties"]
    first, second, third = (each["Container"]["Image"] for each in ranges)
    assert first == third != second


def test_the_role_that_enters_a_registry_pulls_from_ecr_too(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """A private image anywhere in the list needs the execution role, which then pulls all images."""
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager

    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-abcdef"
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, "Secret", arn)
    private = ecs.ContainerImage.from_registry("registry.example.com/align:1", credentials=secret)
    define(stack, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mpi:1", private)
    ranges = only(DEFINITION)["NodeProperties"]["NodeRangeProperties"]
    assert [each["Container"]["Image"].rpartition("/")[2] for each in ranges] == ["mpi:1", "align:1"]
    assert all("ExecutionRoleArn" in each["Container"] for each in ranges)
    actions = [each["Action"] for each in only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]]
    assert "ecr:GetAuthorizationToken" in actions
