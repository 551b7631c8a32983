"""The stack: capacity, a queue, a job, and alerts about failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import batch_constructs as bc
from aws_cdk import Duration, Size, Stack

if TYPE_CHECKING:
    from constructs import Construct


class Genomics(Stack):
    """A stack that aligns genomes on Spot capacity, with on-demand capacity as a fallback."""

    def __init__(self, scope: Construct, id: str, *, max_vcpus: int = 256) -> None:
        super().__init__(scope, id)
        network = bc.BatchNetwork(self, "Network")
        spot = bc.SpotComputeEnvironment(self, "Spot", vpc=network.vpc, max_vcpus=max_vcpus)
        on_demand = bc.Ec2ComputeEnvironment(self, "OnDemand", vpc=network.vpc, max_vcpus=max_vcpus)
        self.queue = bc.JobQueue(self, "Queue", compute_environments=[spot, on_demand])
        self.align = bc.Ec2JobDefinition(
            self,
            "Align",
            image="public.ecr.aws/docker/library/busybox:1.37",
            vcpus=4,
            memory=Size.mebibytes(7_000),
            retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
            timeout=Duration.hours(2),
        )
        bc.JobFailureAlerts(self, "Alerts", job_queues=[self.queue], emails=["ops@example.com"])
        bc.SubmissionOutputs(self, "First", job_queue=self.queue, job_definition=self.align)
