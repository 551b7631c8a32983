"""What all things have in common that others refer to by ARN."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk.interfaces import ResourceEnvironment

from batch_constructs._synth_checks import CheckedConstruct

__all__ = ["Referable"]


class Referable(CheckedConstruct):
    """A construct that stands for a resource: the CDK's ``Ref`` interfaces ask for its account and Region."""

    @property
    def env(self) -> ResourceEnvironment:
        """The account and Region of the resource."""
        stack = Stack.of(self)
        return ResourceEnvironment(account=stack.account, region=stack.region)
