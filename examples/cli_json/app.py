"""JSON files of the AWS CLI, deployed by the CDK together with other constructs."""

import json
from pathlib import Path
from typing import Any

import batch_constructs as bc
from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3


def document(name: str) -> Any:
    """Return the file for ``aws batch … --cli-input-json file://…``."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


app = App()
stack = Stack(app, "CliJson")

# New resources are added to the document as tokens; existing ones would be in the file.
network = bc.BatchNetwork(stack, "Network")
group = ec2.SecurityGroup(stack, "Instances", vpc=network.vpc)
role = bc.EcsInstanceRole(stack, "InstanceRole")
template = bc.BatchLaunchTemplate(stack, "LaunchTemplate")
environment = document("compute-environment")
environment["computeResources"] |= {
    "subnets": [each.subnet_id for each in network.vpc.private_subnets],
    "securityGroupIds": [group.security_group_id],
    "instanceRole": role.instance_profile_arn,
    "launchTemplate": {"launchTemplateId": template.ref, "version": template.attr_latest_version_number},
}
spot = bc.SpotComputeEnvironment.from_cli_json(stack, "Spot", environment)

order = [{"order": 1, "computeEnvironment": spot.compute_environment_arn}]
queue = bc.JobQueue.from_cli_json(stack, "Queue", {**document("job-queue"), "computeEnvironmentOrder": order})
align = bc.Ec2JobDefinition.from_cli_json(stack, "Align", document("job-definition"))

# They are now constructs like all others.
samples = s3.Bucket(
    stack,
    "Samples",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)
samples.grant_read(align)
bc.ScheduledJob(stack, "Nightly", schedule="cron(0 3 * * ? *)", job_queue=queue, job_definition=align)
bc.JobQueueBlockedAlerts(stack, "Blocked", job_queues=[queue], emails=["ops@example.com"])
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=align, parameters={"sample": "one"})

app.synth()
