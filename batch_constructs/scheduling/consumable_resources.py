"""Consumable resources: what jobs hold in addition to vCPUs and memory, such as seats of a licence."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk.interfaces.aws_batch import ConsumableResourceReference, IConsumableResourceRef

from batch_constructs._border.arguments import checked
from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import ConsumableType

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct
    from jsii import Number

__all__ = ["ConsumableResource", "ImportedConsumableResource"]


@jsii.implements(IConsumableResourceRef)
class ConsumableResourceBase(Referable):
    """A consumable resource for definitions, created here or imported."""

    consumable_resource_arn: str
    """The resource's ARN."""

    @property
    def consumable_resource_ref(self) -> ConsumableResourceReference:
        """The reference to the resource for definitions of this library, the CDK's L2 and its L1."""
        return ConsumableResourceReference(consumable_resource_arn=self.consumable_resource_arn)

    def grant_update(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow viewing the resource and changing its quantity, and nothing else.

        A program that buys seats, or refills what is not replenishable, needs this.

        Args:
            grantee: A role, a function, a user: who changes it.

        Raises:
            ValueError: the grantee is in another account.

        Guide: Supported Resource-Level Permissions for AWS Batch API Actions.
        """
        from aws_cdk import aws_iam  # noqa: PLC0415 - few grant it

        from batch_constructs.permissions.grants import check_account  # noqa: PLC0415

        check_account(grantee, self.env, "grant_update")
        return aws_iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["batch:DescribeConsumableResource", "batch:UpdateConsumableResource"],
            resource_arns=[self.consumable_resource_arn],
        )

    @staticmethod
    def from_consumable_resource_arn(
        scope: Construct, id: str, consumable_resource_arn: str
    ) -> ImportedConsumableResource:
        """Refer to an existing resource.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            consumable_resource_arn: The resource's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a consumable resource.
        """
        return ImportedConsumableResource(scope, id, consumable_resource_arn=consumable_resource_arn)


@checked
class ImportedConsumableResource(ConsumableResourceBase):
    """A consumable resource that another stack or another tool created.

    Guide: Resource-aware scheduling (newer than the table of contents).
    """

    def __init__(self, scope: Construct, id: str, *, consumable_resource_arn: str) -> None:
        """Refer to an existing resource.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            consumable_resource_arn: The resource's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a consumable resource.
        """
        if known(consumable_resource_arn) and ":consumable-resource/" not in consumable_resource_arn:
            raise ValueError(
                "consumable_resource_arn must look like "
                "arn:aws:batch:REGION:ACCOUNT:consumable-resource/NAME, "
                f"got {consumable_resource_arn!r}"
            )
        super().__init__(scope, id)
        self.consumable_resource_arn = self._imported_arn = consumable_resource_arn


@checked
class ConsumableResource(CliJson, ConsumableResourceBase):
    """A limited quantity of something; a job that needs some waits until enough is free.

    Examples are seats of a licence, connections to a database, calls to a service. Each job holds its quantity from its
    start to its end, across all queues of the account and Region: ``definition.consume(licences, quantity=2)``.

    Guide: Resource-aware scheduling (newer than the table of contents).
    """

    _operation = "CreateConsumableResource"
    _l1 = batch.CfnConsumableResource
    _filled_in = MappingProxyType({"resourceType": ConsumableType.REPLENISHABLE.value, "totalQuantity": 0})

    cfn: batch.CfnConsumableResource
    """The CloudFormation resource."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        total_quantity: Number,
        replenishable: bool = True,
        consumable_resource_name: str | None = None,
    ) -> None:
        """Create the resource.

        Args:
            scope: Where the resource belongs.
            id: Its name in that scope.
            total_quantity: The quantity, a whole number from 0. A change is made in place, while jobs run.
            replenishable: Whether a job returns its quantity when it ends; by default yes. Otherwise it is used up, and
                somebody must add more. A changed value replaces the resource.
            consumable_resource_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.within("total_quantity", total_quantity, limits.CONSUMABLE_TOTAL)
        problems.matches("consumable_resource_name", consumable_resource_name, patterns.RESOURCE_NAME)
        problems.raise_if_any()
        super().__init__(scope, id)
        kind = ConsumableType.REPLENISHABLE if replenishable else ConsumableType.NON_REPLENISHABLE
        self._make(
            given(
                consumableResourceName=consumable_resource_name,
                resourceType=kind,
                totalQuantity=total_quantity,
            )
        )

    @cached_property
    def consumable_resource_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The resource's ARN."""
        return self.cfn.attr_consumable_resource_arn
