"""Existing resources that a document refers to."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk.interfaces.aws_batch import ConsumableResourceReference

__all__ = ["Named"]


@dataclass(frozen=True, slots=True)
class Named:
    """A consumable resource that exists already, by its ARN or its name."""

    text: str

    @property
    def consumable_resource_ref(self) -> ConsumableResourceReference:
        """The reference to a consumable resource."""
        return ConsumableResourceReference(consumable_resource_arn=self.text)
