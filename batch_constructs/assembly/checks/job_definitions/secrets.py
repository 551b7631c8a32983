"""Secrets that containers get as environment variables or log options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks.job_definitions._parts import containers_of
from batch_constructs.assembly.template import is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import EcsTask, JobContainer
    from batch_constructs.assembly.template.resources.containers import EnvironmentVariable, Secret
    from batch_constructs.assembly.template.resources.pods import PodEnvironmentVariable

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_SERVICE = re.compile(r"arn:[^:]*:(secretsmanager|ssm):")
_PARAMETER = re.compile(r"[A-Za-z0-9_.\-/]+")
# A name ends in the kind of its value: DB_PASSWORD is a secret; DB_PASSWORD_PARAMETER and PWD are not.
_NAMED_SECRET = re.compile(
    r"(?i)(?:pass(?:word|wd|phrase)|secret|token|(?:api|access|private|secret)_?key)\Z"
)
_ACCESS_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
# References to a secret, counts, booleans and placeholders are not secrets themselves.
_NO_SECRET = re.compile(r"arn:.*|.*/.*|\d*|(?i:true|false|none)|Ref::.*")
_OF_SECRETS_MANAGER = "{{resolve:secretsmanager:"


@rule(
    "SEC-01",
    severity=ERROR,
    remedy="give the ARN of a secret or parameter; after a secret's ARN, :json-key:version-stage: or :json-key::version-id",
    prevents="jobs that fail with ResourceInitializationError: the secret cannot be read",
)
def value_from(secret: Secret) -> Iterator[Finding]:
    """A secret must be the ARN of a secret or parameter, with either a version stage or a version id."""
    value, at = secret.value_from, "ValueFrom"
    for member in ("Name", at):
        if secret.omits(member):
            yield Finding(secret, f"a secret needs {member}, got none")
    if not is_known(value):
        return
    if not (_SERVICE.match(value) or _PARAMETER.fullmatch(value)):
        yield Finding(secret, f"{at} must be the ARN of a secret or parameter, got {value!r}", at=at)
    # arn:aws:secretsmanager:region:account:secret:name:json-key:version-stage:version-id
    parts = value.split(":")
    if ":secretsmanager:" in value and len(parts) > 10:
        yield Finding(
            secret, f"{at} can have at most three parts after the secret's name, got {value!r}", at=at
        )
    elif ":secretsmanager:" in value and len(parts) == 10 and parts[8] and parts[9]:
        yield Finding(
            secret, f"{at} can have a version stage or a version id, got {parts[8]!r} and {parts[9]!r}", at=at
        )


@rule(
    "SEC-02",
    severity=ERROR,
    remedy="give an execution role that may read the secrets",
    prevents="ClientException: executionRoleArn is required for secrets",
)
def secrets_need_an_execution_role(owner: JobContainer | EcsTask) -> Iterator[Finding]:
    """A container with secrets must have an execution role, which reads them."""
    if not owner.omits("ExecutionRoleArn"):
        return
    for container in containers_of(owner):
        if container.secrets:
            yield Finding(container, "Secrets needs ExecutionRoleArn, got none", at="Secrets")
        if container.log_configuration.secret_options:
            message = "SecretOptions needs ExecutionRoleArn, got none"
            yield Finding(container.log_configuration, message, at="SecretOptions")


@rule(
    "SEC-03",
    severity=WARNING,
    remedy="pass it with secrets=, from Secrets Manager or the Parameter Store: it is read when the job starts",
    prevents="passwords that everybody can read who may describe a job definition or a job",
)
def no_secrets_in_the_open(variable: EnvironmentVariable | PodEnvironmentVariable) -> Iterator[Finding]:
    """Passwords, tokens and keys should be secrets, because environment variables are visible in DescribeJobDefinitions."""
    name, value, node = variable.name, variable.value, variable.node
    if isinstance(node, dict) and _OF_SECRETS_MANAGER in str(node.get("Value")):
        message = "a variable has a secret that CloudFormation writes into the definition as plain text"
        yield Finding(variable, f"{message}, got {name}" if is_known(name) else message, at="Value")
    elif is_known(value) and _ACCESS_KEY_ID.search(value):
        yield Finding(variable, "a variable must not contain an access key, got one", at="Value")
    elif (
        is_known(name) and is_known(value) and _NAMED_SECRET.search(name) and not _NO_SECRET.fullmatch(value)
    ):
        yield Finding(variable, f"{name} looks like a secret, got its value as plain text", at="Value")
