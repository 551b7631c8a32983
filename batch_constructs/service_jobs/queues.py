"""Queues of service jobs, and their quota shares."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk.interfaces.aws_batch import IJobQueueRef

from batch_constructs._border.arguments import checked
from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable
from batch_constructs._border.spelling import given
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import ResourceSharing, ServiceEnvironmentType, TimeLimitAction
from batch_constructs.job_queues.queues import kind_of
from batch_constructs.job_queues.time_limits import check_reasons, time_limit_actions
from batch_constructs.service_jobs.environments import check_limits, limits_in
from batch_constructs.service_jobs.queue_base import SageMakerJobQueueBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.interfaces.aws_batch import ISchedulingPolicyRef, IServiceEnvironmentRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_queues.time_limits import JobStateTimeLimit
    from batch_constructs.service_jobs.environments import CapacityLimit

__all__ = ["QuotaShare", "SageMakerJobQueue"]


@checked
@jsii.implements(IJobQueueRef)
class SageMakerJobQueue(CliJson, SageMakerJobQueueBase):
    """A queue of training jobs for SageMaker AI. Jobs are submitted by ``SubmitServiceJob``: `ServiceJobRequest`.

    Guide: Service job queues (newer than the table of contents).
    """

    _operation = "CreateJobQueue"
    _l1 = batch.CfnJobQueue

    cfn: batch.CfnJobQueue
    """The CloudFormation resource."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service_environment: IServiceEnvironmentRef,
        priority: Number = 1,
        scheduling_policy: ISchedulingPolicyRef | None = None,
        job_state_time_limits: Sequence[JobStateTimeLimit] = (),
        enabled: bool = True,
        job_queue_name: str | None = None,
    ) -> None:
        """Create the queue.

        Args:
            scope: Where the queue belongs.
            id: Its name in that scope.
            service_environment: The only environment of its jobs: ours, an L1 or an imported one.
            priority: 0 to 1000; among queues that share an environment, the higher goes first. By default 1.
            scheduling_policy: A `FairSharePolicy` or a `QuotaSharePolicy`. By default first in, first out. A queue that
                is created without a policy can never get one.
            job_state_time_limits: When a job that blocks the queue is ended, at most one limit per reason. By
                default it blocks for ever.
            enabled: Whether it accepts jobs; by default yes. Jobs in a disabled queue finish.
            job_queue_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.within("priority", priority, limits.QUEUE_PRIORITY)
        problems.matches("job_queue_name", job_queue_name, patterns.JOB_QUEUE_NAME)
        check_reasons(problems, job_state_time_limits, service_jobs=True)
        check_place(problems, scope, "service_environment", [service_environment])
        check_place(problems, scope, "scheduling_policy", [scheduling_policy])
        problems.raise_if_any()
        super().__init__(scope, id)
        environment = service_environment.service_environment_ref.service_environment_arn
        self._make(
            given(
                jobQueueName=job_queue_name,
                jobQueueType=ServiceEnvironmentType.SAGEMAKER_TRAINING,
                priority=priority,
                state="ENABLED" if enabled else "DISABLED",
                schedulingPolicyArn=scheduling_policy
                and scheduling_policy.scheduling_policy_ref.scheduling_policy_arn,
                # Only queues of service jobs have TERMINATE; others have CANCEL.
                jobStateTimeLimitActions=time_limit_actions(job_state_time_limits, TimeLimitAction.TERMINATE),
                serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": environment}],
            )
        )

    @cached_property
    def job_queue_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The queue's ARN."""
        return self.cfn.attr_job_queue_arn

    @staticmethod
    def _kind_of(document: Mapping[str, Any]) -> str:
        return kind_of(document)


@checked
class QuotaShare(CliJson, Referable):
    """A team's part of the capacity of a queue with a `QuotaSharePolicy`, which it may lend.

    Guide: Quota management (newer than the table of contents).
    """

    _operation = "CreateQuotaShare"
    _l1 = batch.CfnQuotaShare

    cfn: batch.CfnQuotaShare
    """The CloudFormation resource."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queue: IJobQueueRef,
        quota_share_name: str,
        capacity_limits: Sequence[CapacityLimit],
        resource_sharing: ResourceSharing = ResourceSharing.LEND_AND_BORROW,
        borrow_limit: Number | None = None,
        in_share_preemption: bool = False,
        enabled: bool = True,
    ) -> None:
        """Create the share.

        Args:
            scope: Where the share belongs.
            id: Its name in that scope.
            job_queue: The queue. A changed queue replaces the share.
            quota_share_name: 1 to 128 letters, digits, ``-`` and ``_``. It is required, since jobs name it when they are
                submitted. A changed name replaces the share.
            capacity_limits: Its own capacity, 1 to 5 limits, each for another unit.
            resource_sharing: Whether idle capacity is kept, lent, or lent and borrowed; by default the last.
            borrow_limit: How much it may borrow, in percent of its own capacity, at least -1; -1 means no limit. With
                ``LEND_AND_BORROW`` only. By default no limit.
            in_share_preemption: Whether jobs of higher priority may preempt others of the share; by default not.
            enabled: Whether jobs are accepted; by default yes.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.matches("quota_share_name", quota_share_name, patterns.RESOURCE_NAME)
        check_limits(problems, capacity_limits, limits.QUOTA_SHARE_CAPACITY_LIMITS)
        problems.within("borrow_limit", borrow_limit, limits.QUOTA_SHARE_BORROW_LIMIT)
        problems.check(
            borrow_limit is None or resource_sharing is ResourceSharing.LEND_AND_BORROW,
            f"borrow_limit goes with LEND_AND_BORROW only, got {borrow_limit} with {resource_sharing}",
        )
        problems.raise_if_any()
        super().__init__(scope, id)
        self._make(
            given(
                quotaShareName=quota_share_name,
                jobQueue=job_queue.job_queue_ref.job_queue_arn,
                state="ENABLED" if enabled else "DISABLED",
                capacityLimits=capacity_limits,
                resourceSharingConfiguration=given(strategy=resource_sharing, borrowLimit=borrow_limit),
                preemptionConfiguration={
                    "inSharePreemption": "ENABLED" if in_share_preemption else "DISABLED"
                },
            )
        )

    @cached_property
    def quota_share_arn(self) -> str:
        """The share's ARN."""
        return self.cfn.attr_quota_share_arn

    def _make(self, members: Mapping[str, Any]) -> None:
        super()._make(members)
        self.quota_share_name = members["quotaShareName"]

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        with problems:
            check_limits(problems, limits_in(document), limits.QUOTA_SHARE_CAPACITY_LIMITS)
