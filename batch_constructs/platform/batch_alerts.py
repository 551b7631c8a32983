"""All alerts of a platform, each told once, through one topic."""

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
    """The four alerts for some queues, with one topic, one key and the same receivers; nothing is told twice.

    Jobs that failed for good (``failures``), that block their queue (``blocked``), that a time limit of the queue has
    cancelled (``stuck``), and environments that cannot run jobs (``environments``), for which it also looks once an
    hour, since AWS sends no event while one of several environments still works. Service jobs of queues that are named
    are told of as well.

    Alerts that nobody hears are warned of at synth (EVT-08): give emails, a topic or targets, or subscribe to ``topic``.

    Guide: Troubleshooting AWS Batch; AWS Batch Events.
    """

    failures: JobFailureAlerts
    """About jobs that failed for good, but for those that were cancelled by a time limit."""

    blocked: JobQueueBlockedAlerts
    """About jobs that block their queue, but for the fault of its environments."""

    stuck: StuckJobAlerts
    """About jobs that never started, and were cancelled by a time limit of their queue."""

    environments: ComputeEnvironmentAlerts
    """About environments that cannot run jobs."""

    topic: sns.ITopic
    """Where all of them publish."""

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
            job_queues: Whose jobs to watch: ours, the L2's, an L1 or an imported one. By default all queues of the
                account and Region.
            compute_environments: Which environments to look at: ours, the L2's, an L1 or an imported one. By default
                all of the account and Region.
            emails: Who gets a mail. Each must confirm the subscription that AWS sends. By default nobody.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else hears of it, as in `JobFailureAlerts`. By default nobody.

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
        # Whoever subscribes to the topic hears of all; what the rules send to by themselves stands at each of them.
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
            # Where all queues have service jobs, there is none whose environments to look at.
            job_queues=None if services and not with_environments else with_environments,
            check_every=Duration.hours(1),
            compute_environments=compute_environments,
            topic=self.topic,
            targets=direct,
        )
