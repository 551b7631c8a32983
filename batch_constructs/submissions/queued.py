"""Jobs that messages of an SQS queue submit, one job each.

Guide: CloudWatch Events IAM Role.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from aws_cdk import aws_pipes as pipes
from aws_cdk import aws_sqs as sqs

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.dead_letters import dead_letter_queue
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits
from batch_constructs.job_definitions.base import arn_of, consumed_by, name_and_revisions
from batch_constructs.submissions.request import SubmitJobRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.submissions.overrides import ContainerOverrides

__all__ = ["QueuedJob"]

_TARGET = pipes.CfnPipe


@checked
class QueuedJob(CheckedConstruct):
    """A job for each message of an SQS queue, submitted by an EventBridge pipe.

    A message is deleted when its job is submitted, not when the job has run. A message that cannot be submitted is
    retried, and then goes to a dead-letter queue. The pipe's role may read this queue and submit this definition, in
    any revision, to this job queue, and nothing else.

    Guide: Submitting a Job; AWS Batch Jobs as CloudWatch Events Targets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queue: IJobQueueRef,
        job_definition: IJobDefinitionRef,
        source: sqs.IQueue | sqs.Queue | None = None,
        job_name: str | None = None,
        array_size: Number | None = None,
        parameters: Mapping[str, str] | None = None,
        message_parameters: Mapping[str, str] | None = None,
        container_overrides: ContainerOverrides | None = None,
        retry_strategy: RetryStrategy | None = None,
        filters: Sequence[Mapping[str, Any]] = (),
        maximum_receives: int = 3,
        enabled: bool = True,
    ) -> None:
        """Create the pipe, its role, and the SQS queue with its dead-letter queue unless a queue is given.

        Args:
            scope: Where it belongs.
            id: Its name in that scope.
            job_queue: The queue to submit to: ours, the L2's, an L1 or an imported one.
            job_definition: The definition to submit: ours, the L2's, an L1 or an imported one.
            source: The queue of the messages. By default a new encrypted SQS queue; one of yours keeps its own
                dead-letter queue, and its key lets the pipe's role decrypt.
            job_name: Up to 128 letters, digits, ``-`` and ``_``. By default the construct's id.
            array_size: 2 to 10,000 children. By default it is a single job.
            parameters: Values for the placeholders ``Ref::name`` of the command, the same for every message. By default
                those of the definition.
            message_parameters: Values taken from the message, by path: ``{"key": "$.body.key"}`` if the body is JSON,
                ``{"id": "$.messageId"}`` for attributes that SQS adds. By default none.
            container_overrides: Changes to the container. By default none.
            retry_strategy: How often a job is tried, 1 to 10 times. Rules for exits belong to the definition. By
                default as in the definition.
            filters: Patterns for messages, such as ``{"body": {"kind": ["image"]}}``, at most 5; one that matches is
                enough. Other messages are removed. By default all messages count.
            maximum_receives: How often a message of the new queue is tried before it goes to the dead-letter queue, 1
                to 1,000; by default 3 times.
            enabled: Whether the pipe runs; by default yes. Otherwise messages wait.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        paths = dict(message_parameters or {})
        both = sorted(set(parameters or {}) & set(paths))
        problems.check(
            not both,
            f"a parameter must be in parameters or in message_parameters, got {', '.join(both)} in both",
        )
        for name, path in paths.items():
            problems.check(
                not known(path) or path.startswith("$."),
                f"message_parameters must be paths such as '$.body.key', got {name}={path!r}",
            )
        problems.within("the length of filters", len(filters), limits.PIPE_FILTERS)
        problems.within("maximum_receives", maximum_receives, limits.SQS_MAXIMUM_RECEIVES)
        check_place(problems, scope, "job_queue", [job_queue])
        check_place(problems, scope, "job_definition", [job_definition])
        check_place(problems, scope, "source", [source])
        with problems:
            request = SubmitJobRequest(
                job_name=id if job_name is None else job_name,
                job_queue="queue",
                job_definition="definition",
                array_size=array_size,
                parameters={**(parameters or {}), **paths},
                container_overrides=container_overrides,
                retry_strategy=retry_strategy,
            )
            request.to_pipe_parameters()

        super().__init__(scope, id)
        self.dead_letter_queue = dead = None if source is not None else dead_letter_queue(self)
        self.source = source or sqs.Queue(
            self,
            "Source",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=None
            if dead is None
            else sqs.DeadLetterQueue(queue=dead, max_receive_count=maximum_receives),
        )
        queue_arn = job_queue.job_queue_ref.job_queue_arn
        definitions = name_and_revisions(arn_of(job_definition))
        source_arn = self.source.queue_arn
        self.role = self._role(source_arn, [queue_arn, *definitions], job_definition)
        self.cfn = _TARGET(
            self,
            "Resource",
            role_arn=self.role.role_arn,
            desired_state="RUNNING" if enabled else "STOPPED",
            source=source_arn,
            source_parameters=_TARGET.PipeSourceParametersProperty(
                # One message, one job: for a batch of messages a pipe would submit only one job.
                sqs_queue_parameters=_TARGET.PipeSourceSqsQueueParametersProperty(batch_size=1),
                filter_criteria=_TARGET.FilterCriteriaProperty(
                    filters=[_TARGET.FilterProperty(pattern=json.dumps(each)) for each in filters]
                )
                if filters
                else None,
            ),
            target=queue_arn,
            target_parameters=_TARGET.PipeTargetParametersProperty(
                batch_job_parameters=_parameters(request, definitions[0])
            ),
        )
        # A pipe cannot be created before its role has its rights.
        self.cfn.node.add_dependency(self.role)

    def _role(self, source_arn: str, submits: list[str], job_definition: IJobDefinitionRef) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=cdk.guarded_principal(
                "pipes.amazonaws.com", {"StringEquals": {"aws:SourceAccount": cdk.account()}}
            ),
        )
        read = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        role.add_to_policy(iam.PolicyStatement(actions=read, resources=[source_arn]))
        key = self.source.encryption_master_key
        if key is not None:
            key.grant_decrypt(role)
        submits += consumed_by(job_definition, role)
        role.add_to_policy(iam.PolicyStatement(actions=["batch:SubmitJob"], resources=submits))
        return role


def _parameters(
    request: SubmitJobRequest, definition_arn: str
) -> pipes.CfnPipe.PipeTargetBatchJobParametersProperty:
    members = request.to_pipe_parameters()
    overrides, retries = members.get("ContainerOverrides"), members.get("RetryStrategy")
    return _TARGET.PipeTargetBatchJobParametersProperty(
        job_name=request.job_name,
        job_definition=definition_arn,
        array_properties=None
        if request.array_size is None
        else _TARGET.BatchArrayPropertiesProperty(size=request.array_size),
        parameters=dict(request.parameters) or None,
        retry_strategy=None
        if retries is None
        else _TARGET.BatchRetryStrategyProperty(attempts=retries["Attempts"]),
        container_overrides=None
        if overrides is None
        else _TARGET.BatchContainerOverridesProperty(
            command=overrides.get("Command"),
            environment=[
                _TARGET.BatchEnvironmentVariableProperty(name=each["Name"], value=each["Value"])
                for each in overrides.get("Environment", ())
            ]
            or None,
            resource_requirements=[
                _TARGET.BatchResourceRequirementProperty(type=each["Type"], value=each["Value"])
                for each in overrides.get("ResourceRequirements", ())
            ]
            or None,
        ),
    )
