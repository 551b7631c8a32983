"""What the stacks of a platform have in common: what they give to each other outlives their updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from batch_constructs._synth_checks import check_at_synth

if TYPE_CHECKING:
    from aws_cdk import Environment
    from constructs import Construct

__all__ = ["PlatformStack"]


class PlatformStack(Stack):
    """A stack that keeps its exports, whoever imports them."""

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
        """Create the stack; its class says what it holds."""
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
        # The CDK exports what another stack uses, and stops when none does. But it deploys this stack before the
        # other, which still imports the value then, and CloudFormation refuses to remove an export in use.
        for value in values:
            self.export_value(value)
