"""All alerts of a platform, through one topic and without repeated messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.facts.events import SERVICE_TIME_LIMIT_REASON, TIME_LIMIT_REASON, BlockedReason
from batch_constructs.monitoring.alerts_base import check_receivers
from batch_constructs.monitoring.compute_environment_alerts import ComputeEnvironmentAlerts
from batch_constructs.monitoring.job_failure_alerts import JobFailureAlerts
from batch_constructs.monitoring.queue_blocked_alerts import JobQueueBlockedAlerts, StuckJobAlerts
from batch_constructs.monitoring.queue_kinds import service_queues
from batch_constructs.monitoring.receivers import TopicSubscriber

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct

    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["BatchAlerts"]


@checked
class BatchAlerts(CheckedConstruct):
    """The four alerts for some queues, with one topic, one key and the same receivers; no event alerts twice.

    They alert on jobs that failed for good (``failures``), that block their queue (``blocked``), that a time limit of the
    queue has cancelled (``stuck``), and on environments that cannot run jobs (``environments``). The last also checks the
    environments once an hour, since AWS sends no event while one of several environments still works. Service jobs alert
    as well if their queues are in ``job_queues``.

    At synth, EVT-08 warns about alerts that nobody gets: give emails, a topic or targets, or subscribe to ``topic``.

    Guide: Troubleshooting AWS Batch; AWS Batch Events.
    """

    failures: JobFailureAlerts
    """About jobs that failed for good, except those that a time limit cancelled."""

    blocked: JobQueueBlockedAlerts
    """About jobs that block their queue, except because of its environments."""

    stuck: StuckJobAlerts
    """About jobs that never started, and that a time limit of their queue cancelled."""

    environments: ComputeEnvironmentAlerts
    """About environments that cannot run jobs."""

    topic: sns.ITopic
    """The topic that all of them publish to."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        compute_environments: Sequence[IComputeEnvironmentRef] = (),
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the alerts, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: Queues whose jobs are watched: ours, the L2's, an L1 or an imported one. By default all queues of the
                account and Region.
            compute_environments: Environments to check: ours, the L2's, an L1 or an imported one. By default
                all of the account and Region.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        problems.raise_if_any()
        super().__init__(scope, id)
        services = service_queues(job_queues)
        limits = [TIME_LIMIT_REASON, SERVICE_TIME_LIMIT_REASON] if services else [TIME_LIMIT_REASON]
        with_environments = [each for each in job_queues if each not in services]
        self.failures = JobFailureAlerts(
            self,
            "Failures",
            job_queues=job_queues,
            ignore_reasons=[f"{each}*" for each in limits],
            emails=emails,
            topic=topic,
            targets=targets,
        )
        self.topic = self.failures.topic
        # Subscribers of the topic get all alerts; other targets must be given to each alert's rules.
        direct = [each for each in targets if not isinstance(each, TopicSubscriber)]
        self.blocked = JobQueueBlockedAlerts(
            self,
            "Blocked",
            job_queues=job_queues,
            ignore_reasons=BlockedReason.of_environments(),
            topic=self.topic,
            targets=direct,
        )
        self.stuck = StuckJobAlerts(self, "Stuck", job_queues=job_queues, topic=self.topic, targets=direct)
        self.environments = ComputeEnvironmentAlerts(
            self,
            "Environments",
            # If all queues have service jobs, none has compute environments.
            job_queues=None if services and not with_environments else with_environments,
            check_every=Duration.hours(1),
            compute_environments=compute_environments,
            topic=self.topic,
            targets=direct,
        )
