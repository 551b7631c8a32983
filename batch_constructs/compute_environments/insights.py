"""CloudWatch Container Insights of an environment on Amazon ECS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batch_constructs.roles import BatchServiceRole

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam

    from batch_constructs.facts.vocabulary import ContainerInsights

__all__ = ["allow_insights", "ecs_settings"]

_L1 = batch.CfnComputeEnvironment


def ecs_settings(
    insights: ContainerInsights | None,
) -> batch.CfnComputeEnvironment.EcsSettingsProperty | None:
    """Return what the environment says of its ECS cluster; ``None`` leaves it to the account.

    Args:
        insights: What the user wants.
    """
    return None if insights is None else _L1.EcsSettingsProperty(container_insights=insights.value)


def allow_insights(service_role: iam.IRole | None, insights: ContainerInsights | None) -> None:
    """Let a `BatchServiceRole` set them; of other roles the rule IAM-16 tells.

    Args:
        service_role: The role of the environment; ``None`` for the service-linked one, which may do it.
        insights: What the user wants.
    """
    if insights is not None and isinstance(service_role, BatchServiceRole):
        service_role.allow_container_insights()
