"""Spot instances with GPUs, on-demand ones as a fallback, and a job that uses a GPU."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack

app = App()
stack = Stack(app, "GpuJobs")

network = bc.BatchNetwork(stack, "Network")
# Several families make Spot reclaims rarer: a job with one GPU can run on any of them.
spot = bc.GpuComputeEnvironment(stack, "Spot", vpc=network.vpc, instance_types=["g6", "g6e", "g5"], spot=True)
on_demand = bc.GpuComputeEnvironment(
    stack,
    "OnDemand",
    vpc=network.vpc,
    instance_types=["g6"],
    max_vcpus=64,
    # An idle instance is kept for half an hour, so that the next job finds its image and model there.
    scale_down_delay=Duration.minutes(30),
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot, on_demand])
infer = bc.Ec2JobDefinition(
    stack,
    "Infer",
    image="public.ecr.aws/docker/library/ubuntu:24.04",
    command=["nvidia-smi"],
    vcpus=4,
    memory=Size.gibibytes(12),
    gpus=1,
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(1),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=infer)

app.synth()
