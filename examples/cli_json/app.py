"""What is kept as JSON for the AWS CLI, deployed by the CDK, with what JSON cannot say."""

import json
from pathlib import Path
from typing import Any

import batch_constructs as bc
from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3


def document(name: str) -> Any:
    """The file that ``aws batch … --cli-input-json file://…`` takes."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


app = App()
stack = Stack(app, "CliJson")

# What is new stands in a document as a token; what the account has already would stand in the file.
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

# From here on they are constructs like any other.
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
