"""A platform in four stacks, which tests vary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import Size

import batch_constructs as bc

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"
EMAIL = "ops@example.com"


class Platform:
    """The four stacks, with one job; a test changes something before it is synthesized."""

    def __init__(
        self,
        folder: Path,
        *,
        prefix: str = "",
        pools: list[Any] | None = None,
        queue: str | None = "cpu",
        watched: list[str] | None = None,
        **network: Any,
    ) -> None:
        self.app = cdk.App(outdir=str(folder), context={"batch-constructs:checks": False})
        self.network = bc.BatchNetworkStack(self.app, f"{prefix}Network", **network)
        self.compute = bc.BatchComputeStack(
            self.app, f"{prefix}Compute", vpc=self.network.vpc, pools=pools or [bc.CpuPool()]
        )
        self.jobs = bc.BatchJobsStack(self.app, f"{prefix}Jobs", queues=self.compute.queues)
        self.job = bc.Ec2JobDefinition(self.jobs, "Job", image=IMAGE, vcpus=1, memory=Size.gibibytes(1))
        if queue is not None:
            bc.ScheduledJob(
                self.jobs,
                "Nightly",
                schedule="rate(1 day)",
                job_queue=self.jobs.queues[queue],
                job_definition=self.job,
            )
        self.observability = bc.BatchObservabilityStack(
            self.app,
            f"{prefix}Observability",
            queues={name: self.compute.queues[name] for name in watched or self.compute.queues},
            compute_environments=self.compute.compute_environments,
            emails=[EMAIL],
            detailed_metrics=True,
            alarms=True,
        )

    def synth(self) -> Path:
        return Path(self.app.synth().directory)
