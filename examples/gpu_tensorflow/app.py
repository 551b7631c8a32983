"""The guide's GPU test: TensorFlow learns to read digits on a GPU."""

from pathlib import Path

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack

app = App()
stack = Stack(app, "GpuTensorFlow")

network = bc.BatchNetwork(stack, "Network")
spot = bc.GpuComputeEnvironment(
    stack, "Spot", vpc=network.vpc, instance_types=["g6", "g5"], spot=True, max_vcpus=64
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot])
mnist = bc.Ec2JobDefinition(
    stack,
    "Mnist",
    image="docker.io/tensorflow/tensorflow:2.19.0-gpu",
    command=["python", "-c", Path(__file__).with_name("mnist.py").read_text()],
    vcpus=8,
    # Less than the guide's 32,000 MiB: an instance with 8 vCPUs and 32 GiB reserves some of its memory.
    memory=Size.mebibytes(30_000),
    # Without it the job gets no GPU, and TensorFlow silently uses the CPU.
    gpus=1,
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(1),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=mnist)

app.synth()
