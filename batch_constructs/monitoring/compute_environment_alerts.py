"""Alerts about environments that are INVALID, and about instances that do not start or are taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known, minutes
from batch_constructs.facts import events as facts
from batch_constructs.facts.events import BlockedReason
from batch_constructs.monitoring.alerts_base import AlertRule, AlertsBase, check_receivers, check_watched
from batch_constructs.monitoring.environment_messages import (
    CONSOLE,
    ENVIRONMENTS,
    WHERE,
    found_invalid,
    found_outdated,
    health,
    planned,
)
from batch_constructs.monitoring.event_patterns import JobQueueBlockedPattern
from batch_constructs.monitoring.messages import AlertMessage, about_a_job
from batch_constructs.monitoring.pattern_base import but_not, starting_with
from batch_constructs.monitoring.queue_kinds import names_of, service_queues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct

    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["ComputeEnvironmentAlerts"]


@checked
class ComputeEnvironmentAlerts(AlertsBase):
    """Alerts about queues whose environments cannot run jobs.

    AWS Batch sends no event when an environment becomes INVALID. It only reports that a queue is blocked because
    *all* its environments are INVALID, lack rights, or cannot launch their instance types. There is no event while
    one environment still works, or while no job waits. With ``check_every``, a schedule checks the environments: it finds
    an INVALID Spot environment that silently leaves all jobs to the expensive one, and images that have a newer version.
    AWS Health events about AWS Batch alert as well: current problems, and the changes that AWS plans, 90 or 180 days
    ahead, with the environments that must be changed by then.

    The Region's events about instances can be added. They name an instance or an Auto Scaling group, but neither queue
    nor environment, so that they cannot be filtered by one.

    Guide: Troubleshooting AWS Batch (INVALID compute environment; jobs stuck in RUNNABLE); AWS Batch Events.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] | None = (),
        check_every: Duration | None = None,
        compute_environments: Sequence[IComputeEnvironmentRef] = (),
        image_updates: bool = True,
        launch_failures: bool = False,
        spot_interruptions: bool = False,
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the rules, their dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: Queues whose environments are watched, any kind of construct; not queues of service jobs, which have
                no compute environments. ``None`` watches no queue, only AWS Health and what ``check_every`` finds. By default
                all of the account and Region.
            check_every: How often to check for INVALID environments, in whole minutes, at least one. Each check
                that finds one alerts. A schedule and a state machine do it, for less than a cent a
                day if hourly. By default there is no check.
            compute_environments: Environments to check: ours, the L2's, an L1 or an imported one. By default all of
                the account and Region.
            image_updates: With ``check_every``, whether an environment alerts once a week if AWS has a newer image than that
                of its instances (``batchImageStatus``). AWS reports it only for its own images, without an override of the
                launch template, once the environment had instances. By default yes.
            launch_failures: Whether instances alert that EC2 Auto Scaling could not launch for AWS Batch, because a quota
                is used up, or an image or key is gone; a lack of capacity does not alert. Auto Scaling tries
                again and again, and each try alerts, so by default no.
            spot_interruptions: Whether each Spot instance that AWS takes back alerts, including those of other services of the
                account. Jobs with a retry strategy survive it, so by default no.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice; a queue has no compute environments.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        check_watched(
            problems, scope, topic, job_queues=job_queues or (), compute_environments=compute_environments
        )
        every = minutes(check_every)
        problems.check(
            every is None or not known(every) or (every >= 1 and every == int(every)),
            f"check_every must be whole minutes, at least one, got {every} minutes",
        )
        problems.check(
            check_every is not None or not compute_environments,
            "compute_environments are those to check: say how often by check_every",
        )
        services = service_queues(job_queues or ())
        problems.check(
            not services,
            f"job_queues must have compute environments, got {names_of(services)}, which has service jobs: leave it out",
        )
        problems.raise_if_any()
        rules = [] if job_queues is None else [_invalid(job_queues)]
        rules += [health(), planned()]
        if check_every is not None:
            rules.append(found_invalid())
            if image_updates:
                rules.append(found_outdated())
        if launch_failures:
            rules.append(_launch_failures())
        if spot_interruptions:
            rules.append(_spot_interruptions())
        super().__init__(scope, id, rules=rules, emails=emails, topic=topic, targets=targets)
        if check_every is not None:
            from batch_constructs.monitoring.environment_check import EnvironmentCheck  # noqa: PLC0415

            self.check = EnvironmentCheck(
                self,
                "Check",
                every=check_every,
                image_updates=image_updates,
                compute_environments=compute_environments,
            )


def _invalid(job_queues: Sequence[IJobQueueRef]) -> AlertRule:
    pattern = JobQueueBlockedPattern(job_queues=job_queues, reasons=BlockedReason.of_environments())
    return AlertRule(
        id="Resource",
        description="Compute environments of AWS Batch that cannot run jobs",
        pattern=pattern.to_dict(),
        message=about_a_job(
            "No compute environment of a queue can run its jobs since <time>.",
            "The status reason of an INVALID environment says why: most often a role, a subnet or a launch template.",
            ENVIRONMENTS,
        ),
    )


def _launch_failures() -> AlertRule:
    return AlertRule(
        id="LaunchFailures",
        description="Instances that could not be launched for AWS Batch",
        pattern={
            "source": [facts.AUTO_SCALING_SOURCE],
            "detail-type": [facts.LAUNCH_UNSUCCESSFUL],
            "detail": {
                "AutoScalingGroupName": starting_with([facts.AUTO_SCALING_GROUP_PREFIX]),
                "StatusMessage": but_not(facts.CAPACITY_MESSAGES),
            },
        },
        message=AlertMessage(
            title="No instance for AWS Batch at <time>.",
            reason="reason",
            lines=["Reason: <reason>", "Auto Scaling group: <group>"],
            steps=[
                "A vCPU limit is a quota of EC2: ask for more, or allow other instance families.",
                "Else look at the launch template: its image, its keys, its instance profile.",
                ENVIRONMENTS,
            ],
            paths={
                **WHERE,
                "group": "$.detail.AutoScalingGroupName",
                "reason": "$.detail.StatusMessage",
            },
        ),
    )


def _spot_interruptions() -> AlertRule:
    return AlertRule(
        id="SpotInterruptions",
        description="Spot instances that AWS takes back",
        pattern={"source": [facts.EC2_SOURCE], "detail-type": [facts.SPOT_INTERRUPTION]},
        message=AlertMessage(
            title="AWS takes back the Spot instance <instance> two minutes after <time>.",
            reason="action",
            lines=["What happens to it: <action>"],
            steps=[
                "Its jobs end with the status reason Host EC2, and start anew if RetryStrategy.on_spot_reclaim() says so.",
                f"Instance: {CONSOLE}/ec2/home?region=<region>#InstanceDetails:instanceId=<instance>",
            ],
            paths={
                **WHERE,
                "instance": "$.detail.instance-id",
                "action": "$.detail.instance-action",
            },
        ),
    )
