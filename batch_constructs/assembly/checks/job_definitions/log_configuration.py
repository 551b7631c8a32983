"""The log configuration of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.checks.job_definitions._parts import containers_of
from batch_constructs.assembly.may import RoleOf, things
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.facts import needs, vocabulary
from batch_constructs.facts.tasks import AWSLOGS_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import EcsTask, JobContainer
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


def _to_create(owner: JobContainer | EcsTask, _: BatchModel) -> Iterator[Claim]:
    for container in containers_of(owner):
        configuration = container.log_configuration
        options = configuration.options
        create = options.get(_CREATE_GROUP) if is_known(options) else None
        if owner.execution_role is not None and is_known(create) and create.lower() == "true":
            yield Claim(
                where=configuration,
                at=f"Options.{_CREATE_GROUP}",
                who="the execution role",
                says=f"{_CREATE_GROUP} needs {{rights}} on {{name}}, got none",
                principal=RoleOf(owner.execution_role),
                rights=(Right(needs.CREATE_LOG_GROUP, things.log_group(configuration)),),
            )


@rule(
    "LOG-23",
    severity=WARNING,
    remedy="create the log group in the template, and leave out awslogs-create-group",
    prevents="jobs that fail because each of many tries to create the log group",
)
def group_is_there(configuration: LogConfiguration) -> Iterator[Finding]:
    """A log group should exist before the jobs: AWS advises against letting each job try to create it."""
    options = configuration.options
    create = options.get(_CREATE_GROUP) if is_known(options) else None
    if is_one_of(configuration.log_driver, "AWSLOGS") and is_known(create) and create.lower() == "true":
        yield Finding(
            configuration,
            f"each job tries to create its log group, got {_CREATE_GROUP} true",
            at=f"Options.{_CREATE_GROUP}",
        )


@rule(
    "LOG-03",
    severity=ERROR,
    remedy="create the log group beforehand, or allow the execution role logs:CreateLogGroup",
    prevents="jobs that fail with ResourceInitializationError: the log group cannot be created",
    asks=asked(_to_create),
)
def group_can_be_created(owner: JobContainer | EcsTask, batch: BatchModel) -> Iterator[Finding]:
    """A definition whose log driver creates its log group must have an execution role with logs:CreateLogGroup."""
    yield from unmet(_to_create(owner, batch), batch)
