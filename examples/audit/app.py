"""Audit and costs: a trail that nobody can delete, cost allocation tags, and a budget that notifies in time."""

import batch_constructs as bc
from aws_cdk import App, Size, Stack
from aws_cdk import aws_iam as iam

app = App()
stack = Stack(app, "Audit")

network = bc.BatchNetwork(stack, "Network")
spot = bc.SpotComputeEnvironment(
    stack, "Spot", vpc=network.vpc, max_vcpus=256, container_insights=bc.ContainerInsights.ENABLED
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot])
align = bc.Ec2JobDefinition(
    stack,
    "Align",
    image="public.ecr.aws/docker/library/busybox:1.37",
    vcpus=1,
    memory=Size.mebibytes(512),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
)

# Deploys change environments and queues; changes by hand alert.
trail = bc.BatchApiTrail(
    stack, "Trail", retention_days=365, denied_calls=True, emails=["security@example.com"]
)

tags = {"project": "genomics", "cost-center": "4711"}
bc.tag_costs(stack, tags, compute_environments=[spot])
bc.BatchBudget(stack, "Budget", monthly_limit=500, tags=tags, emails=["ops@example.com"], topic=trail.topic)

# Members of the project may submit jobs of resources with its tags, and may not change the tags of the bill.
scientist = iam.Role(stack, "Scientist", assumed_by=iam.AccountRootPrincipal())
for statement in (
    *bc.allow_submit_job_with_tags(queue_tags=tags, definition_tags=tags),
    bc.deny_set_capacity_tags(),
):
    scientist.add_to_policy(statement)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=align)

app.synth()
