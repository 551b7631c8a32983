"""Job queues: where jobs wait, and in which order environments are tried."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import Fn, Stack
from aws_cdk import aws_batch as batch
from aws_cdk.interfaces import ResourceEnvironment
from aws_cdk.interfaces.aws_batch import IJobQueueRef, JobQueueReference

from batch_constructs._problems import Problems
from batch_constructs._synth_checks import CheckedConstruct
from batch_constructs._tokens import known
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobDefinitionRef, ISchedulingPolicyRef
    from constructs import Construct
    from jsii import Number

__all__ = ["ImportedJobQueue", "JobQueue", "JobQueueBase"]

_L1 = batch.CfnJobQueue


@jsii.implements(IJobQueueRef)
class JobQueueBase(CheckedConstruct):
    """A job queue that a submission can name, made here or elsewhere."""

    job_queue_arn: str
    """The queue's ARN."""

    @property
    def job_queue_name(self) -> str:
        """The queue's name, taken from its ARN at deploy time."""
        return Fn.select(1, Fn.split("/", self.job_queue_arn))

    @property
    def job_queue_ref(self) -> JobQueueReference:
        """What submitters of this library, of the CDK's L2 and of its L1 take."""
        return JobQueueReference(job_queue_arn=self.job_queue_arn)

    @property
    def env(self) -> ResourceEnvironment:
        """The account and Region of the queue."""
        stack = Stack.of(self)
        return ResourceEnvironment(account=stack.account, region=stack.region)

    def grant_submit_job(self, grantee: iam.IGrantable, *job_definitions: IJobDefinitionRef) -> iam.Grant:
        """Allow to submit jobs of these definitions, in any revision, to this queue, and nothing else.

        Guide: Supported Resource-Level Permissions (``SubmitJob`` names a queue *and* a definition).

        Args:
            grantee: A role, a function, a user: who submits.
            job_definitions: At least one; ours, the L2's, an L1 or an imported one.

        Raises:
            ValueError: no definition is given, which would allow nothing.
        """
        if not job_definitions:
            raise ValueError(
                "grant_submit_job needs at least one job definition: IAM checks queue and definition"
            )
        from aws_cdk import aws_iam as iam  # noqa: PLC0415 - only those who grant need it

        from batch_constructs.job_definitions.base import name_and_revisions  # noqa: PLC0415

        definitions = [
            resource
            for definition in job_definitions
            for resource in name_and_revisions(definition.job_definition_ref.job_definition_arn)
        ]
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["batch:SubmitJob"],
            resource_arns=[self.job_queue_arn, *definitions],
        )

    @staticmethod
    def from_job_queue_arn(scope: Construct, id: str, job_queue_arn: str) -> ImportedJobQueue:
        """Refer to a queue that exists already.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            job_queue_arn: The queue's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a job queue.
        """
        return ImportedJobQueue(scope, id, job_queue_arn=job_queue_arn)


class ImportedJobQueue(JobQueueBase):
    """A job queue that another stack or another tool made."""

    def __init__(self, scope: Construct, id: str, *, job_queue_arn: str) -> None:
        """Refer to it.

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
        self.job_queue_arn = job_queue_arn


class JobQueue(JobQueueBase):
    """A queue. Jobs go to the first of its environments that can take them.

    Environments must be of one kind (EC2 and Spot, or Fargate and Fargate Spot, or EKS) and of one architecture;
    that is checked at synth, where ours, the L2's, L1s and imported ones look the same.

    Guide: Creating a Job Queue; Job Queue Parameters.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        compute_environments: Sequence[IComputeEnvironmentRef],
        priority: Number = 1,
        scheduling_policy: ISchedulingPolicyRef | None = None,
        enabled: bool = True,
        job_queue_name: str | None = None,
    ) -> None:
        """Create the queue.

        Args:
            scope: Where the queue belongs.
            id: Its name in that scope.
            compute_environments: In the order in which they are tried: ours, the L2's, an L1 or an imported one.
                At least one; more than three need a raised quota.
            priority: 0 to 1000; among queues that share an environment, the higher goes first. By default 1.
            scheduling_policy: How shares are served. By default first in, first out. A queue that begins without
                one can never get one.
            enabled: Whether it accepts jobs; by default yes. Jobs in a disabled queue finish.
            job_queue_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.within("priority", priority, limits.QUEUE_PRIORITY)
        problems.matches("job_queue_name", job_queue_name, patterns.JOB_QUEUE_NAME)
        problems.within(
            "the length of compute_environments", len(compute_environments), limits.QUEUE_COMPUTE_ENVIRONMENTS
        )
        problems.check(
            len(set(compute_environments)) == len(compute_environments),
            "compute_environments must be different ones, got one of them twice",
        )
        problems.raise_if_any()
        super().__init__(scope, id)
        self.cfn = _L1(
            self,
            "Resource",
            job_queue_name=job_queue_name,
            priority=priority,
            state="ENABLED" if enabled else "DISABLED",
            scheduling_policy_arn=scheduling_policy,
            compute_environment_order=[
                _L1.ComputeEnvironmentOrderProperty(
                    compute_environment=each.compute_environment_ref.compute_environment_arn, order=order
                )
                for order, each in enumerate(compute_environments, start=1)
            ],
        )

    @cached_property
    def job_queue_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The queue's ARN."""
        return self.cfn.attr_job_queue_arn
