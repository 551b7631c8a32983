"""CloudWatch Container Insights of an environment on Amazon ECS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.roles import BatchServiceRole

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam

    from batch_constructs.facts.vocabulary import ContainerInsights

__all__ = ["allow_insights"]


def allow_insights(service_role: iam.IRole | None, insights: ContainerInsights | None) -> None:
    """Let a `BatchServiceRole` change the setting; for other roles rule IAM-16 reports a missing right.

    Args:
        service_role: The role of the environment; ``None`` for the service-linked one, which may do it.
        insights: The user's choice.
    """
    if insights is not None and isinstance(service_role, BatchServiceRole):
        service_role.allow_container_insights()
