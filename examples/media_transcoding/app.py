"""FFmpeg on AWS Batch: a queue for each kind of processor, in a network without internet access, media in S3."""

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

app = App()
stack = Stack(app, "MediaTranscoding")

# The jobs call S3 for the media, X-Ray for traces, and Parameter Store for settings.
endpoints = ec2.InterfaceVpcEndpointAwsService
network = bc.BatchNetwork(
    stack,
    "Network",
    isolated=True,
    extra_endpoints=[endpoints.XRAY, endpoints.SSM],
    flow_logs=True,
)
media = s3.Bucket(
    stack,
    "Media",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)
images = ecr.Repository(stack, "Images", image_scan_on_push=True)

job_role = bc.JobRole(
    stack,
    "JobRole",
    managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AWSXrayWriteOnlyAccess")],
)
media.grant_read_write(job_role)

# One template for all instances. Images are pulled once, since all jobs of a processor use the same one.
instances = bc.BatchLaunchTemplate(
    stack,
    "Instances",
    root_volume_size=Size.gibibytes(200),
    user_data=[bc.EcsAgentConfig(image_pull_behavior=bc.ImagePullBehavior.ONCE)],
)
spot = {
    processor: bc.SpotComputeEnvironment(
        stack, processor, vpc=network.vpc, instance_types=types, max_vcpus=4096, launch_template=instances
    )
    for processor, types in {
        "Intel": ["c5", "c5d", "c5n", "c6i", "c6id", "c6in", "c7i", "m5", "m5d", "m5n", "m6i", "m6id", "m7i"],
        "Amd": ["c5a", "c5ad", "c6a", "c7a", "m5a", "m5ad", "m6a", "m7a"],
        "Arm": ["c6g", "c6gd", "c6gn", "c7g", "c7gd", "m6g", "m6gd", "m7g", "m7gd"],
    }.items()
}
fargate = {
    "Fargate": bc.FargateComputeEnvironment(stack, "Fargate", vpc=network.vpc, spot=True),
    # Fargate Spot has no Arm.
    "FargateArm": bc.FargateComputeEnvironment(stack, "FargateArm", vpc=network.vpc),
}

OPTIONS = ("global_options", "input_file_options", "input_url", "output_file_options", "output_url", "name")
command = [word for option in OPTIONS for word in (f"--{option}", f"Ref::{option}")]
parameters = dict.fromkeys(OPTIONS, "null")
variables = {"S3_BUCKET": media.bucket_name, "AWS_XRAY_SDK_ENABLED": "true"}
retries = bc.RetryStrategy.on_spot_reclaim()


def architecture(processor: str) -> bc.Architecture:
    """Return the architecture of a processor's image."""
    return bc.Architecture.ARM64 if processor.endswith("Arm") else bc.Architecture.X86_64


def image(processor: str) -> str:
    """Return the image for a processor, which the Dockerfiles of the original sample build."""
    suffix = "arm64" if architecture(processor) is bc.Architecture.ARM64 else "amd64"
    return images.repository_uri_for_tag(f"7.0-ubuntu2004-{suffix}")


jobs: dict[str, bc.Ec2JobDefinition | bc.FargateJobDefinition] = {}
for processor in spot:
    jobs[processor] = bc.Ec2JobDefinition(
        stack,
        f"{processor}Job",
        image=image(processor),
        command=command,
        parameters=parameters,
        environment=variables,
        vcpus=2,
        # A little less than 8 GiB, so that an instance with 8 or 16 GiB has room for one or two jobs.
        memory=Size.mebibytes(7_400),
        job_role=job_role,
        retry_strategy=retries,
        timeout=Duration.hours(10),
    )
for processor in fargate:
    jobs[processor] = bc.FargateJobDefinition(
        stack,
        f"{processor}Job",
        image=image(processor),
        architecture=architecture(processor),
        command=command,
        parameters=parameters,
        environment=variables,
        vcpus=2,
        memory=Size.gibibytes(8),
        job_role=job_role,
        retry_strategy=retries,
        timeout=Duration.hours(10),
    )

queues = {
    processor: bc.JobQueue(stack, f"{processor}Queue", compute_environments=[environment])
    for processor, environment in [*spot.items(), *fargate.items()]
}
bc.JobFailureAlerts(stack, "Alerts", job_queues=[*queues.values()], emails=["media@example.com"])

urls = {f"{end}_url": f"s3://{media.bucket_name}/{end}.mp4" for end in ("input", "output")}
for processor, queue in queues.items():
    bc.SubmissionOutputs(
        stack, f"First{processor}", job_queue=queue, job_definition=jobs[processor], parameters=urls
    )
CfnOutput(stack, "Upload", value=f"aws s3 cp input.mp4 {urls['input_url']}")
CfnOutput(stack, "ImagesUri", value=images.repository_uri)

app.synth()
