"""Secrets that containers get as variables or log options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks.job_definitions._parts import containers_of
from batch_constructs.assembly.template import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import EcsTask, JobContainer
    from batch_constructs.assembly.template.resources.containers import Secret

ERROR = Severity.ERROR
_CHAPTER = "Job Definition Parameters"
_SERVICE = re.compile(r"arn:[^:]*:(secretsmanager|ssm):")
_PARAMETER = re.compile(r"[A-Za-z0-9_.\-/]+")


@rule(
    "SEC-01",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give the ARN of a secret or parameter; behind a secret's ARN :json-key:version-stage: or :json-key::version-id",
    prevents="jobs that fail with ResourceInitializationError: the secret cannot be fetched",
)
def value_from(secret: Secret) -> Iterator[Finding]:
    """A secret is the ARN of a secret or of a parameter, with a version stage or a version id, not with both."""
    value, at = secret.value_from, "ValueFrom"
    for member in ("Name", at):
        if secret.lacks(member):
            yield Finding(secret, f"a secret needs {member}, got none")
    if not known(value):
        return
    if not (_SERVICE.match(value) or _PARAMETER.fullmatch(value)):
        yield Finding(secret, f"{at} must be the ARN of a secret or parameter, got {value!r}", at=at)
    # arn:aws:secretsmanager:region:account:secret:name:json-key:version-stage:version-id
    parts = value.split(":")
    if ":secretsmanager:" in value and len(parts) > 10:
        yield Finding(secret, f"{at} has at most three parts behind the secret's name, got {value!r}", at=at)
    elif ":secretsmanager:" in value and len(parts) == 10 and parts[8] and parts[9]:
        yield Finding(
            secret, f"{at} takes a version stage or a version id, got {parts[8]!r} and {parts[9]!r}", at=at
        )


@rule(
    "SEC-02",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give an execution role that may read the secrets",
    prevents="ClientException: executionRoleArn is required for secrets",
)
def secrets_need_an_execution_role(owner: JobContainer | EcsTask) -> Iterator[Finding]:
    """Who uses secrets has an execution role, which fetches them."""
    if not owner.lacks("ExecutionRoleArn"):
        return
    for container in containers_of(owner):
        if container.secrets:
            yield Finding(container, "Secrets needs ExecutionRoleArn, got none", at="Secrets")
        if container.log_configuration.secret_options:
            message = "SecretOptions needs ExecutionRoleArn, got none"
            yield Finding(container.log_configuration, message, at="SecretOptions")
