"""The actions and ARNs of the ``grant_*`` methods of queues and definitions.

Guide: Creating AWS Batch IAM Policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Fn, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from batch_constructs._border import cdk
from batch_constructs._border.tokens import known
from batch_constructs.permissions.conditions import BatchConditionKey, string_condition, up_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk.interfaces import ResourceEnvironment
    from jsii import Number

    from batch_constructs.permissions.conditions import Condition

__all__ = [
    "cancel_and_terminate",
    "check_account",
    "end_service_jobs",
    "open_session",
    "pass_roles",
    "pass_to_sagemaker",
    "pass_to_tasks",
    "place_for",
    "read",
    "read_service_jobs",
    "register",
    "submit_job",
    "submit_service_job",
    "update_service_jobs",
    "use",
]


def submit_job(
    grantee: iam.IGrantable,
    queue_arn: str,
    definitions: Iterable[tuple[str, str]],
    consumed: Sequence[str] = (),
    *,
    tagged: bool = False,
    share_identifiers: Sequence[str] = (),
) -> iam.Grant:
    """Allow submitting jobs of these definitions, each given by the ARNs of its name and its revisions, to this queue.

    The jobs may use these consumable resources, and with ``tagged`` have tags. They must be in one of the shares, if
    any are given.
    """
    named = [queue_arn, *(resource for definition in definitions for resource in definition)]
    if share_identifiers:
        key = BatchConditionKey.SHARE_IDENTIFIER
        # The guide has the key on queue and definition, AWS's list of actions only on the job. So the key must match
        # wherever it exists, and must exist on the job.
        submitted = _grant(
            grantee,
            ["batch:SubmitJob"],
            [*named, *consumed],
            string_condition(key, share_identifiers, "IfExists"),
        ).combine(
            # A job has no id before it is submitted.
            _grant(
                grantee,
                ["batch:SubmitJob"],
                [_next_to(queue_arn, "job/*")],
                string_condition(key, share_identifiers),
            )
        )
    else:
        submitted = _grant(grantee, ["batch:SubmitJob"], [*named, *consumed])
    # AWS Batch requires it on the queue and the definition of a call with tags: wri/gfw-data-api#175.
    return submitted.combine(_grant(grantee, ["batch:TagResource"], named)) if tagged else submitted


def check_account(grantee: iam.IGrantable, env: ResourceEnvironment, method: str) -> None:
    """Raise an error if the grantee is in another account, whose policies cannot give access to the resource alone.

    Args:
        grantee: Who gets the right.
        env: The account and Region of the resource.
        method: The called method.

    Raises:
        ValueError: both accounts are known, and they differ.
    """
    # The CDK's `UnknownPrincipal`, of a function imported without its role, has no account; its grant warns.
    theirs = getattr(grantee.grant_principal, "principal_account", None)
    if theirs is not None and known(theirs) and known(env.account) and theirs != env.account:
        raise ValueError(
            f"{method} needs a grantee of the account {env.account}, since AWS Batch has no policies on its resources that "
            f"could let others in, got one of {theirs}: grant it to a role of {env.account} that {theirs} may assume"
        )


def place_for(grantee: iam.IGrantable, env: ResourceEnvironment) -> ResourceEnvironment | None:
    """Return the account and Region of a resource if they are known and differ from those of the grantee's stack.

    Args:
        grantee: The principal whose policies name the resource.
        env: The account and Region of the resource.
    """
    principal: object = grantee.grant_principal
    # Principals outside the construct tree have no policy of their own.
    if not isinstance(principal, Construct) or not known((env.region, env.account)):
        return None
    stack = Stack.of(principal)
    return None if (stack.account, stack.region) == (env.account, env.region) else env


def use(grantee: iam.IGrantable, consumable_resource_arn: str) -> iam.Grant:
    """Allow submitting jobs that use a consumable resource, in addition to the rights on queue and definition."""
    return _grant(grantee, ["batch:SubmitJob"], [consumable_resource_arn])


def submit_service_job(
    grantee: iam.IGrantable,
    queue_arn: str,
    training_roles: Sequence[iam.IRole | iam.Role],
    *,
    tagged: bool = False,
) -> iam.Grant:
    """Allow submitting service jobs to this queue and its quota shares, with these roles for SageMaker."""
    # A job has no id before it is submitted.
    job = _next_to(queue_arn, "service-job/*")
    resources = [queue_arn, f"{queue_arn}/quota-share/*", job]
    submitted = _grant(grantee, ["batch:SubmitServiceJob"], resources)
    if tagged:
        # SubmitJob was found to require it on the resources of the call; AWS's list of actions has it on the job.
        submitted = submitted.combine(_grant(grantee, ["batch:TagResource"], [queue_arn, job]))
    return submitted.combine(_passed(grantee, pass_to_sagemaker(training_roles)))


def end_service_jobs(grantee: iam.IGrantable, queue_arn: str) -> iam.Grant:
    """Allow viewing and ending service jobs in the account and Region of this queue."""
    ended = _grant(grantee, ["batch:TerminateServiceJob"], [_next_to(queue_arn, "service-job/*")])
    # These actions have no resource type: IAM accepts only the wildcard.
    return ended.combine(_grant(grantee, ["batch:DescribeServiceJob", "batch:ListServiceJobs"], ["*"]))


def read_service_jobs(grantee: iam.IGrantable, queue_arn: str) -> iam.Grant:
    """Allow viewing this queue of service jobs, its quota shares and service jobs."""
    actions = ["batch:GetJobQueueSnapshot", "batch:ListQuotaShares", "batch:ListTagsForResource"]
    shares = _grant(grantee, ["batch:DescribeQuotaShare"], [f"{queue_arn}/quota-share/*"])
    # These actions have no resource type: IAM accepts only the wildcard.
    everything = _grant(
        grantee, ["batch:DescribeJobQueues", "batch:DescribeServiceJob", "batch:ListServiceJobs"], ["*"]
    )
    return _grant(grantee, actions, [queue_arn]).combine(shares).combine(everything)


def update_service_jobs(
    grantee: iam.IGrantable, queue_arn: str, maximum_scheduling_priority: Number | None = None
) -> iam.Grant:
    """Allow changing the priority of service jobs in the account and Region of this queue, up to a maximum."""
    return iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["batch:UpdateServiceJob"],
        resource_arns=[_next_to(queue_arn, "service-job/*")],
        conditions=up_to(maximum_scheduling_priority) or None,
    )


def _next_to(queue_arn: str, resource: str) -> str:
    """Return the ARN of a resource in the account and Region of a queue, which may differ from the stack's."""
    parts = Fn.split(":", queue_arn)
    return f"arn:{cdk.partition()}:batch:{Fn.select(3, parts)}:{Fn.select(4, parts)}:{resource}"


