"""Outputs of a stack for the first submission."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Fn, Stack

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known
from batch_constructs.job_definitions.base import arn_of
from batch_constructs.job_definitions.ecs import EcsJobDefinition
from batch_constructs.job_queues.queues import JobQueue
from batch_constructs.submissions.request import SubmitJobRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.submissions.overrides import (
        ContainerOverrides,
        EksPodOverrides,
        NodeOverrides,
    )

__all__ = ["SubmissionOutputs", "output"]


@checked
class SubmissionOutputs(CheckedConstruct):
    """Outputs of a stack from which anybody can submit a job: names, and a command to paste.

    ``cdk deploy`` prints them, for an id ``Hello``::

        BatchQuickstart.HelloJobQueue = Queue4A7E3555-xr6TqcUvN0aF BatchQuickstart.HelloJobDefinition =
        Hello4A628BD4-2c6b1f BatchQuickstart.HelloSubmit = aws batch submit-job --region eu-west-1 --job-name hello
        --job-queue … BatchQuickstart.HelloLogs = aws logs tail --region eu-west-1 --follow …

    The command names no revision, so it stays right when the definition changes. There is a command for the logs if
    the definition is made in this app and its jobs write to CloudWatch Logs.

    Guide: Submitting a Job.
    """

    request: SubmitJobRequest
    """The submission, with the names of queue and definition."""

    command: str
    """The command that submits it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queue: IJobQueueRef,
        job_definition: IJobDefinitionRef,
        job_name: str | None = None,
        array_size: Number | None = None,
        parameters: Mapping[str, str] | None = None,
        container_overrides: ContainerOverrides | None = None,
        eks_properties_override: EksPodOverrides | None = None,
        node_overrides: NodeOverrides | None = None,
        share_identifier: str | None = None,
    ) -> None:
        """Create the outputs, whose names begin with the id.

        Args:
            scope: Where the outputs belong: best the stack that makes the definition.
            id: The beginning of the names of the outputs.
            job_queue: The queue to submit to: ours, the L2's, an L1 or an imported one.
            job_definition: The definition to submit: ours, the L2's, an L1 or an imported one.
            job_name: Up to 128 letters, digits, ``-`` and ``_``. By default the construct's id in lower case.
            array_size: 2 to 10,000 children. By default it is a single job.
            parameters: Values for the placeholders ``Ref::name`` of the command. By default those of the definition.
            container_overrides: Changes to the container. By default none.
            eks_properties_override: Changes to the pod on Amazon EKS. By default none.
            node_overrides: Changes to a multi-node parallel job. By default none.
            share_identifier: The fair share that the job uses. Required if the queue has a fair-share policy, else not
                allowed; by default none.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        if isinstance(job_queue, JobQueue):
            shared = job_queue.cfn.scheduling_policy_arn is not None
            problems.check(
                shared or share_identifier is None,
                f"share_identifier is for queues with a fair-share policy, got {share_identifier!r} for one "
                "without: leave it out",
            )
            problems.check(
                share_identifier is not None or not shared,
                "share_identifier must be given for a queue with a fair-share policy, which refuses jobs without "
                "one, got none",
            )
        problems.raise_if_any()
        request = SubmitJobRequest(
            job_name=id.lower() if job_name is None else job_name,
            job_queue="queue",
            job_definition="definition",
            array_size=array_size,
            parameters=parameters or {},
            container_overrides=container_overrides,
            eks_properties_override=eks_properties_override,
            node_overrides=node_overrides,
            share_identifier=share_identifier,
        )
        super().__init__(scope, id)
        region = Stack.of(self).region
        queue, definition = (
            _after_slash(job_queue.job_queue_ref.job_queue_arn),
            _definition_name(job_definition),
        )
        self.request = replace(request, job_queue=queue, job_definition=definition)
        self.command = self.request.to_aws_cli(region=region)
        output(self, "JobQueue", queue, "The job queue")
        output(self, "JobDefinition", definition, "The job definition")
        output(self, "Submit", self.command, "Submits a job")
        if (group := _log_group_name(job_definition)) is not None:
            line = f"aws logs tail --region {region} --follow {group}"
            output(self, "Logs", line, "Shows what the jobs write, as soon as there is something")


def output(scope: Construct, id: str, value: str, description: str) -> CfnOutput:
    """Create an output whose name is the path of its construct, without the hash of a logical id.

    Args:
        scope: Where it belongs.
        id: Its name in that scope.
        value: The value.
        description: The purpose, in words.
    """
    made = CfnOutput(scope, id, value=value, description=description)
    stack = Stack.of(scope)
    path = made.node.path.removeprefix(stack.node.path)
    made.override_logical_id("".join(filter(str.isalnum, path)))
    return made


def _log_group_name(definition: IJobDefinitionRef) -> str | None:
    if not isinstance(definition, EcsJobDefinition):
        return None
    try:
        return definition.log_group.log_group_name
    except ValueError:
        return None


def _definition_name(definition: IJobDefinitionRef) -> str:
    name = _after_slash(arn_of(definition))
    return name.partition(":")[0] if known(name) else Fn.select(0, Fn.split(":", name))


def _after_slash(arn: str) -> str:
    return arn.partition("/")[2] if known(arn) else Fn.select(1, Fn.split("/", arn))
