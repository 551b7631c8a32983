"""What a document refers to without describing it."""

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
    """A resource that exists already, by what a document calls it: its ARN, or where AWS takes it, its name."""

    text: str

    @property
    def compute_environment_ref(self) -> ComputeEnvironmentReference:
        """It as a compute environment."""
        return ComputeEnvironmentReference(compute_environment_arn=self.text)

    @property
    def consumable_resource_ref(self) -> ConsumableResourceReference:
        """It as a consumable resource."""
        return ConsumableResourceReference(consumable_resource_arn=self.text)

    @property
    def job_queue_ref(self) -> JobQueueReference:
        """It as a queue."""
        return JobQueueReference(job_queue_arn=self.text)

    @property
    def scheduling_policy_ref(self) -> SchedulingPolicyReference:
        """It as a scheduling policy."""
        return SchedulingPolicyReference(scheduling_policy_arn=self.text)

    @property
    def service_environment_ref(self) -> ServiceEnvironmentReference:
        """It as a service environment."""
        return ServiceEnvironmentReference(service_environment_arn=self.text)
