"""EventBridge rules and their targets, and log groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.json_texts import parse_json
from batch_constructs.assembly.template.members import (
    Anything,
    Derived,
    Integer,
    Keyword,
    Link,
    Struct,
    Structs,
    Text,
)
from batch_constructs.assembly.template.resources.job_definitions import JobDefinition, RetryStrategy
from batch_constructs.assembly.template.resources.job_queues import JobQueue
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.resources.submissions import Submission, request_from
from batch_constructs.assembly.template.resources.topics import Topic
from batch_constructs.assembly.template.unknown import Unknown
from batch_constructs.assembly.template.views import Resource, View

if TYPE_CHECKING:
    from collections.abc import Iterator

# In an input template, <name> is a value from the event.
_FROM_EVENT = re.compile(r"<([A-Za-z0-9._-]+)>")


class ArrayProperties(View):
    """The size of an array job."""

    size = Integer("Size")


class BatchParameters(View):
    """The job that an EventBridge rule submits."""

    job_name = Text("JobName")
    job_definition_arn = Text("JobDefinition")
    job_definition = Link("JobDefinition", JobDefinition)
    array_properties = Struct("ArrayProperties", ArrayProperties)
    retry_strategy = Struct("RetryStrategy", RetryStrategy)


class InputTransformer(View):
    """The conversion of an event into the target's input."""

    input_paths_map = Anything("InputPathsMap")
    input_template = Text("InputTemplate")


class EventRetryPolicy(View):
    """The limits within which EventBridge retries a delivery."""

    maximum_event_age_in_seconds = Integer("MaximumEventAgeInSeconds")
    maximum_retry_attempts = Integer("MaximumRetryAttempts")


class MessageQueue(Resource):
    """A queue of Amazon SQS."""

    TYPES = ("AWS::SQS::Queue",)
    NAME = "QueueName"


class DeadLetterConfig(View):
    """The queue for events that could not be delivered."""

    arn = Text("Arn")
    queue = Link("Arn", MessageQueue)


class EventTarget(View):
    """The target of a rule; a job queue if it has `batch_parameters`."""

    arn = Text("Arn")
    id = Text("Id")
    job_queue = Link("Arn", JobQueue)
    topic = Link("Arn", Topic)
    batch_parameters = Struct("BatchParameters", BatchParameters)
    input = Text("Input")
    input_path = Text("InputPath")
    input_transformer = Struct("InputTransformer", InputTransformer)
    retry_policy = Struct("RetryPolicy", EventRetryPolicy)
    dead_letter_config = Struct("DeadLetterConfig", DeadLetterConfig)
    role_arn = Text("RoleArn")
    role = Link("RoleArn", Role)

    @property
    def concerns_batch(self) -> bool:
        """Return whether it receives events of AWS Batch, or submits a job."""
        return self.batch_parameters.present or (isinstance(self.home, EventRule) and self.home.hears_batch)

    @property
    def message(self) -> Any:
        """The target's input as JSON; ``None`` if the target gets the event unchanged."""
        template = self.input_transformer.input_template
        if template is not None:
            return parse_json(template, _FROM_EVENT)
        return parse_json(self.input) if self.input_path is None else Unknown("a part of the event")


def _submissions(rule: EventRule) -> Iterator[Submission]:
    for target in rule.targets:
        parameters, node = target.batch_parameters, target.node
        if not isinstance(node, dict) or not isinstance(parameters.node, dict):
            continue
        base = {**parameters.node, "JobQueue": node.get("Arn"), "RoleArn": node.get("RoleArn")}
        request = {name: value for name, value in base.items() if value is not None}
        # EventBridge ignores other spellings.
        request = request_from(request, target.message, "ContainerOverrides", "Parameters")
        yield Submission(rule, parameters.steps, request)


class EventRule(Resource):
    """An EventBridge rule: on events of a pattern, or by a schedule."""

    TYPES = ("AWS::Events::Rule",)
    NAME = "Name"

    event_bus_name = Text("EventBusName")
    event_pattern = Anything("EventPattern")
    schedule_expression = Text("ScheduleExpression")
    state = Keyword("State")
    targets = Structs("Targets", EventTarget)
    submissions = Derived(Submission, _submissions)

    def pattern(self, *names: str) -> Any:
        """Return a member of the event pattern, such as ``rule.pattern("detail", "status")``; ``None`` if it is omitted."""
        value = self.event_pattern
        for name in names:
            if not isinstance(value, dict):
                return value if name else None
            value = value.get(name)
        return value

    @property
    def hears_batch(self) -> bool:
        """Return whether it matches events of AWS Batch."""
        sources = self.pattern("source")
        return isinstance(sources, list) and any(isinstance(s, str) and s == "aws.batch" for s in sources)


class LogGroup(Resource):
    """A CloudWatch log group."""

    TYPES = ("AWS::Logs::LogGroup",)
    NAME = "LogGroupName"

    name = Text("LogGroupName")
    kms_key_id = Text("KmsKeyId")
    retention_in_days = Integer("RetentionInDays")
