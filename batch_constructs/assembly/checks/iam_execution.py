"""Permissions of execution roles, which a job needs before its container starts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.checks._secrets import need_of, secrets_of, stored, thing_of_secret
from batch_constructs.assembly.checks.job_definitions._parts import containers_of, owners
from batch_constructs.assembly.may import RoleOf, thing_of, things
from batch_constructs.assembly.template import is_one_of
from batch_constructs.facts import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import EcsTask, JobContainer, JobDefinition

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_claim = partial(Claim, who="the execution role")


def _to_fetch(definition: JobDefinition, _: BatchModel) -> Iterator[Claim]:
    for owner in owners(definition):
        if owner.execution_role is not None:
            role = RoleOf(owner.execution_role)
            yield from _to_read_secrets(owner, role)
            if definition.fargate:
                yield from _to_pull(owner, role)


def _to_read_secrets(owner: JobContainer | EcsTask, role: RoleOf) -> Iterator[Claim]:
    for secret in secrets_of(owner):
        need, kept = need_of(secret), stored(secret)
        here = partial(_claim, where=secret, at="ValueFrom", principal=role)
        if need is not None:
            # A secret may have a policy in another stack, a parameter cannot.
            severity = WARNING if need is needs.READ_SECRET else ERROR
            yield here(rights=(Right(need, thing_of_secret(secret), severity),), severity=severity)
        if kept is not None and kept.key is not None:
            yield here(rights=(Right(needs.DECRYPT_SECRET, thing_of(kept.key)),))


def _to_pull(owner: JobContainer | EcsTask, role: RoleOf) -> Iterator[Claim]:
    for container in containers_of(owner):
        image = things.repository(container.image, container.home.stack)
        if image is not None:
            # A repository may have a policy that lets the role in.
            rights = (Right(needs.LOG_IN_TO_ECR), Right(needs.PULL, image, WARNING))
            yield _claim(where=owner, at="ExecutionRoleArn", principal=role, rights=rights)


@rule(
    "IAM-07",
    severity=ERROR,
    remedy="allow the execution role the action on the secret, its key or the repository, or attach its managed policy",
    prevents="jobs that fail with ResourceInitializationError",
    asks=asked(_to_fetch),
)
def execution_role_may_fetch(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """An execution role must be allowed to read and decrypt the job's secrets, and on Fargate to pull from Amazon ECR."""
    yield from unmet(_to_fetch(definition, batch), batch)


def _to_log(definition: JobDefinition, _: BatchModel) -> Iterator[Claim]:
    for owner in owners(definition) if definition.fargate else ():
        for container in containers_of(owner):
            configuration = container.log_configuration
            if owner.execution_role is not None and is_one_of(configuration.log_driver, None, "AWSLOGS"):
                role, group = RoleOf(owner.execution_role), things.log_group(configuration)
                rights = (Right(needs.WRITE_LOGS, group),)
                yield _claim(where=owner, at="ExecutionRoleArn", principal=role, rights=rights)


@rule(
    "IAM-11",
    chapter="AWS Batch Service IAM Role",
    severity=WARNING,
    remedy="allow the execution role logs:CreateLogStream and logs:PutLogEvents on the log group",
    prevents="jobs on Fargate that fail with ResourceInitializationError: the log stream cannot be created",
    asks=asked(_to_log),
)
def execution_role_may_log(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """On Fargate the execution role must be allowed to write logs: no role of AWS Batch does that for it."""
    yield from unmet(_to_log(definition, batch), batch)
