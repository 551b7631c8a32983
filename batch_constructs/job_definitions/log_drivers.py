"""Log drivers of containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.cdk import data_of
from batch_constructs._border.keys import let_write_logs
from batch_constructs._border.problems import did_you_mean
from batch_constructs._border.spelling import given, pairs
from batch_constructs._border.tokens import known
from batch_constructs.facts.tasks import AWSLOGS_OPTIONS
from batch_constructs.job_definitions.throwaway import throwaway_container

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs
    from constructs import Construct

    from batch_constructs._border.problems import Problems

__all__ = [
    "FIRELENS_DRIVER",
    "AwsLogs",
    "ResolvedLogging",
    "check_driver",
    "check_logging",
    "check_no_router",
    "driver_of",
    "needs_secret",
    "resolve_logging",
]

FIRELENS_DRIVER = "awsfirelens"
# The names that ECS has for the CDK's drivers. Other drivers show theirs only when they are bound.
_DRIVERS = {
    "AwsLogDriver": "awslogs",
    "FireLensLogDriver": FIRELENS_DRIVER,
    "FluentdLogDriver": "fluentd",
    "GelfLogDriver": "gelf",
    "JournaldLogDriver": "journald",
    "JsonFileLogDriver": "json-file",
    "SplunkLogDriver": "splunk",
    "SyslogLogDriver": "syslog",
}


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class AwsLogs:
    """Options for writing output to the definition's log group.

    For another driver (Splunk, Fluentd, syslog, FireLens…) give ``logging`` one of the CDK's ``ecs.LogDrivers``
    instead.

    Attributes:
        stream_prefix: The prefix of the names of the log streams: ``PREFIX/default/TASK``. By default the name of the
            definition.
        datetime_format: A ``strftime`` format that begins each message, such as ``%Y-%m-%dT%H:%M:%S``; the lines
            up to the next one belong to it. By default each line is a message.
        multiline_pattern: A regular expression that begins each message. Slower than ``datetime_format``, and
            ignored together with it. By default each line is a message.

    Guide: Using the awslogs Log Driver (newer than the table of contents).
    """

    stream_prefix: str | None = None
    datetime_format: str | None = None
    multiline_pattern: str | None = None

    def options(self, log_group_name: str) -> dict[str, str]:
        """Return the options of the driver.

        Args:
            log_group_name: The name of its log group.
        """
        given = {
            "awslogs-group": log_group_name,
            "awslogs-region": cdk.region(),
            "awslogs-stream-prefix": self.stream_prefix,
            "awslogs-datetime-format": self.datetime_format,
            "awslogs-multiline-pattern": self.multiline_pattern,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLogging:
    """A log driver with all its options.

    Attributes:
        driver: Its name.
        options: Its options.
        secrets: Options that are secret, with the ARNs of their secrets.
        log_group: The log group that the CDK's driver for CloudWatch Logs writes to, if it is that one.
    """

    driver: str
    options: Mapping[str, str]
    secrets: Mapping[str, str]
    log_group: logs.ILogGroup | None = None

    @property
    def members(self) -> dict[str, Any]:
        """The ``logConfiguration`` of any container on ECS."""
        return given(
            logDriver=self.driver,
            options=self.options,
            secretOptions=pairs(self.secrets, value="valueFrom"),
        )


def check_logging(
    problems: Problems, logging: AwsLogs | ecs.LogDriver | None, log_group: logs.ILogGroup | None
) -> None:
    """Add a problem for a log group that would stay empty, and for options that awslogs does not have."""
    problems.check(
        log_group is None or logging is None or isinstance(logging, AwsLogs),
        "log_group belongs to awslogs: give it to the log driver, or leave logging out",
    )
    if type(logging).__name__ != "GenericLogDriver" or driver_of(logging) != "awslogs":
        return
    for name in data_of(logging).get("options", {}):
        problems.check(
            not name.startswith("awslogs-") or name in AWSLOGS_OPTIONS,
            f"options of awslogs must be {', '.join(sorted(AWSLOGS_OPTIONS))}, got {name!r}"
            f"{did_you_mean(name, AWSLOGS_OPTIONS)}",
        )


def check_no_router(problems: Problems, logging: AwsLogs | ecs.LogDriver | None) -> None:
    """Add a problem for a driver that needs a log router, which a job's only container cannot be."""
    problems.check(
        driver_of(logging) != FIRELENS_DRIVER,
        "logging with awsfirelens needs a second container, the log router: make a MultiContainerJobDefinition with "
        "one that has firelens=FireLens()",
    )


def driver_of(logging: AwsLogs | ecs.LogDriver | None) -> str | None:
    """Return the name of a log driver, ``awslogs`` for none; ``None`` if only binding it would show it.

    Args:
        logging: The ``logging`` of a definition or a container.
    """
    if logging is None or isinstance(logging, AwsLogs):
        return "awslogs"
    name = type(logging).__name__
    if name == "GenericLogDriver":
        driver = data_of(logging).get("logDriver")
        return driver if isinstance(driver, str) and known(driver) else None
    return _DRIVERS.get(name)


def check_driver(
    problems: Problems,
    where: str,
    logging: AwsLogs | ecs.LogDriver | None,
    drivers: Collection[str],
    place: str,
) -> None:
    """Add a problem for a log driver that a platform does not have.

    Args:
        problems: Where to add it.
        where: The argument, in the user's words.
        logging: The log driver.
        drivers: The names of the platform's drivers.
        place: The platform.
    """
    driver = driver_of(logging)
    problems.check(
        driver is None or driver in drivers,
        f"{where} must be {', '.join(sorted(drivers))} on {place}, got {driver}",
    )


def needs_secret(logging: AwsLogs | ecs.LogDriver) -> bool:
    """Return whether a driver has secrets, such as the token of Splunk: only then its data cannot be read.

    Never bind such a driver without a real role: the fake role would get into the policy of the secret's key.

    Args:
        logging: The options of awslogs, which has no secrets, or any of the CDK's drivers.
    """
    return (
        not isinstance(logging, AwsLogs) and type(logging).__name__ != "AwsLogDriver" and not data_of(logging)
    )


def resolve_logging(
    scope: Construct, logging: AwsLogs | ecs.LogDriver, *, log_group_name: str, role: iam.IRole | None
) -> ResolvedLogging:
    """Return a driver's name and options; the role gets the rights that it needs, if there is one.

    Args:
        scope: The definition; the CDK's drivers make their log groups in it.
        logging: The options of awslogs, or any of the CDK's drivers.
        log_group_name: The log group of awslogs; the CDK's drivers do not use it.
        role: The execution role. Secrets need one: if it is ``None`` and there are secrets, call again with one.
    """
    if isinstance(logging, AwsLogs):
        return ResolvedLogging(driver="awslogs", options=logging.options(log_group_name), secrets={})
    config = logging.bind(scope, throwaway_container(role))
    log_group: logs.ILogGroup | None = getattr(logging, "log_group", None)
    if log_group is not None:
        let_write_logs(scope, log_group)
    return ResolvedLogging(
        driver=config.log_driver,
        options=config.options or {},
        secrets={each.name: each.value_from for each in config.secret_options or ()},
        log_group=log_group,
    )
