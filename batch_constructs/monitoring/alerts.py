"""Alerts: a failed job says so, once, in words that help."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns

from batch_constructs import _cfn
from batch_constructs._dead_letters import dead_letter_queue, let_rule_in
from batch_constructs._problems import Problems
from batch_constructs._synth_checks import CheckedConstruct
from batch_constructs._tokens import known
from batch_constructs.facts import events as batch_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from constructs import Construct

__all__ = ["JobFailureAlerts"]

# The message, line by line; <name> stands for a path of the event. A path that an event lacks leaves nothing.
_PATHS = {
    "job": "$.detail.jobName",
    "id": "$.detail.jobId",
    "queue": "$.detail.jobQueue",
    "definition": "$.detail.jobDefinition",
    "reason": "$.detail.statusReason",
    "exitCode": "$.detail.container.exitCode",
    "containerReason": "$.detail.container.reason",
    "logStream": "$.detail.container.logStreamName",
    "time": "$.time",
    "region": "$.region",
}
_LINES = (
    "Job <job> failed at <time>.",
    "Reason: <reason> <containerReason>",
    "Exit code: <exitCode>",
    "Log stream: <logStream>",
    "Job id: <id>",
    "Job queue: <queue>",
    "Job definition: <definition>",
    "Console: https://<region>.console.aws.amazon.com/batch/home?region=<region>#jobs/detail/<id>",
)


class JobFailureAlerts(CheckedConstruct):
    """Mails, or any other subscriber of a topic, hear of every job that failed for good.

    AWS Batch reports ``FAILED`` only after the last attempt. Children of an array are left out: their parent fails
    with them, and 10,000 children would send 10,000 mails. What cannot be delivered goes to a dead-letter queue.

    Guide: Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events; AWS Batch Events.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        job_definitions: Sequence[IJobDefinitionRef] = (),
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        include_array_children: bool = False,
    ) -> None:
        """Create the rule, its dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: Whose jobs to watch: ours, the L2's, an L1 or an imported one. By default all queues of the
                account and Region.
            job_definitions: Whose jobs to watch, in any revision. By default all.
            emails: Who gets a mail. Each must confirm the subscription that AWS sends.
            topic: Where to publish. By default a topic of its own, with a key of its own, since the key of AWS
                lets no EventBridge rule publish. A topic of yours that is encrypted must have such a key, too; an
                imported one must let ``events.amazonaws.com`` publish.
            include_array_children: Whether each failed child of an array job alerts as well; by default no.

        Raises:
            ValueError: an address is no email address, or is given twice.
        """
        problems = Problems()
        for address in emails:
            problems.check(
                not known(address) or address.count("@") == 1,
                f"emails must hold addresses such as ops@example.com, got {address!r}",
            )
        problems.check(
            len(set(emails)) == len(emails), "emails must be different ones, got one of them twice"
        )
        problems.raise_if_any()

        super().__init__(scope, id)
        self.key = None if topic is not None else self._own_key()
        self.topic = topic or sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        self.dead_letter_queue = dead_letter_queue(self)
        # Each is asked for once: an attribute of a resource is a round trip to Node.
        topic_arn, dead_letter_arn = self.topic.topic_arn, self.dead_letter_queue.queue_arn
        self.rule = events.CfnRule(
            self,
            "Resource",
            description="Jobs of AWS Batch that failed for good",
            event_pattern=_pattern(
                job_queues, job_definitions, include_array_children=include_array_children
            ),
            targets=[
                events.CfnRule.TargetProperty(
                    id="Topic",
                    arn=topic_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map=_PATHS,
                        # Each line is a JSON string of its own: that is how EventBridge makes a text of many lines.
                        input_template="\n".join(json.dumps(line) for line in _LINES),
                    ),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letter_arn),
                )
            ],
        )
        rule_arn = self.rule.attr_arn
        let_rule_in(self.topic, action="sns:Publish", arn=topic_arn, rule_arn=rule_arn)
        let_rule_in(self.dead_letter_queue, action="sqs:SendMessage", arn=dead_letter_arn, rule_arn=rule_arn)
        for number, address in enumerate(emails, start=1):
            sns.CfnSubscription(
                self, f"Email{number}", topic_arn=topic_arn, protocol="email", endpoint=address
            )

    def _own_key(self) -> kms.Key:
        key = kms.Key(
            self, "Key", enable_key_rotation=True, description="Alerts about failed jobs of AWS Batch"
        )
        # The key's policy cannot name the rule: the rule names the topic, and the topic names the key.
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[_cfn.service_principal("events.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": _cfn.account()}},
            )
        )
        return key


def _pattern(
    job_queues: Sequence[IJobQueueRef],
    job_definitions: Sequence[IJobDefinitionRef],
    *,
    include_array_children: bool,
) -> dict[str, object]:
    detail: dict[str, object] = {"status": ["FAILED"]}
    if not include_array_children:
        # Only a child has an index; its parent has a size, and other jobs have neither.
        detail["arrayProperties"] = {"index": [{"exists": False}]}
    if job_queues:
        detail["jobQueue"] = [queue.job_queue_ref.job_queue_arn for queue in job_queues]
    if job_definitions:
        detail["jobDefinition"] = [pattern for each in job_definitions for pattern in _any_revision(each)]
    return {"source": [batch_events.SOURCE], "detail-type": [batch_events.JOB_STATE_CHANGE], "detail": detail}


def _any_revision(job_definition: IJobDefinitionRef) -> list[object]:
    from batch_constructs.job_definitions.base import name_and_revisions  # noqa: PLC0415 - few filter so

    name, _ = name_and_revisions(job_definition.job_definition_ref.job_definition_arn)
    return [{"prefix": f"{name}:"}]
