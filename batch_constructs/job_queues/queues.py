"""Job queues: jobs wait there, and try environments in an order."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import Fn
from aws_cdk import aws_batch as batch
from aws_cdk.interfaces.aws_batch import IJobQueueRef, JobQueueReference

from batch_constructs._border.arguments import checked
from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.order import check_order, check_policy, check_policy_arn
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import TimeLimitAction
from batch_constructs.job_queues.metrics import QueueMetrics
from batch_constructs.job_queues.time_limits import JobStateTimeLimit, check_reasons, time_limit_actions
from batch_constructs.permissions import grants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobDefinitionRef, ISchedulingPolicyRef
    from constructs import Construct
    from jsii import Number

__all__ = [
    "ImportedJobQueue",
    "JobQueue",
    "JobQueueBase",
    "JobStateTimeLimit",
    "NamedQueue",
    "kind_of",
]


@jsii.implements(IJobQueueRef)
class NamedQueue(Referable, QueueMetrics):
    """A queue of compute jobs or service jobs, for submissions."""

    job_queue_arn: str
    """The queue's ARN."""

    @property
    def job_queue_name(self) -> str:
        """The queue's name, taken from its ARN at deploy time."""
        return Fn.select(1, Fn.split("/", self.job_queue_arn))

    @property
    def job_queue_ref(self) -> JobQueueReference:
        """The reference to the queue for submissions of this library, the CDK's L2 and its L1."""
        return JobQueueReference(job_queue_arn=self.job_queue_arn)


