"""The secrets that a job reads before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks.job_definitions._parts import containers_of
from batch_constructs.assembly.template import PartialText, Reference, is_known
from batch_constructs.facts import managed_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import EcsTask, JobContainer
    from batch_constructs.assembly.template.resources.containers import Secret


def secrets_of(owner: JobContainer | EcsTask) -> Iterator[Secret]:
    """Yield the secrets in variables and log options."""
    for container in containers_of(owner):
        yield from container.secrets
        yield from container.log_configuration.secret_options


def reader_of(secret: Secret) -> str | None:
    """Return the action that reads a secret; ``None`` if the kind of secret is unknown."""
    value = secret.value_from
    first = value.parts[0] if isinstance(value, PartialText) else value
    target = first.target.type if isinstance(first, Reference) else ""
    text = value.text if isinstance(value, PartialText) else value if is_known(value) else ""
    if target == "AWS::SecretsManager::Secret" or ":secretsmanager:" in text:
        return managed_policies.GET_SECRET_VALUE
    if target == "AWS::SSM::Parameter" or ":ssm:" in text or (is_known(value) and value and ":" not in value):
        return managed_policies.GET_PARAMETERS
    return None
