"""Metrics that AWS does not publish: of definitions, environments and lost hosts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.dead_letters import dead_letter_queue, let_rule_in
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.facts import events as facts
from batch_constructs.facts.metrics import OWN_NAMESPACE
from batch_constructs.facts.vocabulary import JobStatus
from batch_constructs.job_queues.metrics import metric
from batch_constructs.monitoring.event_patterns import ApiCallPattern
from batch_constructs.monitoring.job_pattern import JobPattern
from batch_constructs.monitoring.pattern_base import arns
from batch_constructs.monitoring.queue_metrics import (
    ComputeEnvironmentMetrics,
    JobDefinitionMetrics,
    JobQueueMetrics,
    definition_name,
    environment_name,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobDefinitionRef, IJobQueueRef
    from constructs import Construct

__all__ = ["JobMetrics"]

_CODE = Path(__file__).with_name("functions") / "job_metrics.py"
# The limit of DescribeComputeEnvironments for names.
_ENVIRONMENTS = 100
# A function's variables have 4 KB, and a definition's name has up to 128 characters.
_DEFINITIONS = 30
# These states are enough for lost hosts and for the reasons of failures.
_ALWAYS = (JobStatus.RUNNABLE, JobStatus.SUCCEEDED, JobStatus.FAILED)
_BY_DEFINITION = (JobStatus.PENDING, JobStatus.STARTING, JobStatus.RUNNING)


@checked
class JobMetrics(CheckedConstruct):
    """Metrics that AWS does not publish: lost Spot hosts, definitions, the size of environments, and why jobs failed.

    AWS Batch publishes metrics of the jobs of a queue and their times: see `JobQueueMetrics`. For the rest, a function
    of some 200 lines receives the events and writes a log line for each. CloudWatch makes metrics of these lines, and
    queries find reasons in them. With `compute_environments` it also asks for their size once a minute.

    Costs, at the prices of us-east-1 in 2026: a million jobs without retries need 3 million invocations of some
    milliseconds, about 1 USD, and about 1 GB of log, 0.50 USD; twice that for jobs of `job_definitions`. Each custom metric
    costs 0.30 USD a month while it has data: one for each queue with lost hosts, up to five for each environment, up to
    eleven for each of `job_definitions`.

    Children of arrays count, their parent does not; a multi-node job counts once. EventBridge sometimes delivers an
    event twice: an instance of the function counts an event once.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents); AWS Batch Events.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        compute_environments: Sequence[IComputeEnvironmentRef] = (),
        job_definitions: Sequence[IJobDefinitionRef] = (),
        count_submissions: bool = False,
        include_instances: bool = False,
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
    ) -> None:
        """Create the function, its role, its log group, its dead-letter queue, and the rules that call it.

        Args:
            scope: Where it belongs.
            id: Its name in that scope.
            job_queues: Queues whose jobs are counted; any kind of construct. By default all of the account and Region.
            compute_environments: Environments whose size is read each minute, at most 100. By default none.
            job_definitions: Definitions that get metrics of their own, over all revisions, at most 30. By default none:
                queries still show which definitions fail most.
            count_submissions: Whether to count submissions of `job_definitions`; by default no. It needs a trail in the account,
                such as `BatchApiTrail`, because AWS Batch sends no event about submissions.
            include_instances: Whether to record the types and zones of the environments' instances, so that
                queries find where jobs ran; by default no. It costs an invocation whenever an instance has no job.
            log_retention: How long log lines are kept; queries go as far back. By default one month.

        Raises:
            ValueError: too many environments or definitions, or submissions of no definition.
        """
        problems = Problems()
        problems.check(
            len(compute_environments) <= _ENVIRONMENTS,
            f"compute_environments must be at most {_ENVIRONMENTS}, got {len(compute_environments)}: "
            "make another JobMetrics",
        )
        problems.check(
            len(job_definitions) <= _DEFINITIONS,
            f"job_definitions must be at most {_DEFINITIONS}, got {len(job_definitions)}: make another JobMetrics",
        )
        problems.check(
            bool(job_definitions) or not count_submissions,
            "count_submissions counts those of job_definitions: name at least one",
        )
        check_place(problems, scope, "job_queues", job_queues)
        check_place(problems, scope, "compute_environments", compute_environments)
        check_place(problems, scope, "job_definitions", job_definitions)
        problems.raise_if_any()
        super().__init__(scope, id)
        self.include_instances = include_instances
        self.log_group = logs.LogGroup(self, "LogGroup", retention=log_retention)
        self.dead_letter_queue = dead_letter_queue(self)
        self._dead_letter_arn = self.dead_letter_queue.queue_arn
        self.role = self._role(asks=bool(compute_environments))
        self.function = self._function([definition_name(each) for each in job_definitions])
        self.rule = self._call("Jobs", pattern=_jobs(job_queues))
        if job_definitions:
            pattern = JobPattern(
                statuses=_BY_DEFINITION, job_queues=job_queues, job_definitions=job_definitions
            )
            self._call("Definitions", pattern=pattern.to_dict())
        if count_submissions:
            self._call("Submissions", pattern=ApiCallPattern(event_names=["SubmitJob"]).to_dict())
        if include_instances:
            self._call("Instances", pattern=_idle_instances())
        if compute_environments:
            names = [environment_name(each) for each in compute_environments]
            question = Stack.of(self).to_json_string({"kind": "environments", "names": names})
            self._call("Environments", schedule="rate(1 minute)", question=question)

    def of_queue(self, job_queue: IJobQueueRef) -> JobQueueMetrics:
        """Return the metrics of a queue.

        Args:
            job_queue: One of the queues; any kind of construct.
        """
        return JobQueueMetrics(job_queue)

    def of_definition(self, job_definition: IJobDefinitionRef) -> JobDefinitionMetrics:
        """Return the metrics of a definition, over all revisions.

        Args:
            job_definition: One of ``job_definitions``; any kind of construct.
        """
        return JobDefinitionMetrics(job_definition)

    def of_environment(self, compute_environment: IComputeEnvironmentRef) -> ComputeEnvironmentMetrics:
        """Return the metrics of an environment.

        Args:
            compute_environment: One of ``compute_environments``; any kind of construct.
        """
        return ComputeEnvironmentMetrics(compute_environment)

    def metric_undelivered(self) -> cloudwatch.Metric:
        """Return the number of events in the dead-letter queue: if there are any, metrics have gaps."""
        return metric(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": self.dead_letter_queue.queue_name},
            statistic="Maximum",
            period=None,
        )

    def _function(self, definitions: Sequence[str]) -> lambda_.CfnFunction:
        function = lambda_.CfnFunction(
            self,
            "Resource",
            description="Metrics of AWS Batch: events to the embedded metric format",
            runtime="python3.14",
            architectures=["arm64"],
            handler="index.handler",
            # CloudFormation zips inline code of up to 4 MB: it needs no asset and no bucket, and reviewers see the code.
            code=lambda_.CfnFunction.CodeProperty(zip_file=_CODE.read_text(encoding="utf-8")),
            role=self.role.role_arn,
            # More memory means more CPU: importing boto3 takes 1.5 seconds with 128 MB.
            memory_size=256,
            timeout=15,
            environment=lambda_.CfnFunction.EnvironmentProperty(
                variables={"NAMESPACE": OWN_NAMESPACE, "DEFINITIONS": ",".join(definitions)}
            ),
            # Without START, END and REPORT lines, which are longer than the function's own lines.
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(
                log_group=self.log_group.log_group_name, log_format="JSON", system_log_level="WARN"
            ),
        )
        # The first event must not find a role without its policy.
        function.node.add_dependency(self.role.node.find_child("DefaultPolicy"))
        lambda_.CfnEventInvokeConfig(
            self,
            "Failures",
            function_name=function.ref,
            qualifier="$LATEST",
            maximum_retry_attempts=2,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=self._dead_letter_arn)
            ),
        )
        return function

    def _role(self, *, asks: bool) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=cdk.service_principal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        role.add_to_policy(
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self._dead_letter_arn])
        )
        if asks:
            # IAM has no resource type for this action.
            role.add_to_policy(
                iam.PolicyStatement(actions=["batch:DescribeComputeEnvironments"], resources=["*"])
            )
        return role

    def _call(
        self, id: str, *, pattern: object = None, schedule: str | None = None, question: str | None = None
    ) -> events.CfnRule:
        rule = events.CfnRule(
            self,
            id,
            description="Metrics of AWS Batch",
            event_pattern=pattern,
            schedule_expression=schedule,
            targets=[
                events.CfnRule.TargetProperty(
                    id="Function",
                    arn=self.function.attr_arn,
                    input=question,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self._dead_letter_arn),
                )
            ],
        )
        rule_arn = rule.attr_arn
        lambda_.CfnPermission(
            self,
            f"{id}Permission",
            action="lambda:InvokeFunction",
            function_name=self.function.attr_arn,
            principal="events.amazonaws.com",
            source_arn=rule_arn,
        )
        let_rule_in(
            self.dead_letter_queue, action="sqs:SendMessage", arn=self._dead_letter_arn, rule_arn=rule_arn
        )
        return rule


def _jobs(job_queues: Sequence[IJobQueueRef]) -> dict[str, Any]:
    detail: dict[str, object] = {"status": [status.value for status in _ALWAYS]}
    if job_queues:
        detail["jobQueue"] = list(arns(job_queues))
    kinds = [facts.JOB_STATE_CHANGE, facts.SERVICE_JOB_STATE_CHANGE]
    return {"source": [facts.SOURCE], "detail-type": kinds, "detail": detail}


def _idle_instances() -> dict[str, Any]:
    # Only instances without jobs, which each is when it joins and leaves: not each start and end of a job.
    detail = {
        "clusterArn": [{"wildcard": each} for each in facts.CLUSTERS],
        "runningTasksCount": [0],
        "pendingTasksCount": [0],
    }
    return {"source": [facts.ECS_SOURCE], "detail-type": [facts.CONTAINER_INSTANCE], "detail": detail}
