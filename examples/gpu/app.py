"""GPUs at Spot prices, with on-demand ones as second choice, and a job that uses one."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack

app = App()
stack = Stack(app, "GpuJobs")

network = bc.BatchNetwork(stack, "Network")
# Many sizes, since Spot takes back what others want: a job for one GPU runs on any of them.
spot = bc.GpuComputeEnvironment(stack, "Spot", vpc=network.vpc, instance_types=["g6", "g6e", "g5"], spot=True)
on_demand = bc.GpuComputeEnvironment(
    stack,
    "OnDemand",
    vpc=network.vpc,
    instance_types=["g6"],
    max_vcpus=64,
    # The next job finds its image and its model on the instance.
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
