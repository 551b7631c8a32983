"""The jobs of a platform as a stack of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs.platform._stack import PlatformStack, queues_of_others

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Environment
    from aws_cdk.interfaces.aws_batch import IJobQueueRef
    from constructs import Construct

__all__ = ["BatchJobsStack"]


@checked
class BatchJobsStack(PlatformStack):
    """An empty stack for your job definitions and their submissions, which you can deploy as often as you like.

    Jobs here take their queues from ``queues``. The queues are in other stacks, and this stack is always deployed after
    them. No other stack needs it, so a change of jobs touches nothing else::

        jobs = BatchJobsStack(app, "Jobs", queues=compute.queues)
        align = Ec2JobDefinition(jobs, "Align", image=image, vcpus=4, memory=Size.gibibytes(7))
        ScheduledJob(jobs, "Nightly", job_queue=jobs.queues["nightly"], job_definition=align, ...)

    Guide: Job Definitions; Submitting a Job.
    """

    queues: Mapping[str, IJobQueueRef]
    """The given queues by name."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        queues: Mapping[str, IJobQueueRef],
        env: Environment | None = None,
        stack_name: str | None = None,
        description: str | None = None,
        termination_protection: bool | None = None,
    ) -> None:
        """Create the stack, empty.

        Args:
            scope: The app or the stage.
            id: Its name there.
            queues: The queues for its jobs by name, at least one: of a `BatchComputeStack`, a `BatchPlatform`, or any
                others.
            env: Account and Region. By default those of the scope, else those that it is deployed to.
            stack_name: Its name in CloudFormation. By default its id.
            description: Its description. By default none.
            termination_protection: Whether CloudFormation refuses to delete it. By default no.

        Raises:
            ValueError: no queue is given, or one is in another Region or account.
        """
        problems = Problems()
        problems.check(len(queues) > 0, "queues must name at least one queue, got none")
        problems.raise_if_any()
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=stack_name,
            description=description,
            termination_protection=termination_protection,
        )
        check_place(problems, self, "queues", queues.values())
        problems.raise_if_any()
        self.queues = dict(queues)
        for home in queues_of_others(queues.values()):
            self.add_stack_dependency(home, "its jobs go to queues there")

    @property
    def queue(self) -> IJobQueueRef:
        """The first of its queues."""
        return next(iter(self.queues.values()))
