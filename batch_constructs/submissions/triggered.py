"""Jobs that are submitted when an event happens.

Guide: CloudWatch Events IAM Role.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.dead_letters import check_delivery, dead_letter_queue, let_rule_in
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known, seconds
from batch_constructs.job_definitions.base import arn_of, consumed_by, name_and_revisions
from batch_constructs.submissions.attributes import has_event_attributes
from batch_constructs.submissions.request import SubmitJobRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from aws_cdk.interfaces.aws_events import IEventBusRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.submissions.overrides import ContainerOverrides

__all__ = ["EventTriggeredJob"]

# EventBridge reads this as a variable of the template; its own variables always exist.
_VARIABLE = re.compile(r"<(?!aws\.events\.)[A-Za-z0-9._-]+>")
# The most variables that an input transformer takes.
_VARIABLES = 100


@checked
class EventTriggeredJob(CheckedConstruct):
    """A job that an EventBridge rule submits for each event of a pattern.

    Its role may submit this definition, in any revision, to this queue, and nothing else. A submission that fails goes
    to a dead-letter queue. It always runs the newest revision, so a new one needs no change here.

    A rule passes no share identifier: a queue with a fair-share policy refuses its jobs.

    Guide: AWS Batch Jobs as CloudWatch Events Targets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        event_pattern: Mapping[str, Any],
        job_queue: IJobQueueRef,
        job_definition: IJobDefinitionRef,
        job_name: str | None = None,
        array_size: Number | None = None,
        parameters: Mapping[str, str] | None = None,
        event_parameters: Mapping[str, str] | None = None,
        container_overrides: ContainerOverrides | None = None,
        retry_strategy: RetryStrategy | None = None,
        event_bus: IEventBusRef | None = None,
        maximum_retry_attempts: Number = 185,
        maximum_event_age: Duration | None = None,
        enabled: bool = True,
    ) -> None:
        """Create the rule, its role and its dead-letter queue.

        Args:
            scope: Where the rule belongs.
            id: Its name in that scope.
            event_pattern: A pattern of EventBridge: ``{"source": ["aws.ecr"], "detail": {…}}``.
            job_queue: The queue to submit to: ours, the L2's, an L1 or an imported one.
            job_definition: The definition to submit: ours, the L2's, an L1 or an imported one.
            job_name: Up to 128 letters, digits, ``-`` and ``_``. By default the construct's id.
            array_size: 2 to 10,000 children. By default it is a single job.
            parameters: Values for the placeholders ``Ref::name`` of the command. The rule fills in its own attributes,
                such as ``<aws.events.rule-name>`` and ``<aws.events.event.ingestion-time>``. By default those of the
                definition.
            event_parameters: Values that come from the event, each given by the path of a string in it:
                ``{"repository": "$.detail.repository-name"}``. At most 100. By default none.
            container_overrides: Changes to the container. By default none.
            retry_strategy: A strategy that replaces the definition's; a rule carries its ``attempts`` only. By default
                that of the definition.
            event_bus: The bus of the events. By default the account's default bus, which gets the events of AWS.
            maximum_retry_attempts: How often a failed submission is retried, 0 to 185; by default 185 times.
            maximum_event_age: How long it is retried, 1 minute to 24 hours; by default 24 hours.
            enabled: Whether the rule is active; by default yes.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.check(
            len(event_pattern) > 0, "event_pattern must name at least one member of the event, got {}"
        )
        age = seconds(maximum_event_age)
        check_delivery(problems, retry_attempts=maximum_retry_attempts, age_seconds=age)
        from_event = dict(event_parameters or {})
        _check_parameters(problems, parameters or {}, from_event)
        check_place(problems, scope, "job_queue", [job_queue])
        check_place(problems, scope, "job_definition", [job_definition])
        check_place(problems, scope, "event_bus", [event_bus])
        with problems:
            request = SubmitJobRequest(
                job_name=id if job_name is None else job_name,
                job_queue="arn:",
                job_definition="definition",
                array_size=array_size,
                parameters=parameters or {},
                container_overrides=container_overrides,
                retry_strategy=retry_strategy,
            )
            request.to_event_target()

        super().__init__(scope, id)
        queue = job_queue.job_queue_ref.job_queue_arn
        definitions = name_and_revisions(arn_of(job_definition))
        self.dead_letter_queue = dead_letter_queue(self)
        self.role = self._role([queue, *definitions], job_definition)
        self.request = replace(request, job_queue=queue, job_definition=definitions[0])
        self.cfn = events.CfnRule(
            self,
            "Resource",
            event_pattern=dict(event_pattern),
            event_bus_name=None if event_bus is None else event_bus.event_bus_ref.event_bus_name,
            state="ENABLED" if enabled else "DISABLED",
            targets=[self._target(from_event, maximum_retry_attempts, age)],
        )
        let_rule_in(
            self.dead_letter_queue,
            action="sqs:SendMessage",
            arn=self.dead_letter_queue.queue_arn,
            rule_arn=self.cfn.attr_arn,
        )
        # If the rule were active before its role has its rights, its first job would go to the dead letters.
        self.cfn.node.add_dependency(self.role.node.find_child("DefaultPolicy"))

    def _target(
        self, from_event: dict[str, str], retries: Number, age: Number | None
    ) -> events.CfnRule.TargetProperty:
        target = self.request.to_event_target()
        batch, given = target["BatchParameters"], target.get("Input", {})
        size, attempts = batch.get("ArrayProperties"), batch.get("RetryStrategy")
        whole, transformer = None, None
        if from_event or has_event_attributes(given):
            variables = {name: f"value{number}" for number, name in enumerate(from_event, start=1)}
            transformer = events.CfnRule.InputTransformerProperty(
                input_paths_map={variables[name]: path for name, path in from_event.items()} or None,
                input_template=self._template(given, variables),
            )
        elif given:
            whole = Stack.of(self).to_json_string(given)
        return events.CfnRule.TargetProperty(
            id="Job",
            arn=target["Arn"],
            role_arn=self.role.role_arn,
            batch_parameters=events.CfnRule.BatchParametersProperty(
                job_name=batch["JobName"],
                job_definition=batch["JobDefinition"],
                array_properties=size and events.CfnRule.BatchArrayPropertiesProperty(size=size["Size"]),
                retry_strategy=attempts
                and events.CfnRule.BatchRetryStrategyProperty(attempts=attempts["Attempts"]),
            ),
            input=whole,
            input_transformer=transformer,
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letter_queue.queue_arn),
            retry_policy=events.CfnRule.RetryPolicyProperty(
                maximum_retry_attempts=retries, maximum_event_age_in_seconds=age
            ),
        )

    def _template(self, given: dict[str, Any], variables: dict[str, str]) -> str:
        text = Stack.of(self).to_json_string
        values = {name: text(value) for name, value in given.get("Parameters", {}).items()}
        # No quotes around a variable: EventBridge adds them, and escapes quotes inside a value.
        values |= {name: f"<{variable}>" for name, variable in variables.items()}
        members = {"Parameters": _object(values)}
        if "ContainerOverrides" in given:
            members["ContainerOverrides"] = text(given["ContainerOverrides"])
        return _object(members)

    def _role(self, resources: list[str], job_definition: IJobDefinitionRef) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            # The condition cannot name the rule, since the rule names the role.
            assumed_by=cdk.guarded_principal(
                "events.amazonaws.com", {"StringEquals": {"aws:SourceAccount": cdk.account()}}
            ),
        )
        resources += consumed_by(job_definition, role)
        role.add_to_policy(iam.PolicyStatement(actions=["batch:SubmitJob"], resources=resources))
        return role


def _object(members: Mapping[str, str]) -> str:
    return f"{{{','.join(f'{json.dumps(name)}:{text}' for name, text in members.items())}}}"


def _check_parameters(
    problems: Problems, parameters: Mapping[str, str], from_event: Mapping[str, str]
) -> None:
    problems.check(
        len(from_event) <= _VARIABLES, f"event_parameters must be at most {_VARIABLES}, got {len(from_event)}"
    )
    for name, path in from_event.items():
        problems.check(
            not known(path) or path.startswith("$."),
            f"event_parameters must hold paths such as $.detail.object.key, got {name}={path!r}",
        )
        problems.check(
            name not in parameters, f"{name} must be in parameters or in event_parameters, got it in both"
        )
    for name, value in parameters.items() if from_event else ():
        problems.check(
            not known(value) or _VARIABLE.search(value) is None,
            f"parameters must have nothing in <> together with event_parameters, got {name}={value!r}",
        )
