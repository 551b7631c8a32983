"""The quick start's resources by hand, with the L2 constructs of aws-cdk-lib and the escape hatches that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import App, Aws, CfnOutput, CfnResource, Duration, Fn, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs

if TYPE_CHECKING:
    from constructs import IConstruct

app = App()
stack = Stack(app, "BatchQuickstart")

vpc = ec2.Vpc(
    stack,
    "Vpc",
    max_azs=2,
    nat_gateways=1,
    subnet_configuration=[
        ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24),
        ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
    ],
    restrict_default_security_group=False,
)
ec2.GatewayVpcEndpoint(stack, "S3", vpc=vpc, service=ec2.GatewayVpcEndpointAwsService.S3)


def cfn(construct: IConstruct) -> CfnResource:
    """Return the L1 of an L2, the CDK's escape hatch."""
    return cast("CfnResource", construct.node.default_child)


def launch_template(id: str) -> ec2.LaunchTemplate:
    return ec2.LaunchTemplate(
        stack,
        id,
        require_imdsv2=True,
        http_put_response_hop_limit=1,
        block_devices=[
            ec2.BlockDevice(
                device_name="/dev/xvda",
                volume=ec2.BlockDeviceVolume.ebs(
                    100, encrypted=True, delete_on_termination=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                ),
            )
        ],
    )


def follow(environment: batch.ManagedEc2EcsComputeEnvironment, template: ec2.LaunchTemplate) -> None:
    """Set the template's version, which the L2 leaves out, so that changes of the template update the environment."""
    cfn(environment).add_property_override(
        "ComputeResources.LaunchTemplate.Version", template.latest_version_number
    )


spot_template = launch_template("SpotLaunchTemplate")
spot = batch.ManagedEc2EcsComputeEnvironment(
    stack,
    "Spot",
    vpc=vpc,
    spot=True,
    maxv_cpus=256,
    allocation_strategy=batch.AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
    instance_classes=[ec2.InstanceClass.C7I, ec2.InstanceClass.M7I, ec2.InstanceClass.R7I],
    use_optimal_instance_classes=False,
    images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023)],
    launch_template=spot_template,
    replace_compute_environment=False,
    update_to_latest_image_version=True,
)
follow(spot, spot_template)
on_demand_template = launch_template("OnDemandLaunchTemplate")
on_demand = batch.ManagedEc2EcsComputeEnvironment(
    stack,
    "OnDemand",
    vpc=vpc,
    maxv_cpus=64,
    default_instance_classes=[batch.DefaultInstanceClass.X86_64],
    images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023)],
    launch_template=on_demand_template,
    replace_compute_environment=False,
    update_to_latest_image_version=True,
)
follow(on_demand, on_demand_template)
queue = batch.JobQueue(
    stack,
    "Queue",
    priority=1,
    compute_environments=[
        batch.OrderedComputeEnvironment(compute_environment=spot, order=1),
        batch.OrderedComputeEnvironment(compute_environment=on_demand, order=2),
    ],
)
log_group = logs.LogGroup(stack, "HelloLogGroup", retention=logs.RetentionDays.ONE_MONTH)
container = batch.EcsEc2ContainerDefinition(
    stack,
    "HelloContainer",
    image=ecs.ContainerImage.from_registry("public.ecr.aws/docker/library/busybox:1.37"),
    command=["echo", "Hello from AWS Batch"],
    cpu=1,
    memory=Size.mebibytes(512),
    logging=ecs.LogDriver.aws_logs(stream_prefix="hello", log_group=log_group),
)
hello = batch.EcsJobDefinition(
    stack,
    "Hello",
    container=container,
    retry_attempts=3,
    retry_strategies=[
        batch.RetryStrategy.of(batch.Action.RETRY, batch.Reason.SPOT_INSTANCE_RECLAIMED),
        batch.RetryStrategy.of(
            batch.Action.RETRY, batch.Reason.custom(on_status_reason="Your Spot Task was interrupted*")
        ),
        batch.RetryStrategy.of(batch.Action.RETRY, batch.Reason.custom(on_reason="CannotPullContainer*")),
        batch.RetryStrategy.of(batch.Action.EXIT, batch.Reason.custom(on_reason="*")),
    ],
    timeout=Duration.minutes(10),
    propagate_tags=True,
    skip_deregister_on_update=True,
)
# On EC2 the instance role writes the log, but the L2 creates a role for it anyway.
container.node.try_remove_child("ExecutionRole")
cfn(hello).add_property_deletion_override("ContainerProperties.ExecutionRoleArn")

