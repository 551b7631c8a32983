"""The secrets that a job reads before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks.job_definitions._parts import containers_of
from batch_constructs.assembly.may import Thing, thing_named, thing_of
from batch_constructs.assembly.template import PartialText, Reference, is_known
from batch_constructs.assembly.template.members import linked
from batch_constructs.assembly.template.resources import StoredSecret
from batch_constructs.facts import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import EcsTask, JobContainer
    from batch_constructs.assembly.template.resources.containers import Secret
    from batch_constructs.facts.needs import Need

_PARAMETER = "ssm:{region}:{account}:parameter/{name}"
# arn:aws:secretsmanager:region:account:secret:name, before the key, the stage and the version.
_PARTS_OF_A_SECRET = 7


def secrets_of(owner: JobContainer | EcsTask) -> Iterator[Secret]:
    """Yield the secrets in variables and log options."""
    for container in containers_of(owner):
        yield from container.secrets
        yield from container.log_configuration.secret_options


def reader_of(secret: Secret) -> str | None:
    """Return the action that reads a secret; ``None`` if the kind of secret is unknown."""
    need = need_of(secret)
    return None if need is None else need.actions[0]


def need_of(secret: Secret) -> Need | None:
    """Return the right to read a secret; ``None`` if the kind of secret is unknown."""
    value = secret.value_from
    first = value.parts[0] if isinstance(value, PartialText) else value
    target = first.target.type if isinstance(first, Reference) else ""
    text = value.text if isinstance(value, PartialText) else value if is_known(value) else ""
    if target == "AWS::SecretsManager::Secret" or ":secretsmanager:" in text:
        return needs.READ_SECRET
    if target == "AWS::SSM::Parameter" or ":ssm:" in text or (is_known(value) and value and ":" not in value):
        return needs.READ_PARAMETER
    return None


def stored(secret: Secret) -> StoredSecret | None:
    """Return the secret of Secrets Manager that a container reads, if it is in the assembly."""
    value = secret.value_from
    first = value.parts[0] if isinstance(value, PartialText) else value
    return linked(secret, first, StoredSecret)


def thing_of_secret(secret: Secret) -> Thing:
    """Return the secret or parameter that a container reads."""
    resource = stored(secret)
    if resource is not None:
        return thing_of(resource)
    value = secret.value_from
    if is_known(value) and ":secretsmanager:" in value:
        value = ":".join(value.split(":")[:_PARTS_OF_A_SECRET])
    return thing_named(value, secret.home.stack, _PARAMETER)