class JobQueueBase(NamedQueue):
    """A job queue, created here or imported."""

    _has_shares: bool | None = None
    """Whether its jobs name a share; ``None`` for an imported queue."""

    def grant_submit_job(
        self,
        grantee: iam.IGrantable,
        *job_definitions: IJobDefinitionRef,
        share_identifiers: Sequence[str] = (),
        tagged: bool = False,
    ) -> iam.Grant:
        """Allow submitting jobs of these definitions, in any revision, to this queue, and nothing else.

        Args:
            grantee: A role, a function, a user: who submits. It may be deployed to another Region, but must belong to the
                account of the queue.
            job_definitions: At least one; ours, the L2's, an L1 or an imported one.
            share_identifiers: The only shares that the jobs may name; may end in ``*``. By default any share: on a queue
                with a `FairSharePolicy` the grantee can then use everybody's share, and a warning at synth says so.
                Give ``["*"]`` if you want that.
            tagged: Whether jobs may be submitted with tags. AWS Batch then requires ``batch:TagResource`` on the queue and
                the definition, so the grantee may tag these, too. By default a submission with tags is denied.

        Raises:
            ValueError: no definition is given, which would allow nothing; a share identifier is malformed; the grantee
                is in another account; or a definition is in another Region or account than the queue.

        Guide: Supported Resource-Level Permissions for AWS Batch API Actions (``SubmitJob`` names a queue *and* a
        definition); Example Policies (the ``batch:ShareIdentifier`` condition key).
        """
        from batch_constructs.job_definitions.submitting import let_submit  # noqa: PLC0415

        return let_submit(
            self,
            grantee,
            job_definitions,
            has_shares=self._has_shares,
            share_identifiers=share_identifiers,
            tagged=tagged,
        )

    def grant_cancel_and_terminate(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow cancelling and terminating jobs of the queue's account and Region, including those of other queues.

        It also covers ``CancelJobs`` and ``TerminateJobs`` for 50 jobs at once, which need no rights of their own. IAM cannot
        limit it to the queue, since the ARN of a job does not name its queue.

        Args:
            grantee: A role, a function, a user: who ends jobs.

        Raises:
            ValueError: the grantee is in another account.

        Guide: Supported Resource-Level Permissions for AWS Batch API Actions (``CancelJob``, ``TerminateJob``).
        """
        grants.check_account(grantee, self.env, "grant_cancel_and_terminate")
        return grants.cancel_and_terminate(grantee, self.job_queue_arn)

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow viewing this queue, its snapshot and its jobs, and changing nothing.

        IAM cannot limit ``DescribeJobQueues``, ``DescribeJobs`` and ``ListJobs`` to the queue, only its snapshot
        and its tags. For all of AWS Batch, use `allow_read`.

        Args:
            grantee: A role, a function, a user: who looks.

        Raises:
            ValueError: the grantee is in another account.

        Guide: Supported Resource-Level Permissions for AWS Batch API Actions.
        """
        grants.check_account(grantee, self.env, "grant_read")
        return grants.read(grantee, self.job_queue_arn)

    @staticmethod
    def from_job_queue_arn(scope: Construct, id: str, job_queue_arn: str) -> ImportedJobQueue:
        """Refer to an existing queue.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            job_queue_arn: The queue's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a job queue.
        """
        return ImportedJobQueue(scope, id, job_queue_arn=job_queue_arn)


@checked
class ImportedJobQueue(JobQueueBase):
    """A job queue that another stack or another tool created.

    Guide: Job Queues.
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


@checked
class JobQueue(CliJson, JobQueueBase):
    """A job queue. Its jobs go to the first of its environments that has room for them.

    The environments must be of one kind (EC2 and Spot, or Fargate and Fargate Spot, or EKS) and of one architecture.
    That is checked at synth, for any kind of construct.

    Guide: Creating a Job Queue; Job Queue Parameters.
    """

    _operation = "CreateJobQueue"
    _l1 = batch.CfnJobQueue
    has_service_jobs = False

    cfn: batch.CfnJobQueue
    """The CloudFormation resource."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        compute_environments: Sequence[IComputeEnvironmentRef],
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
            compute_environments: The environments in the order in which they are tried: ours, the L2's, an L1 or an imported
                one. At least one; more than three need a raised quota. With ECS Managed Instances, those on demand come
                before those on Spot.
            priority: 0 to 1000; among queues that share an environment, the higher goes first. By default 1.
            scheduling_policy: A `FairSharePolicy`. By default first in, first out. A queue that is created without a policy
                can never get one.
            job_state_time_limits: When a job that blocks the queue is cancelled, at most one limit per reason. The
                reasons of service jobs are for `SageMakerJobQueue`. By default it blocks for ever.
            enabled: Whether it accepts jobs; by default yes. Jobs in a disabled queue finish.
            job_queue_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.within("priority", priority, limits.QUEUE_PRIORITY)
        problems.matches("job_queue_name", job_queue_name, patterns.JOB_QUEUE_NAME)
        arns = [each.compute_environment_ref.compute_environment_arn for each in compute_environments]
        check_reasons(problems, job_state_time_limits, service_jobs=False)
        check_order(problems, compute_environments, arns)
        check_policy(problems, scheduling_policy)
        check_place(problems, scope, "compute_environments", compute_environments)
        check_place(problems, scope, "scheduling_policy", [scheduling_policy])
        problems.raise_if_any()
        super().__init__(scope, id)
        self._make(
            given(
                jobQueueName=job_queue_name,
                priority=priority,
                state="ENABLED" if enabled else "DISABLED",
                schedulingPolicyArn=scheduling_policy
                and scheduling_policy.scheduling_policy_ref.scheduling_policy_arn,
                jobStateTimeLimitActions=time_limit_actions(job_state_time_limits, TimeLimitAction.CANCEL),
                computeEnvironmentOrder=[
                    {"computeEnvironment": arn, "order": order} for order, arn in enumerate(arns, start=1)
                ],
            )
        )
        # On Amazon EKS, jobs need AWS Batch's rights in the namespace: without them they wait, and running ones never end.
        before = [every for each in compute_environments for every in getattr(each, "usable_after", ())]
        if before:
            self.cfn.node.add_dependency(*before)

    def _make(self, members: Mapping[str, Any]) -> None:
        super()._make(members)
        self._has_shares = "schedulingPolicyArn" in members

    @staticmethod
    def _kind_of(document: Mapping[str, Any]) -> str:
        return kind_of(document)

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        check_policy_arn(problems, document.get("schedulingPolicyArn"))

    @cached_property
    def job_queue_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The queue's ARN."""
        return self.cfn.attr_job_queue_arn


def kind_of(document: Mapping[str, Any]) -> str:
    """Return the class that takes such documents."""
    return "SageMakerJobQueue" if "serviceEnvironmentOrder" in document else "JobQueue"
