"""The base of a platform's stacks: the values that they share stay exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from batch_constructs._border.synth_checks import check_at_synth
from batch_constructs.job_queues.queues import JobQueue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import Environment
    from aws_cdk.interfaces.aws_batch import IJobQueueRef
    from constructs import Construct

__all__ = ["PlatformStack", "queues_of_others"]


class PlatformStack(Stack):
    """A stack that keeps its exports, even if no stack imports them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment | None,
        stack_name: str | None,
        description: str | None,
        termination_protection: bool | None,
    ) -> None:
        """Create the stack, empty."""
        check_at_synth(scope)
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=stack_name,
            description=description,
            termination_protection=termination_protection,
        )

    def _keep_exported(self, *values: str) -> None:
        for value in values:
            keep_exported(self, value)


def keep_exported(stack: Stack, value: str) -> None:
    """Export a value of a stack, even if no other stack uses it.

    The CDK exports a value only while another stack uses it. When that ends, it deploys this stack first, while the other
    one still imports the value, and CloudFormation refuses to remove an export in use.
    """
    stack.export_value(value)


def queues_of_others(queues: Iterable[IJobQueueRef]) -> list[Stack]:
    """Return the stacks of queues of this library, and export the queues' ARNs for good."""
    homes: dict[Stack, None] = {}
    for queue in queues:
        if isinstance(queue, JobQueue):
            home = Stack.of(queue)
            keep_exported(home, queue.job_queue_arn)
            homes[home] = None
    return list(homes)
