"""Named parameters for what AWS does not document about hosts, with their defaults and where these come from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from batch_constructs.local.engine import Assumption, Assumptions

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAssumptions:
    """The parameters of hosts, and of the scheduler, that AWS does not document; all times in seconds.

    Attributes:
        submit_rate: SubmitJob calls a second; an array is one call.
        scaling_interval: The time between two looks of a compute environment at the jobs that wait.
        boot: The time from the launch of an instance until it takes jobs.
        pull: The time to pull an image that a host does not have yet.
        container_start: The time to start a container whose image the host has.
        fargate_start: The time from STARTING to RUNNING on Fargate.
        fargate_rate: Fargate tasks that can be started a second.
        fargate_burst: Fargate tasks that can be started at once before that rate counts.
        idle_end: The time after which an idle instance ends where the environment has no ``minScaleDownDelayMinutes``.
        scheduler: The assumptions of the scheduler.
    """

    submit_rate: float = 50
    scaling_interval: float = 60
    boot: float = 150
    pull: float = 20
    container_start: float = 1
    fargate_start: float = 45
    fargate_rate: float = 20
    fargate_burst: float = 100
    idle_end: float = 300
    scheduler: Assumptions = field(default_factory=lambda: Assumptions(usage_cycle=60))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all parameters, those of the scheduler last."""
        own = [each.name for each in fields(cls) if each.name != "scheduler"]
        return (*own, *(each.name for each in fields(Assumptions)))

    def with_values(self, values: Mapping[str, Any]) -> HostAssumptions:
        """Return the assumptions with other values for some.

        Args:
            values: The values by name: numbers for hosts; for the scheduler as on the command line of the local Batch.

        Raises:
            ValueError: The scheduler has no such value.
        """
        own = {each.name for each in fields(self)}
        before = {each.name: each.shown for each in self.scheduler.listed()}
        changed = {name: str(value).lower() for name, value in values.items() if name not in own}
        return replace(
            self,
            **{name: value for name, value in values.items() if name in own},
            scheduler=Assumptions.parsed(before | changed),
        )

    def listed(self) -> list[Assumption]:
        """Return each parameter with its value, its meaning and the origin of its default."""
        own = [Assumption(name, getattr(self, name), *text) for name, text in _TEXTS.items()]
        return own + self.scheduler.listed()


_TEXTS = {
    "submit_rate": (
        "SubmitJob calls a second; an array is one call",
        "AWS Batch User Guide, service quotas: 50 a second",
    ),
    "scaling_interval": (
        "seconds between two looks of an environment at the jobs that wait",
        "nothing is published",
    ),
    "boot": (
        "seconds from an instance's launch until it takes jobs",
        "the guide says minutes; 150 s is a common figure of users",
    ),
    "pull": (
        "seconds to pull an image that a host does not have",
        "1 GB at 50 MB/s; it depends on the image",
    ),
    "container_start": ("seconds to start a container whose image the host has", "nothing is published"),
    "fargate_start": ("seconds from STARTING to RUNNING on Fargate", "reports of users: 30 to 60 s"),
    "fargate_rate": (
        "Fargate tasks that can be started a second",
        "Amazon ECS Developer Guide, throttling quotas of AWS Fargate: 20 a second",
    ),
    "fargate_burst": (
        "Fargate tasks that can be started at once before that rate counts",
        "Amazon ECS Developer Guide, throttling quotas of AWS Fargate: 100",
    ),
    "idle_end": (
        "seconds until an idle instance ends without minScaleDownDelayMinutes",
        "aws/aws-cdk#10943: 5 to 10 minutes",
    ),
}