def cancel_and_terminate(grantee: iam.IGrantable, queue_arn: str) -> iam.Grant:
    """Allow ending jobs in the account and Region of this queue."""
    # The ARN of a job does not name its queue, so the grant cannot be limited to the queue.
    return _grant(grantee, ["batch:CancelJob", "batch:TerminateJob"], [_next_to(queue_arn, "job/*")])


def read(grantee: iam.IGrantable, queue_arn: str) -> iam.Grant:
    """Allow viewing this queue and all jobs."""
    own = _grant(grantee, ["batch:GetJobQueueSnapshot", "batch:ListTagsForResource"], [queue_arn])
    # These actions have no resource type: IAM accepts only the wildcard.
    everything = _grant(grantee, ["batch:DescribeJobQueues", "batch:DescribeJobs", "batch:ListJobs"], ["*"])
    return own.combine(everything)


def register(
    grantee: iam.IGrantable, name_and_revisions: tuple[str, str], roles: Sequence[iam.IRole]
) -> iam.Grant:
    """Allow registering revisions of a definition that name these roles, and deregistering them."""
    name, revisions = name_and_revisions
    # A revision has no number before it is registered, and is deregistered by its number.
    made = _grant(grantee, ["batch:RegisterJobDefinition"], [name])
    unmade = _grant(grantee, ["batch:DeregisterJobDefinition"], [revisions])
    both = made.combine(unmade)
    return both.combine(pass_roles(grantee, roles)) if roles else both


def pass_roles(grantee: iam.IGrantable, roles: Sequence[iam.IRole]) -> iam.Grant:
    """Allow naming these roles in a definition."""
    return _passed(grantee, pass_to_tasks(roles))


def pass_to_tasks(roles: Sequence[iam.IRole | iam.Role]) -> iam.PolicyStatement:
    """Allow passing these roles to ECS tasks, as which jobs run, and to nothing else."""
    return _pass_to("ecs-tasks.amazonaws.com", roles)


def pass_to_sagemaker(roles: Sequence[iam.IRole | iam.Role]) -> iam.PolicyStatement:
    """Allow passing these roles to SageMaker, which runs service jobs with them, and to nothing else."""
    return _pass_to("sagemaker.amazonaws.com", roles)


def _pass_to(service: str, roles: Sequence[iam.IRole | iam.Role]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[role.role_arn for role in roles],
        conditions={"StringEquals": {"iam:PassedToService": service}},
    )


def _passed(grantee: iam.IGrantable, statement: iam.PolicyStatement) -> iam.Grant:
    return iam.Grant.add_to_principal(
        grantee=grantee,
        actions=statement.actions,
        resource_arns=statement.resources,
        conditions=statement.conditions,
    )


def open_session(grantee: iam.IGrantable) -> iam.Grant:
    """Allow a job to open the channels of ECS Exec, which runs commands in it."""
    channels = ("ControlChannel", "DataChannel")
    # Channels have no ARN: IAM accepts only the wildcard.
    return _grant(
        grantee, [f"ssmmessages:{verb}{each}" for verb in ("Create", "Open") for each in channels], ["*"]
    )


def _grant(
    grantee: iam.IGrantable,
    actions: list[str],
    resources: list[str],
    conditions: Condition | None = None,
) -> iam.Grant:
    return iam.Grant.add_to_principal(
        grantee=grantee, actions=actions, resource_arns=resources, conditions=conditions
    )
