"""The part of a job definition besides its containers: parameters, retries, timeout, revisions.

Guide: Job Timeouts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.spelling import given
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.consumables import check_consumes, required

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.retries import RetryStrategy

__all__ = ["DefinitionSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionSettings:
    """The arguments that all kinds of definition share."""

    parameters: Mapping[str, str] | None
    retry_strategy: RetryStrategy | None
    timeout_seconds: Number | None
    scheduling_priority: Number | None
    propagate_tags: bool | None
    skip_deregister_on_update: bool
    job_definition_name: str | None
    tags: Mapping[str, str] | None = None
    consumes: Mapping[IConsumableResourceRef, Number] | None = None

    def check(self, problems: Problems) -> None:
        """Add a problem for each argument that AWS would refuse."""
        problems.matches("job_definition_name", self.job_definition_name, patterns.RESOURCE_NAME)
        problems.within("scheduling_priority", self.scheduling_priority, limits.SCHEDULING_PRIORITY)
        problems.within("timeout", self.timeout_seconds, limits.ATTEMPT_DURATION_SECONDS)
        problems.tags("tags", self.tags or {})
        check_consumes(problems, self.consumes)

    @property
    def members(self) -> dict[str, Any]:
        """The members of a definition without its containers."""
        return given(
            jobDefinitionName=self.job_definition_name,
            parameters=self.parameters,
            propagateTags=self.propagate_tags,
            retryStrategy=self.retry_strategy,
            timeout=given(attemptDurationSeconds=self.timeout_seconds),
            schedulingPriority=self.scheduling_priority,
            resourceRetentionPolicy={"skipDeregisterOnUpdate": self.skip_deregister_on_update},
            consumableResourceProperties=required(self.consumes),
            tags=self.tags,
        )
