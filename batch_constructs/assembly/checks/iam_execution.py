"""Permissions of execution roles, which a job needs before its container starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._secrets import reader_of, secrets_of
from batch_constructs.assembly.checks.job_definitions._parts import containers_of, owners
from batch_constructs.assembly.template import PartialText, is_known, is_one_of
from batch_constructs.facts import managed_policies, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Unknown
    from batch_constructs.assembly.template.resources import JobDefinition

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "IAM-07",
    severity=ERROR,
    remedy="allow the execution role the action on the secret or parameter, or attach its managed policy",
    prevents="jobs that fail with ResourceInitializationError",
)
def execution_role_may_fetch(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """An execution role must be allowed to read the job's secrets, and on Fargate to log in to Amazon ECR."""
    for owner in owners(definition):
        role = owner.execution_role
        if role is None:
            continue
        lacks = batch.permissions.surely_lacks
        for secret in secrets_of(owner):
            action = reader_of(secret)
            if action is not None and lacks(role, action):
                # A secret may have a resource policy, a parameter cannot.
                severity = WARNING if action == managed_policies.GET_SECRET_VALUE else ERROR
                message = f"the execution role {role.label} needs {action}, got no policy that allows it"
                yield Finding(secret, message, at="ValueFrom", severity=severity)
        token = managed_policies.GET_AUTHORIZATION_TOKEN
        images = [container.image for container in containers_of(owner)]
        if definition.fargate and any(map(_is_in_ecr, images)) and lacks(role, token):
            usual = role_trust.EXECUTION.managed_policy
            message = f"the execution role {role.label} needs {token}, such as from {usual}, got none"
            yield Finding(owner, message, at="ExecutionRoleArn")


@rule(
    "IAM-11",
    chapter="AWS Batch Service IAM Role",
    severity=WARNING,
    remedy="allow the execution role logs:CreateLogStream and logs:PutLogEvents on the log group",
    prevents="jobs on Fargate that fail with ResourceInitializationError: the log stream cannot be created",
)
def execution_role_may_log(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """On Fargate the execution role must be allowed to write logs: no role of AWS Batch does that for it."""
    if not definition.fargate:
        return
    for owner in owners(definition):
        role = owner.execution_role
        drivers = [container.log_configuration.log_driver for container in containers_of(owner)]
        if role is None or not any(is_one_of(driver, None, "AWSLOGS") for driver in drivers):
            continue
        for action in (managed_policies.CREATE_LOG_STREAM, managed_policies.PUT_LOG_EVENTS):
            if batch.permissions.surely_lacks(role, action):
                message = f"the execution role {role.label} needs {action}, got no policy that allows it"
                yield Finding(owner, message, at="ExecutionRoleArn")


def _is_in_ecr(image: str | Unknown | None) -> bool:
    text = image.text if isinstance(image, PartialText) else image
    return is_known(text) and ".dkr.ecr." in text
