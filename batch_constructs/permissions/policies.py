"""The user guide's example policies, one function each, for every partition, Region and account.

``allow_*`` and ``deny_*`` return one statement, ``role.add_to_policy(allow_read())``, or a list of them for
``iam.PolicyDocument(statements=…)``.

Guide: Creating AWS Batch IAM Policies; AWS Batch Identity-Based Policy Examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts import limits, patterns
from batch_constructs.permissions.conditions import BatchConditionKey, Condition, string_condition, up_to
from batch_constructs.permissions.grants import pass_to_sagemaker, pass_to_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IJobQueueRef
    from jsii import Number

    from batch_constructs.permissions.conditions import RegistrationConditions

__all__ = [
    "allow_read",
    "allow_register_job_definition",
    "allow_submit_job",
    "allow_submit_job_with_share_identifier",
    "allow_submit_service_job",
    "deny_register_job_definition_if_all",
    "deny_register_job_definition_if_any",
]


@checked
def allow_read() -> iam.PolicyStatement:
    """Allow viewing everything of AWS Batch, including snapshots of queues, and changing nothing.

    It covers the API. The console also shows networks, roles, images and logs: for people who use it, also attach AWS's
    managed policies.

    Guide: Example Policies (read-only access).
    """
    # Most of these actions have no resource type: IAM accepts only the wildcard.
    return iam.PolicyStatement(actions=["batch:Describe*", "batch:List*", "batch:Get*"], resources=["*"])


@checked
def allow_submit_job(
    *, queue: IJobQueueRef | None = None, definition_prefix: str = ""
) -> iam.PolicyStatement:
    """Allow submitting jobs of some definitions, in any revision, to one queue or to any.

    To name definitions in full, use ``queue.grant_submit_job``.

    Args:
        queue: The only queue: ours, the L2's, an L1 or an imported one. By default any of the account and Region.
        definition_prefix: The prefix of the definitions' names. By default any name.

    Raises:
        ValueError: the prefix has a character that names cannot have.

    Guide: Example Policies (restricting to job definition prefix; to job queue).
    """
    return iam.PolicyStatement(
        actions=["batch:SubmitJob"], resources=[_definitions(definition_prefix), _queue(queue)]
    )


@checked
def allow_submit_job_with_share_identifier(
    *share_identifiers: str, queue: IJobQueueRef | None = None, definition_prefix: str = ""
) -> list[iam.PolicyStatement]:
    """Allow submitting jobs in some shares only, for fair-share queues.

    Use it for queues with a scheduling policy, which refuse jobs without a share identifier.

    Args:
        share_identifiers: At least one; may end in ``*``.
        queue: The only queue. By default any of the account and Region.
        definition_prefix: The prefix of the definitions' names. By default any name.

    Raises:
        ValueError: no share identifier is given or one is malformed, or the prefix has a character that names cannot have.

    Guide: Example Policies (the ``batch:ShareIdentifier`` condition key); Share identifiers (newer than the table of
    contents).
    """
    problems = Problems()
    problems.check(bool(share_identifiers), "at least one share identifier must be given")
    _check_identifiers(problems, share_identifiers)
    problems.raise_if_any()
    key, values = BatchConditionKey.SHARE_IDENTIFIER, share_identifiers
    return [
        # The guide has the key on queue and definition, AWS's list of actions only on the job. So the key must match
        # wherever it exists, and must exist on the job.
        iam.PolicyStatement(
            actions=["batch:SubmitJob"],
            resources=[_definitions(definition_prefix), _queue(queue)],
            conditions=string_condition(key, values, "IfExists"),
        ),
        iam.PolicyStatement(
            actions=["batch:SubmitJob"],
            # A job has no id before it is submitted.
            resources=[cdk.arn("batch", "job/*")],
            conditions=string_condition(key, values),
        ),
    ]


@checked
def allow_submit_service_job(
    *,
    training_roles: Sequence[iam.IRole | iam.Role],
    queue: IJobQueueRef | None = None,
    share_identifiers: Sequence[str] = (),
    maximum_scheduling_priority: Number | None = None,
) -> list[iam.PolicyStatement]:
    """Allow submitting training jobs for SageMaker AI, in some shares or up to some priority only.

    Without limits on share and priority, ``queue.grant_submit_service_job`` is shorter.

    Args:
        training_roles: The roles that payloads may name as ``RoleArn``; at least one.
        queue: The only queue: ours, an L1 or an imported one. By default any of the account and Region.
        share_identifiers: The only shares; may end in ``*``. By default any, and jobs without one.
        maximum_scheduling_priority: The highest priority that a job may have, 0 to 9999. By default any.

    Raises:
        ValueError: no role is given, a share identifier is malformed, or the priority is out of its range.

    Guide: Supported Resource-Level Permissions (``SubmitServiceJob``; newer than the table of contents).
    """
    problems = Problems()
    problems.check(
        bool(training_roles), "at least one training role must be given: a job is handed to SageMaker"
    )
    _check_identifiers(problems, share_identifiers)
    problems.within("maximum_scheduling_priority", maximum_scheduling_priority, limits.SCHEDULING_PRIORITY)
    problems.raise_if_any()
    key, where = BatchConditionKey.SHARE_IDENTIFIER, _queue(queue)
    priority = up_to(maximum_scheduling_priority)
    shares = string_condition(key, share_identifiers) if share_identifiers else {}
    return [
        iam.PolicyStatement(
            actions=["batch:SubmitServiceJob"],
            resources=[where, f"{where}/quota-share/*"],
            conditions=priority or None,
        ),
        iam.PolicyStatement(
            actions=["batch:SubmitServiceJob"],
            # A job has no id before it is submitted; the share is a property of the job.
            resources=[cdk.arn("batch", "service-job/*")],
            conditions={**priority, **shares} or None,
        ),
        pass_to_sagemaker(training_roles),
    ]


def _check_identifiers(problems: Problems, share_identifiers: Sequence[str]) -> None:
    for each in share_identifiers:
        problems.matches("a share identifier", each, patterns.SHARE_IDENTIFIER)


@checked
def allow_register_job_definition(
    conditions: RegistrationConditions | None = None,
    *,
    definition_prefix: str = "",
    roles: Sequence[iam.IRole | iam.Role] = (),
) -> list[iam.PolicyStatement]:
    """Allow registering and deregistering definitions whose containers all meet some conditions.

    Args:
        conditions: The conditions on every container. By default none.
        definition_prefix: The prefix of the definitions' names. By default any name.
        roles: The job and execution roles that the definitions may name. By default none.

    Raises:
        ValueError: the prefix has a character that names cannot have.

    Guide: Example Policies (restricting user, image, privilege, role).
    """
    definitions = _definitions(definition_prefix)
    return [
        _register(iam.Effect.ALLOW, definitions, conditions.together() if conditions else {}),
        iam.PolicyStatement(actions=["batch:DeregisterJobDefinition"], resources=[f"{definitions}:*"]),
        *([pass_to_tasks(roles)] if roles else []),
    ]


@checked
def deny_register_job_definition_if_all(conditions: RegistrationConditions) -> iam.PolicyStatement:
    """Deny registering definitions in which one container matches all of these conditions.

    Args:
        conditions: The conditions that must not hold together.

    Guide: Example Policies (deny action when all condition keys match strings).
    """
    return _register(iam.Effect.DENY, "*", conditions.together())


@checked
def deny_register_job_definition_if_any(conditions: RegistrationConditions) -> list[iam.PolicyStatement]:
    """Deny registering definitions in which one container matches one of these conditions.

    Args:
        conditions: The conditions of which none must hold.

    Guide: Example Policies (deny action when any condition keys match strings).
    """
    # The keys of one statement must all match, so each needs a statement of its own.
    return [_register(iam.Effect.DENY, "*", condition) for condition in conditions.by_key()]


def _register(effect: iam.Effect, definitions: str, conditions: Condition) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        effect=effect,
        actions=["batch:RegisterJobDefinition"],
        resources=[definitions],
        conditions=conditions or None,
    )


def _definitions(prefix: str) -> str:
    """Return the ARN pattern of all definitions with a prefix, including their revisions."""
    problems = Problems()
    if prefix:
        problems.matches("definition_prefix", prefix, patterns.RESOURCE_NAME)
    problems.raise_if_any()
    return cdk.arn("batch", f"job-definition/{prefix}*")


def _queue(queue: IJobQueueRef | None) -> str:
    return cdk.arn("batch", "job-queue/*") if queue is None else queue.job_queue_ref.job_queue_arn
