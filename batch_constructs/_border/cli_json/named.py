"""Existing resources that a document refers to."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk.interfaces.aws_batch import (
    ComputeEnvironmentReference,
    ConsumableResourceReference,
    JobQueueReference,
    SchedulingPolicyReference,
    ServiceEnvironmentReference,
)

__all__ = ["Named"]


@dataclass(frozen=True, slots=True)
class Named:
    """An existing resource by its ARN in a document, or by its name where AWS accepts it."""

    text: str

    @property
    def compute_environment_ref(self) -> ComputeEnvironmentReference:
        """The reference to a compute environment."""
        return ComputeEnvironmentReference(compute_environment_arn=self.text)

    @property
    def consumable_resource_ref(self) -> ConsumableResourceReference:
        """The reference to a consumable resource."""
        return ConsumableResourceReference(consumable_resource_arn=self.text)

    @property
    def job_queue_ref(self) -> JobQueueReference:
        """The reference to a queue."""
        return JobQueueReference(job_queue_arn=self.text)

    @property
    def scheduling_policy_ref(self) -> SchedulingPolicyReference:
        """The reference to a scheduling policy."""
        return SchedulingPolicyReference(scheduling_policy_arn=self.text)

    @property
    def service_environment_ref(self) -> ServiceEnvironmentReference:
        """The reference to a service environment."""
        return ServiceEnvironmentReference(service_environment_arn=self.text)