key = kms.Key(stack, "Key", enable_key_rotation=True, description="Alerts of AWS Batch")
key.add_to_resource_policy(
    iam.PolicyStatement(
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resources=["*"],
    )
)
topic = sns.Topic(stack, "Topic", master_key=key, enforce_ssl=True)
topic.add_subscription(subscriptions.EmailSubscription("ops@example.com"))
dead_letter_queue = sqs.Queue(
    stack,
    "DeadLetterQueue",
    encryption=sqs.QueueEncryption.SQS_MANAGED,
    enforce_ssl=True,
    retention_period=Duration.days(14),
)
field = events.EventField.from_path
job, job_id, region = field("$.detail.jobName"), field("$.detail.jobId"), field("$.region")
rule = events.Rule(
    stack,
    "Rule",
    description="Jobs of AWS Batch that failed for good",
    event_pattern=events.EventPattern(
        source=["aws.batch"],
        detail_type=["Batch Job State Change"],
        detail={
            "status": ["FAILED"],
            "arrayProperties": {"index": events.Match.does_not_exist()},
            "jobId": [{"anything-but": {"wildcard": ["*#*"]}}],
            "jobQueue": [queue.job_queue_arn],
        },
    ),
    targets=[
        targets.SnsTopic(
            # Imported, since the target would let every rule of every account publish and use the key.
            sns.Topic.from_topic_arn(stack, "TopicOfRule", topic.topic_arn),
            dead_letter_queue=dead_letter_queue,
            message=events.RuleTargetInput.from_multiline_text(
                f"Job {job} failed at {field('$.time')}.\n"
                f"Reason: {field('$.detail.statusReason')}\n"
                f"Of the container: {field('$.detail.container.reason')}\n"
                f"Exit code: {field('$.detail.container.exitCode')}\n"
                f"Failed children of an array: {field('$.detail.arrayProperties.statusSummary.FAILED')}\n"
                f"Job: {job}, {job_id}\n"
                f"Job queue: {field('$.detail.jobQueue')}\n"
                f"Job definition: {field('$.detail.jobDefinition')}\n"
                f"Log: https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:"
                f"group={field('$.detail.container.logConfiguration.options.awslogs-group')};"
                f"stream={field('$.detail.container.logStreamName')}\n"
                f"Console: https://{region}.console.aws.amazon.com/batch/home?region={region}#jobs/detail/{job_id}"
            ),
        )
    ],
)
topic.add_to_resource_policy(
    iam.PolicyStatement(
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=["sns:Publish"],
        resources=[topic.topic_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rule.rule_arn}},
    )
)
submitter = iam.Role(stack, "Submitter", assumed_by=iam.AccountRootPrincipal())
name = f"arn:{Aws.PARTITION}:batch:{Aws.REGION}:{Aws.ACCOUNT_ID}:" + Fn.select(
    5, Fn.split(":", hello.job_definition_arn)
)
submitter.add_to_policy(
    iam.PolicyStatement(actions=["batch:SubmitJob"], resources=[queue.job_queue_arn, name, f"{name}:*"])
)
queue_name = Fn.select(1, Fn.split("/", queue.job_queue_arn))
definition_name = Fn.select(0, Fn.split(":", Fn.select(1, Fn.split("/", hello.job_definition_arn))))
submit = f"aws batch submit-job --region {Aws.REGION} --job-name first --job-queue {queue_name}"
for output, value, description in (
    ("JobQueue", queue_name, "The job queue"),
    ("JobDefinition", definition_name, "The job definition"),
    ("Submit", f"{submit} --job-definition {definition_name}", "Submits a job"),
    (
        "Logs",
        f"aws logs tail --region {Aws.REGION} --follow {log_group.log_group_name}",
        "Shows what the jobs write, as soon as there is something",
    ),
):
    CfnOutput(stack, f"First{output}", value=value, description=description)

app.synth()
