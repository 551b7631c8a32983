"""What all things have in common that others refer to by ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CrossStackReferences, ReferenceStrength, Stack
from aws_cdk.interfaces import ResourceEnvironment

from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from constructs import IConstruct

__all__ = ["Referable", "never_export"]


class Referable(CheckedConstruct):
    """A construct that stands for a resource: the CDK's ``Ref`` interfaces ask for its account and Region."""

    _imported_arn: str = ""
    """Of what is imported: its ARN, which tells where it is."""

    @property
    def env(self) -> ResourceEnvironment:
        """The account and Region of the resource; of an imported one as its ARN tells."""
        stack = Stack.of(self)
        region, account = ([*self._imported_arn.split(":"), *[""] * 6])[3:5]
        return ResourceEnvironment(
            account=account if account and known(account) else stack.account,
            region=region if region and known(region) else stack.region,
        )


def never_export(resource: IConstruct) -> None:
    """Have other stacks read what they need of a resource when they are deployed, instead of importing it.

    CloudFormation refuses to change an export that another stack imports. The ARN of a job definition ends in its
    revision: as an export it would stop the next deploy of the definition.

    Args:
        resource: The CloudFormation resource.
    """
    CrossStackReferences.of(resource).produce(ReferenceStrength.WEAK)
