"""The second of three deploys: capacity moves from on demand to Spot in another network, and no job is lost."""

import batch_constructs as bc
from aws_cdk import App, Size, Stack

app = App()
stack = Stack(app, "BlueGreen")

old_network = bc.BatchNetwork(stack, "OldNetwork")
new_network = bc.BatchNetwork(stack, "NewNetwork", cidr="10.1.0.0/16")

blue = bc.Ec2ComputeEnvironment(stack, "Blue", vpc=old_network.vpc, instance_types=["c5", "m5"])
green = bc.SpotComputeEnvironment(stack, "Green", vpc=new_network.vpc, instance_types=["c7i", "m7i"])

# First deploy: blue alone. This one: both, green live. The last: green alone, and blue and its network go.
capacity = bc.BlueGreen(stack, "Capacity", blue=blue, green=green, live="green")

queue = bc.JobQueue(stack, "Queue", compute_environments=capacity.compute_environments)
bc.Ec2JobDefinition(
    stack,
    "Work",
    image="public.ecr.aws/docker/library/busybox:1.37",
    vcpus=1,
    memory=Size.mebibytes(512),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
)

app.synth()
