"""The request for a job: one value, checked when created, for every way to submit it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given, members
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.consumables import consumed_members
from batch_constructs.submissions.attributes import check_attributes, check_known_now
from batch_constructs.submissions.command_line import aws_cli_line
from batch_constructs.submissions.members import (
    RULE_INPUT,
    RULE_PARAMETERS,
    SPELT_HERE,
    capitalised,
    check_size,
)
from batch_constructs.submissions.overrides import check_consumed, check_one_kind, task_members
from batch_constructs.submissions.places import (
    check_place,
    definition_text,
    queue_text,
    runs_one_container,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from jsii import Number

    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.submissions.dependencies import JobDependency
    from batch_constructs.submissions.overrides import (
        ContainerOverrides,
        EksPodOverrides,
        NodeOverrides,
        TaskContainerOverrides,
    )

__all__ = ["SubmitJobRequest"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitJobRequest:
    """A job as ``SubmitJob`` takes it.

    With names or ARNs it can be kept, compared, and given to boto3. Inside an app it takes the queue and the
    definition themselves, for chains, schedules and rules, and then runs the newest revision.

    Attributes:
        job_name: Up to 128 letters, digits, ``-`` and ``_``, beginning with a letter or digit.
        job_queue: Name or ARN, or inside an app a queue: ours, the L2's, an L1 or an imported one.
        job_definition: Name, ``name:revision`` or ARN, or inside an app a definition. Without a revision the newest one
            runs.
        array_size: 2 to 10,000 children. By default it is a single job.
        depends_on: At most 20 dependencies. By default none.
        parameters: Values for the placeholders ``Ref::name`` of the command. By default those of the definition.
        container_overrides: Changes to the container. By default none.
        ecs_properties_override: Changes to several containers on ECS, by name. By default none.
        eks_properties_override: Changes to the pod on Amazon EKS. By default none.
        node_overrides: Changes to a multi-node parallel job. By default none.
        consumes: The consumable resources that it uses, by name or ARN, with the quantity of each, at least 1. By
            default as in the definition.
        retry_strategy: A strategy that replaces the definition's. By default that of the definition.
        timeout_seconds: A timeout that replaces the definition's, at least 60 seconds. By default that of the
            definition.
        share_identifier: The fair share that the job uses, up to 255 characters. Required if the queue has a fair-share
            policy, else not allowed; by default none.
        scheduling_priority_override: A priority that replaces the definition's, 0 to 9999. By default that of the
            definition.
        propagate_tags: Whether tags reach the ECS task. By default as in the definition.
        tags: At most 50 tags of the job. Submitting with tags also needs ``batch:TagResource``:
            ``queue.grant_submit_job(who, job, tagged=True)``. By default none.

    Raises:
        ValueError: a limit is broken; all contradictions in one message.

    Guide: Submitting a Job; Array Jobs; AWS Batch Jobs as CloudWatch Events Targets.
    """

    job_name: str
    job_queue: str | IJobQueueRef
    job_definition: str | IJobDefinitionRef
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
        check_place(problems, "job_queue", self.job_queue)
        check_place(problems, "job_definition", self.job_definition)
        problems.matches("share_identifier", self.share_identifier, patterns.SHARE_IDENTIFIER)
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
        check_size(problems, members(self.container_overrides))
        check_one_kind(problems, self, *(["node_overrides"] if self.node_overrides is not None else []))
        check_consumed(problems, self.consumes)
        problems.check(
            not self.propagate_tags or self.eks_properties_override is None,
            "propagate_tags is for jobs on ECS, got it with eks_properties_override: leave it out",
        )
        problems.raise_if_any()

    def to_boto3(self) -> dict[str, Any]:
        """Return the arguments of ``boto3.client("batch").submit_job(**arguments)``.

        Raises:
            ValueError: the request has a construct or another value that exists only after a deploy, or an attribute
                that only EventBridge fills in.
        """
        problems, members = Problems(), self.members()
        check_known_now(problems, members)
        check_attributes(problems, members, carrier="boto3")
        problems.raise_if_any()
        return members

    def members(self) -> dict[str, Any]:
        """Return the members of ``SubmitJob``, with tokens for values that exist only after a deploy."""
        return {
            "jobName": self.job_name,
            "jobQueue": queue_text(self.job_queue),
            "jobDefinition": definition_text(self.job_definition),
            **given(
                arrayProperties=given(size=self.array_size),
                dependsOn=self.depends_on,
                parameters=self.parameters,
                containerOverrides=self.container_overrides,
                ecsPropertiesOverride=task_members(self.ecs_properties_override),
                eksPropertiesOverride=self.eks_properties_override,
                nodeOverrides=self.node_overrides,
                consumableResourcePropertiesOverride=consumed_members(self.consumes),
                retryStrategy=self.retry_strategy,
                timeout=given(attemptDurationSeconds=self.timeout_seconds),
                shareIdentifier=self.share_identifier,
                schedulingPriorityOverride=self.scheduling_priority_override,
                propagateTags=self.propagate_tags,
                tags=self.tags,
            ),
        }

    def to_aws_cli(self, *, region: str | None = None) -> str:
        """Return the command ``aws batch submit-job …``, to be pasted into a shell.

        Args:
            region: The Region to submit in. By default that of the shell's configuration.

        Raises:
            ValueError: the request has an attribute that only EventBridge or Step Functions fills in.
        """
        problems, members = Problems(), self.members()
        check_attributes(problems, members, carrier="the AWS CLI")
        problems.raise_if_any()
        return aws_cli_line("submit-job", members, region=region)

    def to_scheduler_input(self) -> dict[str, Any]:
        """Return the input of an EventBridge Scheduler target ``aws-sdk:batch:submitJob``, before it becomes JSON.

        Raises:
            ValueError: the request has an attribute that EventBridge Scheduler does not fill in.
        """
        problems, members = Problems(), self.members()
        check_attributes(problems, members, carrier="EventBridge Scheduler", service="scheduler")
        problems.raise_if_any()
        found: dict[str, Any] = capitalised(members)
        return found

    def to_step_functions_state(self, *, wait: bool = True, partition: str = "aws") -> dict[str, Any]:
        """Return a ``Task`` state that submits the job.

        Args:
            wait: Whether the state waits for the end of the job; by default yes.
            partition: ``aws``, ``aws-cn``…, or a token. By default ``aws``.

        Raises:
            ValueError: the request has an attribute that only EventBridge fills in, or it would wait for a job with
                several containers, pods or nodes. To such a job Step Functions adds container overrides, which AWS
                Batch refuses; a `JobChainStateMachine` waits for it in another way.
        """
        problems, members = Problems(), self.members()
        check_attributes(problems, members, carrier="Step Functions", paths=True)
        single = self.runs_one_container
        problems.check(
            not wait or single is not False,
            "wait must be False for a job with several containers, pods or nodes, since Step Functions adds container "
            "overrides to jobs that it awaits, got True: take a JobChainStateMachine with wait=True, which asks "
            "AWS Batch for the job's end",
        )
        problems.raise_if_any()
        integration = "aws-sdk:batch" if single is False else "batch"
        resource = f"arn:{partition}:states:::{integration}:submitJob{'.sync' if wait else ''}"
        return {"Type": "Task", "Resource": resource, "Parameters": capitalised(members)}

    @property
    def runs_one_container(self) -> bool | None:
        """Return whether the job is one container on one host; ``None`` if the definition's name does not show it."""
        other = self.ecs_properties_override or self.eks_properties_override or self.node_overrides
        return False if other else runs_one_container(self.job_definition)

    def to_event_target(self) -> dict[str, Any]:
        """Return the members of an EventBridge rule's target: ``Arn``, ``BatchParameters`` and, if needed, ``Input``.

        ``Input`` is returned before it becomes JSON. The caller adds the role that may submit (``RoleArn``).

        Raises:
            ValueError: the request has a member that such a target cannot carry, an attribute of EventBridge Scheduler,
                or a queue by name. Attributes such as ``<aws.events.rule-name>`` need an input template around
                ``Input``.
        """
        problems, queue = Problems(), queue_text(self.job_queue)
        problems.check(
            not known(queue) or queue.startswith("arn:"),
            f"an EventBridge rule needs the ARN of the job queue, got {queue!r}",
        )
        members = self._carried_by("EventBridge rule", RULE_PARAMETERS | RULE_INPUT, problems)
        return {
            "Arn": queue,
            "BatchParameters": {name: each for name, each in members.items() if name in RULE_PARAMETERS},
            **given(Input={name: each for name, each in members.items() if name in RULE_INPUT}),
        }

    def to_pipe_parameters(self) -> dict[str, Any]:
        """Return the ``BatchJobParameters`` of an EventBridge pipe, whose target is the ARN of the queue.

        Raises:
            ValueError: the request has a member that a pipe cannot carry.
        """
        return self._carried_by("EventBridge pipe", RULE_PARAMETERS | RULE_INPUT | {"DependsOn"}, Problems())

    def _carried_by(self, carrier: str, carried: Collection[str], problems: Problems) -> dict[str, Any]:
        members: dict[str, Any] = capitalised(self.members())
        del members["JobQueue"]
        check_attributes(
            problems, members, carrier=f"an {carrier}", service="events" if "rule" in carrier else None
        )
        left = [SPELT_HERE[name] for name in members if name not in carried]
        if len(members.get("RetryStrategy", {})) > 1:
            left.append("evaluate_on_exit of retry_strategy")
        problems.check(
            not left,
            f"an {carrier} cannot carry {', '.join(left)}: put it into the job definition or leave it out",
        )
        problems.raise_if_any()
        return members
