"""The monitoring of a platform as a stack of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.monitoring.costs import tag_costs
from batch_constructs.platform._stack import PlatformStack, queues_of_others
from batch_constructs.platform.watching import PlatformWatch, check_tags, check_watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Environment
    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["BatchObservabilityStack"]


@checked
class BatchObservabilityStack(PlatformWatch, PlatformStack):
    """A stack that monitors queues and environments; it is deployed after them, and no other stack needs it.

    It has alerts and a dashboard, and optionally alarms, and metrics that AWS does not publish.

    Guide: Troubleshooting AWS Batch; AWS Batch Events; Using CloudWatch Metrics with AWS Batch (newer than the table of
    contents).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        queues: Mapping[str, IJobQueueRef],
        compute_environments: Sequence[IComputeEnvironmentRef] = (),
        alerts: bool = True,
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
        detailed_metrics: bool = False,
        alarms: bool = False,
        dashboard: bool = True,
        monthly_budget: Number | None = None,
        cost_tags: Mapping[str, str] | None = None,
        env: Environment | None = None,
        stack_name: str | None = None,
        description: str | None = None,
        termination_protection: bool | None = None,
    ) -> None:
        """Create the stack and its monitoring.

        Args:
            scope: The app or the stage.
            id: Its name there.
            queues: The queues by name, at least one: of a `BatchComputeStack`, a `BatchPlatform`, or any others.
            compute_environments: Environments to watch: ``compute.compute_environments``. By default alerts
                check all of the account and Region, and the dashboard shows none.
            alerts: Whether to create `BatchAlerts`; by default yes.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where alerts are published, as in `JobFailureAlerts`; alarms and the budget publish to it, too. By default a
                topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.
            detailed_metrics: Whether to create `JobMetrics` that AWS does not publish: lost Spot hosts, the size of
                environments, why jobs failed. They need a function, and its class documents the costs. By default no.
            alarms: Whether to create `BatchAlarms` as well: on jobs that wait for more than an hour; with ``detailed_metrics``
                on environments at their limit for an hour; without ``alerts`` on failures. By default no.
            dashboard: Whether to create a dashboard; by default yes. Its metrics are free. The first
                three dashboards of an account are free, each further one costs 3 USD a month.
            monthly_budget: A monthly limit in USD, more than 0, for a `BatchBudget`. It notifies the receivers of the alerts when
                50 %, 80 % and 100 % are spent, and when AWS forecasts 100 %. It needs ``cost_tags``. By default no budget.
            cost_tags: The budget counts the costs of resources that have all of these tags, which `tag_costs` and
                ``BatchComputeStack(cost_tags=…)`` add; this stack gets them, too. By default none.
            env: Account and Region. By default those of the scope, else those that it is deployed to.
            stack_name: Its name in CloudFormation. By default its id.
            description: Its description. By default none.
            termination_protection: Whether CloudFormation refuses to delete it. By default no.

        Raises:
            ValueError: no queue is given, or an address is no email address or is given twice.
        """
        problems = Problems()
        problems.check(len(queues) > 0, "queues must name at least one queue, got none")
        check_watch(
            problems,
            alerts=alerts,
            emails=emails,
            topic=topic,
            targets=targets,
            alarms=alarms,
            monthly_budget=monthly_budget,
        )
        check_tags(problems, cost_tags)
        problems.check(
            monthly_budget is None or cost_tags is not None,
            "monthly_budget needs cost_tags, which say what it counts: without them, all costs of the account count",
        )
        problems.raise_if_any()
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=stack_name,
            description=description,
            termination_protection=termination_protection,
        )
        queues_of_others(queues.values())
        self._watch(
            self,
            queues=queues,
            compute_environments=compute_environments,
            alerts=alerts,
            emails=emails,
            topic=topic,
            targets=targets,
            detailed_metrics=detailed_metrics,
            alarms=alarms,
            dashboard=dashboard,
            monthly_budget=monthly_budget,
            cost_tags=cost_tags or {},
        )
        if cost_tags:
            tag_costs(self, cost_tags)
