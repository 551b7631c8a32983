"""The log configuration of containers."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, rule
from batch_constructs.assembly.checks.job_definitions._parts import containers_of
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.facts import role_trust, vocabulary
from batch_constructs.facts.tasks import AWSLOGS_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import EcsTask, JobContainer, Role
    from batch_constructs.assembly.template.resources.containers import LogConfiguration

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_PATTERNS = ("awslogs-datetime-format", "awslogs-multiline-pattern")
_CREATE_GROUP = "awslogs-create-group"
# The API's description has this driver, but its list of drivers does not.
_DISPUTED = "logentries"


@rule("LOG-01", severity=ERROR, remedy="choose a driver that ECS supports, such as awslogs, with its options")
def log_drivers(configuration: LogConfiguration) -> Iterator[Finding]:
    """A log driver must be one that the API supports, and awslogs must have only its own options."""
    driver = configuration.log_driver
    if is_known(driver) and driver.lower() != _DISPUTED:
        yield from misspelt(vocabulary.LogDriver, configuration, "LogDriver", driver.lower())
    if configuration.omits("LogDriver"):
        yield Finding(configuration, "LogConfiguration needs LogDriver, got none")
    options = configuration.options
    if is_one_of(driver, "AWSLOGS") and is_known(options):
        for name in sorted(options):
            if name.startswith("awslogs-") and name not in AWSLOGS_OPTIONS:
                every = ", ".join(sorted(AWSLOGS_OPTIONS))
                message = f"options of awslogs must be {every}, got {name!r}"
                yield Finding(configuration, message, at=f"Options.{name}")


@rule("LOG-02", severity=WARNING, remedy="keep one of the two patterns")
def one_pattern(configuration: LogConfiguration) -> Iterator[Finding]:
    """The driver awslogs should have a date format or a line pattern: if it has both, the first wins."""
    options = configuration.options
    if is_known(options) and all(name in options for name in _PATTERNS):
        yield Finding(configuration, f"{_PATTERNS[0]} overrides {_PATTERNS[1]}", at=f"Options.{_PATTERNS[1]}")


@rule(
    "LOG-03",
    severity=ERROR,
    remedy="create the log group beforehand, or allow the execution role logs:CreateLogGroup",
    prevents="jobs that fail with ResourceInitializationError: the log group cannot be created",
)
def group_can_be_created(owner: JobContainer | EcsTask, batch: BatchModel) -> Iterator[Finding]:
    """A definition whose log driver creates its log group must have an execution role with logs:CreateLogGroup."""
    role = owner.execution_role
    if role is None or _may_create_groups(role, batch):
        return
    for container in containers_of(owner):
        options = container.log_configuration.options
        create = options.get(_CREATE_GROUP) if is_known(options) else None
        if is_known(create) and create.lower() == "true":
            message = (
                f"{_CREATE_GROUP} needs logs:CreateLogGroup on the execution role {role.label}, got none"
            )
            yield Finding(container.log_configuration, message, at=f"Options.{_CREATE_GROUP}")


def _may_create_groups(role: Role, batch: BatchModel) -> bool:
    """Return whether the role may create log groups, certainly or possibly."""
    usual = str(role_trust.EXECUTION.managed_policy).rpartition("/")[2]
    if not batch.permissions.all_known(role) or not batch.permissions.managed_policies(role) <= {usual}:
        return True
    actions = batch.permissions.allowed_actions(role)
    return any(fnmatchcase("logs:createloggroup", action) for action in actions)
