"""The CloudWatch agent on the instances: its metrics and its log files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import as_string, known, seconds
from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import EC2
from batch_constructs.launch_templates.boot_scripts import BootScript

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_logs as logs

__all__ = ["AgentMetrics", "CloudWatchAgent"]


class AgentMetrics(StrEnum):
    """Metrics that the CloudWatch agent measures inside the instance, where EC2 cannot.

    Guide: Launch Template Support.
    """

    MEMORY = "mem"
    """Memory in use, in percent."""
    DISK = "disk"
    """Space in use on each disk, in percent."""
    SWAP = "swap"
    """Swap in use, in percent."""
    CPU = "cpu"
    """Use of all processors together, and the time they wait for disks, in percent."""
    GPU = "nvidia_gpu"
    """Utilization and memory of each NVIDIA GPU, in percent and MiB; needs an image with NVIDIA's driver."""


_MEASURED: Mapping[AgentMetrics, Mapping[str, Any]] = MappingProxyType(
    {
        AgentMetrics.MEMORY: {"measurement": ["mem_used_percent"]},
        AgentMetrics.DISK: {
            "measurement": ["used_percent"],
            # Each container adds an overlay file system on the same disk.
            "ignore_file_system_types": ["devtmpfs", "overlay", "squashfs", "sysfs", "tmpfs"],
            "drop_device": True,
        },
        AgentMetrics.SWAP: {"measurement": ["swap_used_percent"]},
        AgentMetrics.CPU: {
            "measurement": ["usage_active", "usage_iowait"],
            "totalcpu": True,
            "resources": [],
        },
        AgentMetrics.GPU: {"measurement": ["utilization_gpu", "utilization_memory", "memory_used"]},
    }
)
# These logs say why an instance never took a job.
_BOOT_LOGS = (
    "/var/log/cloud-init-output.log",
    "/var/log/batch-storage.log",
    "/var/log/batch-mounts.log",
    "/var/log/ecs/ecs-init.log",
    "/var/log/ecs/ecs-agent.log",
)
_INTERVAL = Range(1, 86_400, unit="seconds", source=EC2, default=60)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatchAgent:
    """The CloudWatch agent: metrics from inside the instances, and their logs, which are otherwise lost with them.

    Instances install it from the repositories of Amazon Linux 2023, which are in S3. In an isolated network it needs
    the gateway endpoint for S3, and interface endpoints for ``monitoring`` and, with a log group, ``logs``. If it
    cannot start, the console output says so, and jobs run without it. CloudWatch charges for each metric of each
    instance.

    Attributes:
        metrics: What is measured. By default memory and disks; none with ``()``.
        metrics_collection_interval: How often, in whole seconds from 1 to a day; by default each minute.
        namespace: The namespace of the metrics. Use one for each environment to tell them apart. By default
            ``CWAgent``.
        log_group: The log group of the log files; each file has a stream ``INSTANCE/PATH``. By default none are kept.
        log_files: Paths or patterns of log files; needs ``log_group``. By default those that say why an instance takes
            no jobs: of cloud-init, of the ECS agent, of storage and mounts.

    Raises:
        ValueError: neither metrics nor a log group are given, or the arguments contradict each other.

    Guide: Launch Template Support.
    """

    metrics: Sequence[AgentMetrics] = (AgentMetrics.MEMORY, AgentMetrics.DISK)
    metrics_collection_interval: Duration | None = None
    namespace: str = "CWAgent"
    log_group: logs.ILogGroup | logs.LogGroup | None = None
    log_files: Sequence[str] = _BOOT_LOGS
    _interval: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        interval = seconds(self.metrics_collection_interval)
        problems = Problems()
        problems.within("metrics_collection_interval", interval, _INTERVAL)
        problems.check(
            bool(self.metrics) or self.log_group is not None,
            "the CloudWatch agent needs metrics or a log_group, got neither: leave it out",
        )
        problems.check(
            self.log_group is not None or tuple(self.log_files) == _BOOT_LOGS,
            "log_files need a log_group, got none",
        )
        problems.check(
            bool(self.log_files) or self.log_group is None,
            "log_group needs log_files, got none: leave it out",
        )
        relative = [path for path in self.log_files if known(path) and not path.startswith("/")]
        problems.check(not relative, f"log_files must be absolute paths, got {', '.join(relative)}")
        if known(self.namespace):
            problems.check(
                bool(self.namespace) and not self.namespace.startswith("AWS/"),
                f"namespace must not be empty or begin with AWS/, which belongs to AWS, got {self.namespace!r}",
            )
        problems.raise_if_any()
        object.__setattr__(self, "_interval", 60 if interval is None else interval)

    def script(self) -> BootScript:
        """Return the script that installs and starts it; `BatchLaunchTemplate` adds it itself."""
        text = json.dumps(self._settings(), separators=(",", ":"))
        if not known(self._interval):
            # Inside a string the CDK resolves only string tokens.
            text = text.replace(json.dumps(self._interval), as_string(self._interval))
        settings = {"SETTINGS": text}
        return BootScript(
            part="batch-cloudwatch-agent", files=["retry", "cloudwatch_agent"], settings=settings
        )

    def grant(self, grantee: iam.IGrantable) -> None:
        """Allow to put metrics into its namespace and to write to its log group, nothing else.

        Args:
            grantee: The instances' role.
        """
        if self.metrics:
            grantee.grant_principal.add_to_principal_policy(
                iam.PolicyStatement(
                    actions=["cloudwatch:PutMetricData"],
                    # The action has no resource in IAM; only the namespace limits it.
                    resources=["*"],
                    conditions={"StringEquals": {"cloudwatch:namespace": self.namespace}},
                )
            )
        if self.log_group is not None:
            self.log_group.grant_write(grantee)

    def connect(self, instances: ec2.IConnectable) -> None:
        """Do nothing: CloudWatch has no security group.

        Args:
            instances: The security groups of the instances.
        """

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {}
        if self.metrics:
            settings["metrics"] = {
                "namespace": self.namespace,
                "append_dimensions": {
                    "InstanceId": "${aws:InstanceId}",
                    "InstanceType": "${aws:InstanceType}",
                },
                # Instances come and go, so alarms and dashboards need one metric over all of them.
                "aggregation_dimensions": [[]],
                "metrics_collected": {
                    each.value: {**_MEASURED[each], "metrics_collection_interval": self._interval}
                    for each in self.metrics
                },
            }
        if self.log_group is not None:
            name = self.log_group.log_group_name
            files = [
                {
                    "file_path": path,
                    "log_group_name": name,
                    "log_stream_name": f"{{instance_id}}{path.replace('*', '-')}",
                }
                for path in self.log_files
            ]
            settings["logs"] = {"logs_collected": {"files": {"collect_list": files}}}
        return settings
