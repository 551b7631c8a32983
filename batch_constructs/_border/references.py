"""The base of constructs that others refer to by ARN."""

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
    """A construct for a resource, with the account and Region that the CDK's ``Ref`` interfaces need."""

    _imported_arn: str = ""
    """The ARN of an imported resource, which has its account and Region."""

    @property
    def env(self) -> ResourceEnvironment:
        """The account and Region of the resource; those in the ARN if it is imported."""
        stack = Stack.of(self)
        region, account = ([*self._imported_arn.split(":"), *[""] * 6])[3:5]
        return ResourceEnvironment(
            account=account if account and known(account) else stack.account,
            region=region if region and known(region) else stack.region,
        )


def never_export(resource: IConstruct) -> None:
    """Let other stacks read the attributes of a resource when they are deployed, instead of importing exports.

    CloudFormation refuses to change an export that another stack imports. The ARN of a job definition ends in its
    revision: as an export, it would block the next deploy of the definition.

    Args:
        resource: The CloudFormation resource.
    """
    CrossStackReferences.of(resource).produce(ReferenceStrength.WEAK)
