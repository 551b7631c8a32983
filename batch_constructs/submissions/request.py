"""A job as it is submitted: one value, checked when born, for every way into a queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs._arguments import checked
from batch_constructs._problems import Problems
from batch_constructs._tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import ArrayDependency
from batch_constructs.submissions.command_line import aws_cli_line
from batch_constructs.submissions.members import (
    consumed_members,
    container_members,
    given,
    node_members,
    pod_members,
    task_members,
)
from batch_constructs.submissions.overrides import check_consumed, check_one_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from jsii import Number

    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.submissions.overrides import (
        ContainerOverrides,
        EksPodOverrides,
        NodeOverrides,
        TaskContainerOverrides,
    )

__all__ = ["JobDependency", "SubmitJobRequest"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class JobDependency:
    """What must have succeeded before a job starts.

    Guide: Job Dependencies.

    Attributes:
        job_id: The other job. By default none, which only ``SEQUENTIAL`` takes.
        type: ``N_TO_N``: each child waits for the child of the other array with its index. ``SEQUENTIAL``: the
            children of this array run one after the other. By default the whole other job is waited for.

    Raises:
        ValueError: id and type do not go together.
    """

    job_id: str | None = None
    type: ArrayDependency | None = None

    def __post_init__(self) -> None:
        alone = self.type is ArrayDependency.SEQUENTIAL
        if alone and self.job_id is not None:
            raise ValueError(
                f"a SEQUENTIAL dependency is among the job's own children, got job_id={self.job_id!r}"
            )
        if not alone and self.job_id is None:
            raise ValueError(f"a dependency needs a job_id unless it is SEQUENTIAL, got type={self.type}")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitJobRequest:
    """A job as ``SubmitJob`` takes it.

    It holds names or ARNs, tokens included, and no construct: it can be kept, compared, and handed to boto3.

    Guide: Submitting a Job; Array Jobs; AWS Batch Jobs as CloudWatch Events Targets.

    Attributes:
        job_name: Up to 128 letters, digits, ``-`` and ``_``, beginning with a letter or digit.
        job_queue: Name or ARN.
        job_definition: Name, ``name:revision`` or ARN. Without a revision the newest one runs.
        array_size: 2 to 10,000 children. By default it is a single job.
        depends_on: At most 20 dependencies. By default it waits for no job.
        parameters: Values for the ``Ref::name`` of the definition's command. By default those of the definition.
        container_overrides: What changes in the container. By default nothing.
        ecs_properties_override: What changes in which of several containers on ECS. By default nothing.
        eks_properties_override: What changes in the pod on Amazon EKS. By default nothing.
        node_overrides: What changes in a multi-node parallel job. By default nothing.
        consumes: How much of which consumable resources it holds, by name or ARN, at least 1 of each. By default as
            the definition says.
        retry_strategy: In place of the definition's. By default the definition's counts.
        timeout_seconds: In place of the definition's, at least 60 seconds. By default the definition's counts.
        share_identifier: Whose share pays, up to 255 characters. Needed if, and only if, the queue has a fair-share policy; by default none.
        scheduling_priority_override: 0 to 9999, in place of the definition's. By default the definition's counts.
        propagate_tags: Whether tags reach the ECS task. By default as the definition says.
        tags: At most 50 tags of the job. By default none.

    Raises:
        ValueError: a limit is broken; all contradictions in one message.
    """

    job_name: str
    job_queue: str
    job_definition: str
    array_size: Number | None = None
    depends_on: Sequence[JobDependency] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    container_overrides: ContainerOverrides | None = None
    ecs_properties_override: Sequence[TaskContainerOverrides] = ()
    eks_properties_override: EksPodOverrides | None = None
    node_overrides: NodeOverrides | None = None
    consumes: Mapping[str, Number] = field(default_factory=dict)
    retry_strategy: RetryStrategy | None = None
    timeout_seconds: Number | None = None
    share_identifier: str | None = None
    scheduling_priority_override: Number | None = None
    propagate_tags: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        problems.matches("job_name", self.job_name, patterns.JOB_NAME)
        problems.check(self.job_queue != "", "job_queue must be a name or an ARN, got an empty string")
        problems.check(
            self.job_definition != "", "job_definition must be a name or an ARN, got an empty string"
        )
        problems.matches("share_identifier", self.share_identifier, patterns.SHARE_IDENTIFIER_LOOSE)
        problems.within("array_size", self.array_size, limits.ARRAY_SIZE)
        problems.within("the length of depends_on", len(self.depends_on), limits.DEPENDENCIES)
        problems.within("timeout_seconds", self.timeout_seconds, limits.ATTEMPT_DURATION_SECONDS)
        problems.within(
            "scheduling_priority_override", self.scheduling_priority_override, limits.SCHEDULING_PRIORITY
        )
        problems.tags("tags", self.tags)
        kinds = {dependency.type for dependency in self.depends_on if dependency.type is not None}
        problems.check(
            not kinds or self.array_size is not None,
            f"only an array job can have a dependency of type {', '.join(sorted(kinds))}: give array_size",
        )
        check_one_kind(problems, self, *(["node_overrides"] if self.node_overrides is not None else []))
        check_consumed(problems, self.consumes)
        problems.check(
            not self.propagate_tags or self.eks_properties_override is None,
            "propagate_tags is for jobs on ECS, got it with eks_properties_override: leave it out",
        )
        problems.raise_if_any()

    def to_boto3(self) -> dict[str, Any]:
        """The arguments of ``boto3.client("batch").submit_job(**arguments)``."""
        retry = self.retry_strategy
        return {
            "jobName": self.job_name,
            "jobQueue": self.job_queue,
            "jobDefinition": self.job_definition,
            **given(
                arrayProperties=None if self.array_size is None else {"size": self.array_size},
                dependsOn=[
                    given(jobId=each.job_id, type=each.type and each.type.value) for each in self.depends_on
                ],
                parameters=dict(self.parameters),
                containerOverrides=container_members(self.container_overrides),
                ecsPropertiesOverride=task_members(self.ecs_properties_override),
                eksPropertiesOverride=pod_members(self.eks_properties_override),
                nodeOverrides=node_members(self.node_overrides),
                consumableResourcePropertiesOverride=consumed_members(self.consumes),
                retryStrategy=None if retry is None else _retry(retry),
                timeout=None
                if self.timeout_seconds is None
                else {"attemptDurationSeconds": self.timeout_seconds},
                shareIdentifier=self.share_identifier,
                schedulingPriorityOverride=self.scheduling_priority_override,
                propagateTags=self.propagate_tags,
                tags=dict(self.tags),
            ),
        }

    def to_aws_cli(self, *, region: str | None = None) -> str:
        """Return the command ``aws batch submit-job …``, to be pasted into a shell.

        Args:
            region: Where to submit. By default wherever the shell's configuration says.
        """
        return aws_cli_line("submit-job", self.to_boto3(), region=region)

    def to_scheduler_input(self) -> dict[str, Any]:
        """The input of an EventBridge Scheduler target ``aws-sdk:batch:submitJob``, before it becomes JSON."""
        found: dict[str, Any] = _capitalised(self.to_boto3())
        return found

    def to_step_functions_state(self, *, wait: bool = True, partition: str = "aws") -> dict[str, Any]:
        """A ``Task`` state that submits the job.

        Args:
            wait: Whether the state goes on only when the job has ended; by default yes.
            partition: ``aws``, ``aws-cn``…, or a token. By default ``aws``.
        """
        resource = f"arn:{partition}:states:::batch:submitJob{'.sync' if wait else ''}"
        return {"Type": "Task", "Resource": resource, "Parameters": _capitalised(self.to_boto3())}

    def to_event_target(self) -> dict[str, Any]:
        """The members of an EventBridge rule's target: ``Arn``, ``BatchParameters``, and ``Input`` if there is any.

        ``Input`` is given before it becomes JSON. Who may submit (``RoleArn``) is left to the caller.

        Raises:
            ValueError: the request holds what such a target cannot carry, or names its queue without an ARN.
        """
        problems = Problems()
        problems.check(
            not known(self.job_queue) or self.job_queue.startswith("arn:"),
            f"an EventBridge rule needs the ARN of the job queue, got {self.job_queue!r}",
        )
        members = self._carried_by("EventBridge rule", _RULE_PARAMETERS | _RULE_INPUT, problems)
        return {
            "Arn": self.job_queue,
            "BatchParameters": {name: each for name, each in members.items() if name in _RULE_PARAMETERS},
            **given(Input={name: each for name, each in members.items() if name in _RULE_INPUT}),
        }

    def to_pipe_parameters(self) -> dict[str, Any]:
        """The ``BatchJobParameters`` of an EventBridge pipe, whose target is the ARN of the queue.

        Raises:
            ValueError: the request holds what a pipe cannot carry.
        """
        return self._carried_by(
            "EventBridge pipe", _RULE_PARAMETERS | _RULE_INPUT | {"DependsOn"}, Problems()
        )

    def _carried_by(self, carrier: str, carried: Collection[str], problems: Problems) -> dict[str, Any]:
        members: dict[str, Any] = _capitalised(self.to_boto3())
        del members["JobQueue"]
        left = [_SPELT_HERE[name] for name in members if name not in carried]
        if len(members.get("RetryStrategy", {})) > 1:
            left.append("evaluate_on_exit of retry_strategy")
        problems.check(
            not left,
            f"an {carrier} cannot carry {', '.join(left)}: put it into the job definition or leave it out",
        )
        problems.raise_if_any()
        return members


# What goes into a rule's BatchParameters, and what only its input can carry.
_RULE_PARAMETERS = {"JobName", "JobDefinition", "ArrayProperties", "RetryStrategy"}
_RULE_INPUT = {"Parameters", "ContainerOverrides"}
_SPELT_HERE = {
    "EcsPropertiesOverride": "ecs_properties_override",
    "EksPropertiesOverride": "eks_properties_override",
    "NodeOverrides": "node_overrides",
    "ConsumableResourcePropertiesOverride": "consumes",
    "DependsOn": "depends_on",
    "Timeout": "timeout_seconds",
    "ShareIdentifier": "share_identifier",
    "SchedulingPriorityOverride": "scheduling_priority_override",
    "PropagateTags": "propagate_tags",
    "Tags": "tags",
}

# Maps of the user's, whose keys are nobody's to change.
_OWN_KEYS = {"parameters", "tags", "labels", "annotations", "requests", "limits"}


def _capitalised(value: Any, key: str = "") -> Any:
    """Members as Scheduler and Step Functions spell them: ``JobName`` for ``jobName``."""
    if isinstance(value, dict):
        return {
            name if key in _OWN_KEYS else name[0].upper() + name[1:]: _capitalised(each, name)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_capitalised(each) for each in value]
    return value


def _retry(strategy: RetryStrategy) -> dict[str, Any]:
    rules = [
        given(
            action=rule.action.value,
            onExitCode=rule.on_exit_code,
            onReason=rule.on_reason,
            onStatusReason=rule.on_status_reason,
        )
        for rule in strategy.evaluate_on_exit
    ]
    return {"attempts": strategy.attempts, **given(evaluateOnExit=rules)}
