"""A container of an ECS task that is never synthesized, because parts of the CDK bind to nothing else.

Binding to it lets every kind of container image and log driver do its work and grant its rights to the given role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam

__all__ = ["throwaway_container"]


def throwaway_container(execution_role: iam.IRole | None) -> ecs.ContainerDefinition:
    """Return a container of such a task.

    Args:
        execution_role: The role that gets the rights; ``None`` for no role.
    """
    from aws_cdk import Stack  # noqa: PLC0415 - 360 ms that only its users pay
    from aws_cdk import aws_ecs as ecs  # noqa: PLC0415

    task = ecs.TaskDefinition(
        Stack(), "Nowhere", compatibility=ecs.Compatibility.EC2, execution_role=execution_role
    )
    return task.add_container("Container", image=ecs.ContainerImage.from_registry("none"), memory_limit_mib=4)
