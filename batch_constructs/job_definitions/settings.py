"""What a job definition says beside its containers: parameters, retries, timeout, revisions.

Guide: Job Timeouts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batch_constructs._border.references import never_export
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.consumables import check_consumes, consumable_resource_properties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.retries import RetryStrategy

__all__ = ["DefinitionSettings"]

_L1 = batch.CfnJobDefinition


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
        """Note everything about these arguments that AWS would refuse."""
        problems.matches("job_definition_name", self.job_definition_name, patterns.RESOURCE_NAME)
        problems.within("scheduling_priority", self.scheduling_priority, limits.SCHEDULING_PRIORITY)
        problems.within("timeout", self.timeout_seconds, limits.ATTEMPT_DURATION_SECONDS)
        problems.tags("tags", self.tags or {})
        check_consumes(problems, self.consumes)

    def define(
        self,
        scope: Construct,
        *,
        type: str,
        platform_capability: str | None = None,
        container_properties: batch.CfnJobDefinition.ContainerPropertiesProperty | None = None,
        ecs_properties: batch.CfnJobDefinition.EcsPropertiesProperty | None = None,
        eks_properties: batch.CfnJobDefinition.EksPropertiesProperty | None = None,
        node_properties: batch.CfnJobDefinition.NodePropertiesProperty | None = None,
    ) -> batch.CfnJobDefinition:
        """The CloudFormation resource of a definition with these settings."""
        made = _L1(
            scope,
            "Resource",
            type=type,
            job_definition_name=self.job_definition_name,
            platform_capabilities=None if platform_capability is None else [platform_capability],
            parameters=dict(self.parameters) if self.parameters else None,
            propagate_tags=self.propagate_tags,
            retry_strategy=_retry_strategy(self.retry_strategy),
            timeout=None
            if self.timeout_seconds is None
            else _L1.TimeoutProperty(attempt_duration_seconds=self.timeout_seconds),
            scheduling_priority=self.scheduling_priority,
            # Work that is queued or running keeps the revision that it was submitted with.
            resource_retention_policy=_L1.ResourceRetentionPolicyProperty(
                skip_deregister_on_update=self.skip_deregister_on_update
            ),
            consumable_resource_properties=consumable_resource_properties(self.consumes),
            tags=dict(self.tags) if self.tags else None,
            container_properties=container_properties,
            ecs_properties=ecs_properties,
            eks_properties=eks_properties,
            node_properties=node_properties,
        )
        never_export(made)
        return made


def _retry_strategy(strategy: RetryStrategy | None) -> batch.CfnJobDefinition.RetryStrategyProperty | None:
    if strategy is None:
        return None
    rules = [
        _L1.EvaluateOnExitProperty(
            action=rule.action.value,
            on_exit_code=rule.on_exit_code,
            on_reason=rule.on_reason,
            on_status_reason=rule.on_status_reason,
        )
        for rule in strategy.evaluate_on_exit
    ]
    return _L1.RetryStrategyProperty(attempts=strategy.attempts, evaluate_on_exit=rules or None)
