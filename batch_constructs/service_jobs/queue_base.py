"""The base of all queues of service jobs, created here or imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk.interfaces.aws_batch import IJobQueueRef

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits
from batch_constructs.job_queues.metrics import ServiceQueueMetrics
from batch_constructs.job_queues.queues import NamedQueue
from batch_constructs.permissions import grants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
    from constructs import Construct
    from jsii import Number

__all__ = ["ImportedSageMakerJobQueue", "SageMakerJobQueueBase"]


@jsii.implements(IJobQueueRef)
class SageMakerJobQueueBase(ServiceQueueMetrics, NamedQueue):
    """A queue of service jobs, created here or imported."""

    def grant_submit_service_job(
        self,
        grantee: iam.IGrantable,
        *,
        training_roles: Sequence[iam.IRole | iam.Role],
        tagged: bool = False,
    ) -> iam.Grant:
        """Allow submitting service jobs to this queue that run with these roles, and nothing else.

        A training job's payload passes a role to SageMaker, so its submitter must be allowed to pass it.

        Args:
            grantee: A role, a function, a user: who submits.
            training_roles: The roles that payloads may name as ``RoleArn``; at least one.
            tagged: Whether jobs may be submitted with tags, which also allows tagging the queue. By default not.

        Raises:
            ValueError: no role is given, so that no training job could start, or the grantee is in another
                account.

        Guide: Submitting service jobs (newer than the table of contents).
        """
        if not training_roles:
            raise ValueError(
                "grant_submit_service_job needs at least one training role: the payload's RoleArn is passed to SageMaker"
            )
        grants.check_account(grantee, self.env, "grant_submit_service_job")
        return grants.submit_service_job(grantee, self.job_queue_arn, training_roles, tagged=tagged)

    def grant_end_service_jobs(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow viewing and ending service jobs of the account and Region, including those of other queues.

        It also covers ``TerminateServiceJobs`` for 50 jobs at once, which needs no right of its own. IAM cannot limit it to
        the queue, since the ARN of a job does not name its queue.

        Args:
            grantee: A role, a function, a user: who ends jobs.

        Raises:
            ValueError: the grantee is in another account.

        Guide: Supported Resource-Level Permissions for AWS Batch API Actions (``TerminateServiceJob``).
        """
        grants.check_account(grantee, self.env, "grant_end_service_jobs")
        return grants.end_service_jobs(grantee, self.job_queue_arn)

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow viewing this queue, its snapshot, its quota shares and service jobs, and changing nothing.

        IAM cannot limit ``DescribeJobQueues``, ``DescribeServiceJob`` and ``ListServiceJobs`` to the queue. For all of AWS
        Batch, use `allow_read`.

        Args:
            grantee: A role, a function, a user: who looks.

        Raises:
            ValueError: the grantee is in another account.

        Guide: Supported Resource-Level Permissions for AWS Batch API Actions.
        """
        grants.check_account(grantee, self.env, "grant_read")
        return grants.read_service_jobs(grantee, self.job_queue_arn)

    def grant_update_service_jobs(
        self, grantee: iam.IGrantable, *, maximum_scheduling_priority: Number | None = None
    ) -> iam.Grant:
        """Allow changing the priority of service jobs of the account and Region, including those of other queues.

        A higher priority lets a waiting job preempt others of its share (``QuotaShare(in_share_preemption=True)``); a lower
        one makes a running job the first to be preempted. IAM cannot limit it to the queue, since the ARN of a job does not
        name its queue.

        Args:
            grantee: A role, a function, a user: who changes priorities.
            maximum_scheduling_priority: The highest priority that a job may get, 0 to 9999. By default any, so the
                grantee can overtake everybody.

        Raises:
            ValueError: the priority is out of its range, or the grantee is in another account.

        Guide: Preemption (newer than the table of contents); Supported Resource-Level Permissions for AWS Batch API
        Actions (``UpdateServiceJob``).
        """
        problems = Problems()
        problems.within(
            "maximum_scheduling_priority", maximum_scheduling_priority, limits.SCHEDULING_PRIORITY
        )
        problems.raise_if_any()
        grants.check_account(grantee, self.env, "grant_update_service_jobs")
        return grants.update_service_jobs(grantee, self.job_queue_arn, maximum_scheduling_priority)

    @staticmethod
    def from_job_queue_arn(scope: Construct, id: str, job_queue_arn: str) -> ImportedSageMakerJobQueue:
        """Refer to an existing queue of service jobs.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            job_queue_arn: The queue's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a job queue.
        """
        return ImportedSageMakerJobQueue(scope, id, job_queue_arn=job_queue_arn)


@checked
class ImportedSageMakerJobQueue(SageMakerJobQueueBase):
    """A queue of service jobs that another stack or another tool created.

    Alarms, alerts and dashboards use the metrics and events of service jobs for it. A queue that is imported by
    `JobQueue.from_job_queue_arn` counts as one of compute jobs.

    Guide: Service job queues (newer than the table of contents).
    """

    def __init__(self, scope: Construct, id: str, *, job_queue_arn: str) -> None:
        """Refer to an existing queue.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            job_queue_arn: The queue's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a job queue.
        """
        if known(job_queue_arn) and ":job-queue/" not in job_queue_arn:
            raise ValueError(
                f"job_queue_arn must look like arn:aws:batch:REGION:ACCOUNT:job-queue/NAME, got {job_queue_arn!r}"
            )
        super().__init__(scope, id)
        self.job_queue_arn = self._imported_arn = job_queue_arn
