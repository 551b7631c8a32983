"""The guide's fetch & run: one definition for all scripts, which each job downloads from S3 before it runs them."""

from pathlib import Path

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Size, Stack
from aws_cdk import aws_s3 as s3

app = App()
stack = Stack(app, "FetchAndRun")

network = bc.BatchNetwork(stack, "Network")
spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=network.vpc, max_vcpus=64)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot])

scripts = s3.Bucket(
    stack,
    "Scripts",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)
run = bc.Ec2JobDefinition(
    stack,
    "Run",
    # Any image with bash, unzip and the AWS CLI works; the program is in the command.
    image="public.ecr.aws/sam/build-provided.al2023:latest",
    command=["bash", "-c", Path(__file__).with_name("fetch_and_run.sh").read_text(), "run", "Ref::argument"],
    parameters={"argument": "60"},
    environment={"BATCH_FILE_TYPE": "script", "BATCH_FILE_S3_URL": scripts.s3_url_for_object("myjob.sh")},
    vcpus=2,
    memory=Size.mebibytes(2_000),
    user="nobody",
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(1),
)
scripts.grant_read(run)
CfnOutput(stack, "Upload", value=f"aws s3 cp myjob.sh {scripts.s3_url_for_object('myjob.sh')}")
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=run)

app.synth()
