"""Regulated data: jobs in a network without internet access, which can reach only these buckets and images."""

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

app = App()
stack = Stack(app, "PrivateNetwork")

network = bc.BatchNetwork(
    stack,
    "Network",
    isolated=True,
    endpoints_for=[bc.EnvironmentKind.FARGATE],
    extra_endpoints=[ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER],
    flow_logs=True,
    flow_log_retention=logs.RetentionDays.ONE_YEAR,
)
key = kms.Key(stack, "Key", enable_key_rotation=True)
records, reports = (
    s3.Bucket(
        stack,
        name,
        encryption_key=key,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
    )
    for name in ("Records", "Reports")
)
images = ecr.Repository(
    stack, "Images", image_scan_on_push=True, image_tag_mutability=ecr.TagMutability.IMMUTABLE
)

# From this network, S3 requests can reach these buckets only, so that a compromised job cannot copy data elsewhere.
network.endpoints["s3"].add_to_policy(
    iam.PolicyStatement(
        principals=[iam.AnyPrincipal()],
        actions=["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
        resources=[
            *(
                arn
                for bucket in (records, reports)
                for arn in (bucket.bucket_arn, bucket.arn_for_objects("*"))
            ),
            # The bucket in which ECR stores the layers of images.
            f"arn:{stack.partition}:s3:::prod-{stack.region}-starport-layer-bucket/*",
        ],
    )
)

fargate = bc.FargateComputeEnvironment(stack, "Fargate", vpc=network.vpc, max_vcpus=64)
queue = bc.JobQueue(
    stack,
    "Queue",
    compute_environments=[fargate],
    job_state_time_limits=bc.JobStateTimeLimit.for_misconfigurations(Duration.minutes(30)),
)
pseudonyms = secretsmanager.Secret(stack, "Pseudonyms", encryption_key=key)
report = bc.FargateJobDefinition(
    stack,
    "Report",
    image=ecs.ContainerImage.from_ecr_repository(images, "1.0.0"),
    command=["report", "Ref::bucket", "Ref::key"],
    environment={"REPORTS": reports.bucket_name, "TMPDIR": "/scratch"},
    secrets={"PSEUDONYM_KEY": batch.Secret.from_secrets_manager(pseudonyms)},
    vcpus=2,
    memory=Size.gibibytes(8),
    # No data stay behind: the root file system is read-only, and the scratch volume is deleted with the job.
    readonly_root_filesystem=True,
    mounts={"/scratch": bc.Host()},
    user="1000",
    retry_strategy=bc.RetryStrategy(attempts=2),
    timeout=Duration.hours(4),
    log_retention=logs.RetentionDays.ONE_YEAR,
)
records.grant_read(report)
reports.grant_put(report)
bc.S3TriggeredJob(stack, "OnUpload", bucket=records, suffix=".csv", job_queue=queue, job_definition=report)

bc.JobFailureAlerts(stack, "Failures", job_queues=[queue], emails=["security@example.com"])
bc.JobEventLog(stack, "Events", job_queues=[queue])
CfnOutput(stack, "ImagesUri", value=images.repository_uri)
CfnOutput(stack, "Upload", value=f"aws s3 cp records.csv s3://{records.bucket_name}/2027/records.csv")
bc.SubmissionOutputs(
    stack,
    "First",
    job_queue=queue,
    job_definition=report,
    parameters={"bucket": records.bucket_name, "key": "2027/records.csv"},
)

app.synth()
