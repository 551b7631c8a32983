"""Spot capacity, on-demand capacity as a fallback, one job, and an email when it fails."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_iam as iam

app = App()
stack = Stack(app, "BatchQuickstart")

network = bc.BatchNetwork(stack, "Network")
spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=network.vpc, instance_types=["c7i", "m7i", "r7i"])
on_demand = bc.Ec2ComputeEnvironment(stack, "OnDemand", vpc=network.vpc, max_vcpus=64)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot, on_demand])
hello = bc.Ec2JobDefinition(
    stack,
    "Hello",
    image="public.ecr.aws/docker/library/busybox:1.37",
    command=["echo", "Hello from AWS Batch"],
    vcpus=1,
    memory=Size.mebibytes(512),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.minutes(10),
)
bc.JobFailureAlerts(stack, "Alerts", job_queues=[queue], emails=["ops@example.com"])

# A principal that assumes this role may submit this job to this queue, and nothing else.
submitter = iam.Role(stack, "Submitter", assumed_by=iam.AccountRootPrincipal())
queue.grant_submit_job(submitter, hello)
# `cdk deploy` prints the names of the queue and the definition, and a command that submits the first job.
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=hello)

app.synth()
