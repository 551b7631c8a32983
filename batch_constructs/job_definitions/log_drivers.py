"""Where the output of containers goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.cdk import data_of
from batch_constructs._border.keys import let_write_logs
from batch_constructs._border.problems import did_you_mean
from batch_constructs._border.tokens import known
from batch_constructs.facts.tasks import AWSLOGS_OPTIONS
from batch_constructs.job_definitions.nowhere import container_nowhere

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
# What the CDK's drivers are to ECS. Others tell it only when they are bound, which makes what they need.
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

_L1 = batch.CfnJobDefinition


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class AwsLogs:
    """How output is written to the definition's log group.

    For another driver (Splunk, Fluentd, syslog, FireLens…) give ``logging`` one of the CDK's ``ecs.LogDrivers``
    in its place.

    Guide: Using the awslogs Log Driver (newer than the table of contents).

    Attributes:
        stream_prefix: Begins the names of the log streams: ``PREFIX/default/TASK``. By default the name of the
            definition does.
        datetime_format: A ``strftime`` form that begins each message, such as ``%Y-%m-%dT%H:%M:%S``; the lines
            up to the next belong to it. By default each line is a message.
        multiline_pattern: A regular expression that begins each message. Slower than a ``datetime_format``, and
            ignored beside one. By default each line is a message.
    """

    stream_prefix: str | None = None
    datetime_format: str | None = None
    multiline_pattern: str | None = None

    def options(self, log_group_name: str) -> dict[str, str]:
        """As the driver takes them.

        Args:
            log_group_name: The group that it writes to.
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
    """A log driver with everything that it needs.

    Attributes:
        driver: Its name.
        options: Its options.
        secrets: Options that are secret: the ARNs of what holds them.
        log_group: The log group that the CDK's driver for CloudWatch Logs writes to, if it is that one.
    """

    driver: str
    options: Mapping[str, str]
    secrets: Mapping[str, str]
    log_group: logs.ILogGroup | None = None

    @property
    def log_configuration(self) -> batch.CfnJobDefinition.LogConfigurationProperty:
        """For ``LogConfiguration`` of any container on ECS."""
        return _L1.LogConfigurationProperty(
            log_driver=self.driver,
            options=dict(self.options) or None,
            secret_options=[
                _L1.SecretProperty(name=name, value_from=arn) for name, arn in self.secrets.items()
            ]
            or None,
        )


def check_logging(
    problems: Problems, logging: AwsLogs | ecs.LogDriver | None, log_group: logs.ILogGroup | None
) -> None:
    """Note a log group that would stay empty, and options that awslogs does not have."""
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
    """Note a driver that sends to a log router, where the only container of a job is none."""
    problems.check(
        driver_of(logging) != FIRELENS_DRIVER,
        "logging with awsfirelens needs a second container, the log router: make a MultiContainerJobDefinition with "
        "one that has firelens=FireLens()",
    )


def driver_of(logging: AwsLogs | ecs.LogDriver | None) -> str | None:
    """The name of a log driver, ``awslogs`` for none; ``None`` if it is not known before it is bound.

    Args:
        logging: What a definition or a container was given.
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
    """Note a log driver that a platform does not have.

    Args:
        problems: Where to note it.
        where: What the user calls it.
        logging: What was given.
        drivers: The names of those that the platform has.
        place: The platform.
    """
    driver = driver_of(logging)
    problems.check(
        driver is None or driver in drivers,
        f"{where} must be {', '.join(sorted(drivers))} on {place}, got {driver}",
    )


def needs_secret(logging: AwsLogs | ecs.LogDriver) -> bool:
    """Whether a driver brings secrets, such as the token of Splunk: only then it holds more than data.

    Such a driver must never be bound to nobody's role, which would end up in the policy of the secret's key.

    Args:
        logging: The options of awslogs, which has no secrets, or any of the CDK's drivers.
    """
    return (
        not isinstance(logging, AwsLogs) and type(logging).__name__ != "AwsLogDriver" and not data_of(logging)
    )


def resolve_logging(
    scope: Construct, logging: AwsLogs | ecs.LogDriver, *, log_group_name: str, role: iam.IRole | None
) -> ResolvedLogging:
    """A driver's name and options; the rights that it needs go to the role, where there is one.

    Args:
        scope: The definition; the CDK's drivers make their log groups in it.
        logging: The options of awslogs, or any of the CDK's drivers.
        log_group_name: Where awslogs writes; of no use to the CDK's drivers.
        role: The execution role. Secrets need one: where it is ``None`` and there are some, ask again with one.
    """
    if isinstance(logging, AwsLogs):
        return ResolvedLogging(driver="awslogs", options=logging.options(log_group_name), secrets={})
    config = logging.bind(scope, container_nowhere(role))
    log_group: logs.ILogGroup | None = getattr(logging, "log_group", None)
    if log_group is not None:
        let_write_logs(scope, log_group)
    return ResolvedLogging(
        driver=config.log_driver,
        options=config.options or {},
        secrets={each.name: each.value_from for each in config.secret_options or ()},
        log_group=log_group,
    )
