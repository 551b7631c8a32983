"""Service environments: capacity of a service that runs jobs itself, such as SageMaker training."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import Fn
from aws_cdk import aws_batch as batch
from aws_cdk.interfaces.aws_batch import IServiceEnvironmentRef, ServiceEnvironmentReference

from batch_constructs._border.arguments import checked
from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import ServiceEnvironmentType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct
    from jsii import Number

    from batch_constructs.facts.ranges import Range

__all__ = ["CapacityLimit", "ServiceEnvironment"]

ALL_INSTANCES = "NUM_INSTANCES"


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityLimit:
    """A limit for the number of instances at the same time: in total, or of one type.

    Attributes:
        max_capacity: The number of instances, at least 1.
        capacity_unit: ``"NUM_INSTANCES"`` counts all. If the queue has quota shares, an instance type of SageMaker,
            such as ``"ml.p5.48xlarge"``, counts that type. By default all.

    Raises:
        ValueError: a value is out of its range.

    Guide: Service environments (newer than the table of contents); Quota management (newer than the table of
    contents).
    """

    max_capacity: Number
    capacity_unit: str = "NUM_INSTANCES"

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("max_capacity", self.max_capacity, limits.SERVICE_MAX_CAPACITY)
        problems.matches("capacity_unit", self.capacity_unit, patterns.CAPACITY_UNIT)
        problems.raise_if_any()


def check_limits(problems: Problems, capacity_limits: Sequence[CapacityLimit], most: Range) -> None:
    """Add a problem for too many limits, a repeated unit, and instances that are counted both in total and by type.

    Args:
        problems: Where to add it.
        capacity_limits: The limits of an environment or of a quota share.
        most: The maximum number.
    """
    problems.within("the length of capacity_limits", len(capacity_limits), most)
    units = Counter(each.capacity_unit for each in capacity_limits if known(each.capacity_unit))
    for unit, count in units.items():
        problems.check(count == 1, f"capacity_limits must name each unit once, got {unit} {count} times")
    types = [unit for unit in units if unit != ALL_INSTANCES]
    problems.check(
        not types or ALL_INSTANCES not in units,
        f"capacity_limits must all count {ALL_INSTANCES} or all name instance types, got {ALL_INSTANCES} and "
        f"{', '.join(types)}: leave one of the two out",
    )


def limits_in(document: Mapping[str, Any]) -> list[CapacityLimit]:
    """Return the limits in the document of an environment or a share.

    Raises:
        ValueError: a limit is broken.
    """
    return [
        CapacityLimit(max_capacity=each["maxCapacity"], capacity_unit=each["capacityUnit"])
        for each in document["capacityLimits"]
        if {"maxCapacity", "capacityUnit"} <= each.keys()
    ]


@checked
@jsii.implements(IServiceEnvironmentRef)
class ServiceEnvironment(CliJson, Referable):
    """Capacity for training jobs of SageMaker AI that wait in a queue of AWS Batch.

    SageMaker runs the jobs. AWS Batch decides when each starts, so that the limits are kept. The environment has
    no instances, roles or networks.

    Guide: Service environments for AWS Batch (newer than the table of contents).
    """

    _operation = "CreateServiceEnvironment"
    _l1 = batch.CfnServiceEnvironment

    cfn: batch.CfnServiceEnvironment
    """The CloudFormation resource."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        capacity_limits: Sequence[CapacityLimit],
        enabled: bool = True,
        service_environment_name: str | None = None,
    ) -> None:
        """Create the environment.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            capacity_limits: The limits for instances at the same time, 1 to 5, each for another unit: one for all
                instances, or one for each instance type.
            enabled: Whether jobs are placed; by default yes.
            service_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        check_limits(problems, capacity_limits, limits.SERVICE_CAPACITY_LIMITS)
        problems.matches("service_environment_name", service_environment_name, patterns.RESOURCE_NAME)
        problems.raise_if_any()
        super().__init__(scope, id)
        self._make(
            given(
                serviceEnvironmentName=service_environment_name,
                serviceEnvironmentType=ServiceEnvironmentType.SAGEMAKER_TRAINING,
                state="ENABLED" if enabled else "DISABLED",
                capacityLimits=capacity_limits,
            )
        )

    @cached_property
    def service_environment_arn(self) -> str:
        """The environment's ARN."""
        return self.cfn.attr_service_environment_arn

    @property
    def service_environment_name(self) -> str:
        """The environment's name, taken from its ARN at deploy time."""
        return Fn.select(1, Fn.split("/", self.service_environment_arn))

    @property
    def service_environment_ref(self) -> ServiceEnvironmentReference:
        """The reference to the environment for queues of this library and the CDK's L1."""
        return ServiceEnvironmentReference(service_environment_arn=self.service_environment_arn)

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        with problems:
            check_limits(problems, limits_in(document), limits.SERVICE_CAPACITY_LIMITS)
