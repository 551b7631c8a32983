"""Three deploys that move capacity from on demand to Spot in another network, without losing a job."""

import batch_constructs as bc
from aws_cdk import App, Size, Stack

app = App()
stack = Stack(app, "BlueGreen")
# The number of the deploy: `cdk deploy -c step=2`. In your own app you would edit the code instead.
step = int(app.node.try_get_context("step") or 1)

blue = green = None
if step < 3:
    network = bc.BatchNetwork(stack, "OldNetwork")
    blue = bc.Ec2ComputeEnvironment(stack, "Blue", vpc=network.vpc, instance_types=["c5", "m5"])
if step > 1:
    network = bc.BatchNetwork(stack, "NewNetwork", cidr="10.1.0.0/16")
    green = bc.SpotComputeEnvironment(stack, "Green", vpc=network.vpc, instance_types=["c7i", "m7i"])

# First blue only; then both, and new jobs start in green; then green only: blue and its network are deleted.
capacity = bc.BlueGreen(stack, "Capacity", blue=blue, green=green, live="blue" if step == 1 else "green")

queue = bc.JobQueue(stack, "Queue", compute_environments=capacity.compute_environments)
work = bc.Ec2JobDefinition(
    stack,
    "Work",
    image="public.ecr.aws/docker/library/busybox:1.37",
    command=["sleep", "600"],
    vcpus=1,
    memory=Size.mebibytes(512),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=work)

app.synth()
