"""An ECS task definition that no app ever synthesizes, for parts of the CDK that bind to nothing else.

In it every kind of container image and of log driver does its work, and grants its rights to our role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam

__all__ = ["container_nowhere"]


def container_nowhere(execution_role: iam.IRole | None) -> ecs.ContainerDefinition:
    """A container of such a task.

    Args:
        execution_role: Who gets the rights; ``None`` for nobody.
    """
    from aws_cdk import Stack  # noqa: PLC0415 - 360 ms that only those pay who need it
    from aws_cdk import aws_ecs as ecs  # noqa: PLC0415

    task = ecs.TaskDefinition(
        Stack(), "Nowhere", compatibility=ecs.Compatibility.EC2, execution_role=execution_role
    )
    return task.add_container("Container", image=ecs.ContainerImage.from_registry("none"), memory_limit_mib=4)
