"""Jobs that sort more data than fits into memory, on the local NVMe disks of the instances."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack

app = App()
stack = Stack(app, "ScratchStorage")

network = bc.BatchNetwork(stack, "Network")
disks = bc.InstanceStoreVolumes(mount_path="/scratch")
instances = bc.BatchLaunchTemplate(stack, "Instances", storage=bc.Storage(instance_store=disks))
# Types with a d have one or several local disks.
spot = bc.SpotComputeEnvironment(
    stack,
    "Spot",
    vpc=network.vpc,
    instance_types=["c6id", "m6id", "r6id"],
    max_vcpus=512,
    launch_template=instances,
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot])
sort = bc.Ec2JobDefinition(
    stack,
    "Sort",
    image="public.ecr.aws/docker/library/ubuntu:24.04",
    command=["bash", "-c", "df -h /scratch && seq 2000000000 -1 1 | sort -n -S 4G -T /scratch | tail -n 1"],
    vcpus=4,
    memory=Size.gibibytes(7),
    mounts={"/scratch": bc.Host(disks.mount_path)},
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(4),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=sort)

app.synth()
