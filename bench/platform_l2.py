"""The platform's resources by hand, with the L2 constructs of aws-cdk-lib and the escape hatches that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import App, Aws, CfnOutput, CfnResource, Duration, Fn, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

if TYPE_CHECKING:
    from constructs import IConstruct

app = App()
stack = Stack(app, "Platform")

flow_log_group = logs.LogGroup(stack, "FlowLogGroup", retention=logs.RetentionDays.ONE_MONTH)
vpc = ec2.Vpc(
    stack,
    "Vpc",
    max_azs=3,
    nat_gateways=1,
    subnet_configuration=[
        ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24),
        ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
    ],
    flow_logs={
        "FlowLog": ec2.FlowLogOptions(destination=ec2.FlowLogDestination.to_cloud_watch_logs(flow_log_group))
    },
    restrict_default_security_group=False,
)
ec2.GatewayVpcEndpoint(stack, "S3", vpc=vpc, service=ec2.GatewayVpcEndpointAwsService.S3)


def cfn(construct: IConstruct) -> CfnResource:
    """Return the L1 of an L2, the CDK's escape hatch."""
    return cast("CfnResource", construct.node.default_child)


group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
instance_role = iam.Role(
    stack,
    "InstanceRole",
    assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
    managed_policies=[
        iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonEC2ContainerServiceforEC2Role")
    ],
)
profile = iam.InstanceProfile(stack, "Profile", role=instance_role)
template = ec2.LaunchTemplate(
    stack,
    "LaunchTemplate",
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
latest = template.latest_version_number


def environment(id: str, *, spot: bool, max_vcpus: int) -> batch.ManagedEc2EcsComputeEnvironment:
    strategy = batch.AllocationStrategy
    made = batch.ManagedEc2EcsComputeEnvironment(
        stack,
        id,
        vpc=vpc,
        spot=spot,
        maxv_cpus=max_vcpus,
        allocation_strategy=strategy.SPOT_PRICE_CAPACITY_OPTIMIZED if spot else strategy.BEST_FIT_PROGRESSIVE,
        default_instance_classes=[batch.DefaultInstanceClass.X86_64],
        images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023)],
        instance_role=instance_role,
        launch_template=template,
        security_groups=[group],
        replace_compute_environment=False,
        update_to_latest_image_version=True,
    )
    resource = cfn(made)
    # The L2 leaves the version out, so that changes of the template would not update the environment.
    resource.add_property_override("ComputeResources.LaunchTemplate.Version", latest)
    # One profile for all; the L2 creates one for each environment.
    made.node.try_remove_child("InstanceProfile")
    resource.add_property_override("ComputeResources.InstanceRole", profile.instance_profile_arn)
    # Otherwise the environment is stuck in DELETING if the role is deleted first.
    resource.add_resource_dependency(cfn(instance_role))
    return made


spot, on_demand = (
    environment("Spot", spot=True, max_vcpus=256),
    environment("OnDemand", spot=False, max_vcpus=64),
)
reasons = batch.JobStateTimeLimitActionsReason
queue = batch.JobQueue(
    stack,
    "Queue",
    priority=10,
    compute_environments=[
        batch.OrderedComputeEnvironment(compute_environment=spot, order=1),
        batch.OrderedComputeEnvironment(compute_environment=on_demand, order=2),
    ],
    job_state_time_limit_actions=[
        batch.JobStateTimeLimitAction(max_time=Duration.hours(1), reason=reason)
        for reason in (reasons.COMPUTE_ENVIRONMENT_MAX_RESOURCE, reasons.JOB_RESOURCE_REQUIREMENT)
    ],
)
# The L2 does not have this reason.
cfn(queue).add_property_override(
    "JobStateTimeLimitActions.2",
    {
        "Action": "CANCEL",
        "MaxTimeSeconds": 3600,
        "Reason": "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
        "State": "RUNNABLE",
    },
)
queue_arn = queue.job_queue_arn

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
# Imported, since the target would let every rule of every account publish and use the key.
topic_of_rules = sns.Topic.from_topic_arn(stack, "TopicOfRules", topic.topic_arn)

field = events.EventField.from_path
region = field("$.region")
console = f"https://{region}.console.aws.amazon.com"
environments_page = f"Environments: {console}/batch/home?region={region}#compute-environments"
job_page = f"Console: {console}/batch/home?region={region}#jobs/detail/{field('$.detail.jobId')}"
about_the_job = [
    f"Job: {field('$.detail.jobName')}, {field('$.detail.jobId')}",
    f"Job queue: {field('$.detail.jobQueue')}",
    f"Job definition: {field('$.detail.jobDefinition')}",
]
reason = f"Reason: {field('$.detail.statusReason')}"
capacity = (
    "CAPACITY: AWS has no such instance now; allow more instance types and zones, or on-demand capacity."
)
misconfiguration = (
    "MISCONFIGURATION: no environment can take the job, or its template does not go with its instance types."
)


def dead_letters(id: str) -> sqs.Queue:
    return sqs.Queue(
        stack,
        id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )


def alert(
    id: str, description: str, letters: sqs.Queue, pattern: events.EventPattern, lines: list[str]
) -> None:
    rule = events.Rule(
        stack,
        id,
        description=description,
        event_pattern=pattern,
        targets=[
            targets.SnsTopic(
                topic_of_rules,
                dead_letter_queue=letters,
                message=events.RuleTargetInput.from_multiline_text("\n".join(lines)),
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


def of_batch(kind: str, detail: dict[str, Any]) -> events.EventPattern:
    return events.EventPattern(source=["aws.batch"], detail_type=[kind], detail=detail)


final_failure = {
    "status": ["FAILED"],
    "arrayProperties": {"index": events.Match.does_not_exist()},
    "jobId": [{"anything-but": {"wildcard": ["*#*"]}}],
    "jobQueue": [queue_arn],
}
time_limit = "Canceled by JobStateTimeLimit action due to reason:"
of_environments = [
    "ACTION_REQUIRED",
    "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS",
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
]
alert(
    "Failures",
    "Jobs of AWS Batch that failed for good",
    dead_letters("FailuresLetters"),
    of_batch(
        "Batch Job State Change",
        {
            **final_failure,
            "statusReason": [{"anything-but": {"wildcard": [f"{time_limit}*"]}}, {"exists": False}],
        },
    ),
    [
        f"Job {field('$.detail.jobName')} failed at {field('$.time')}.",
        reason,
        f"Of the container: {field('$.detail.container.reason')}",
        f"Exit code: {field('$.detail.container.exitCode')}",
        f"Failed children of an array: {field('$.detail.arrayProperties.statusSummary.FAILED')}",
        *about_the_job,
        (
            f"Log: {console}/cloudwatch/home?region={region}#logEventViewer:"
            f"group={field('$.detail.container.logConfiguration.options.awslogs-group')};"
            f"stream={field('$.detail.container.logStreamName')}"
        ),
        job_page,
    ],
)
alert(
    "Blocked",
    "Job queues of AWS Batch that a job blocks",
    dead_letters("BlockedLetters"),
    of_batch(
        "Batch Job Queue Blocked",
        {
            "jobQueue": [queue_arn],
            "statusReason": [{"anything-but": {"wildcard": [f"{each}*" for each in of_environments]}}],
        },
    ),
    [
        f"A job blocks its queue since {field('$.time')}.",
        reason,
        "It is RUNNABLE and cannot start.",
        *about_the_job,
        capacity,
        misconfiguration,
        (
            "UNDETERMINED: AWS Batch found no cause. See whether instances start (EC2 quota) and join the cluster (network, ECS "
            "agent, awslogs driver, user data that takes too long)."
        ),
        "To let the next job pass, cancel this one, or give the queue a JobStateTimeLimit (none exists for UNDETERMINED).",
        job_page,
    ],
)
alert(
    "Stuck",
    "Jobs of AWS Batch that never started, and were cancelled",
    dead_letters("StuckLetters"),
    of_batch("Batch Job State Change", {**final_failure, "statusReason": [{"prefix": time_limit}]}),
    [
        f"Job {field('$.detail.jobName')} never started, and was cancelled at {field('$.time')}.",
        reason,
        *about_the_job,
        capacity,
        misconfiguration,
        "It is not tried again: submit it anew when the cause is gone.",
        job_page,
    ],
)
environment_letters = dead_letters("EnvironmentLetters")
alert(
    "Environments",
    "Compute environments of AWS Batch that cannot run jobs",
    environment_letters,
    of_batch(
        "Batch Job Queue Blocked",
        {"jobQueue": [queue_arn], "statusReason": [{"prefix": each} for each in of_environments]},
    ),
    [
        f"No compute environment of a queue can run its jobs since {field('$.time')}.",
        reason,
        *about_the_job,
        "The status reason of an INVALID environment says why: most often a role, a subnet or a launch template.",
        environments_page,
        job_page,
    ],
)
entities = " ".join(field(f"$.detail.affectedEntities[{number}].entityValue") for number in range(5))
health = {"source": ["aws.health"], "detail_type": ["AWS Health Event"]}
alert(
    "Health",
    "AWS Health events about AWS Batch",
    environment_letters,
    events.EventPattern(
        **health,
        detail={"service": ["BATCH"], "eventTypeCategory": [{"anything-but": ["scheduledChange"]}]},
    ),
    [
        f"AWS Health about AWS Batch: {field('$.detail.eventTypeCode')}.",
        field("$.detail.eventDescription[0].latestDescription"),
        f"Since: {field('$.detail.startTime')}",
        f"Status: {field('$.detail.statusCode')}",
        f"Environments: {entities}",
        "Dashboard: https://health.aws.amazon.com/health/home",
        environments_page,
    ],
)
alert(
    "Planned",
    "Changes that AWS plans for AWS Batch",
    environment_letters,
    events.EventPattern(**health, detail={"service": ["BATCH"], "eventTypeCategory": ["scheduledChange"]}),
    [
        f"AWS plans a change of AWS Batch for {field('$.detail.startTime')}, by which you may have to act.",
        field("$.detail.eventDescription[0].latestDescription"),
        f"Event: {field('$.detail.eventTypeCode')}",
        f"Status: {field('$.detail.statusCode')}",
        f"Environments: {entities}",
        (
            "All environments, each PENDING until it is changed or deleted: Scheduled changes in "
            "https://health.aws.amazon.com/health/home"
        ),
        environments_page,
    ],
)
source, invalid = "batch-constructs", "Batch Compute Environment Invalid"
alert(
    "Invalid",
    "Compute environments of AWS Batch that were found INVALID",
    environment_letters,
    events.EventPattern(source=[source], detail_type=[invalid]),
    [
        f"The compute environment {field('$.detail.ComputeEnvironmentName')} is INVALID at {field('$.time')}.",
        f"Reason: {field('$.detail.StatusReason')}",
        f"Environment: {field('$.detail.ComputeEnvironmentArn')}",
        "Mend the cause, then update it: disable and enable it, if nothing else. Until then it runs no jobs.",
        environments_page,
    ],
)
old_image, its_name = (
    "Batch Compute Environment Image Update Available",
    field("$.detail.ComputeEnvironmentName"),
)
alert(
    "OldImage",
    "Compute environments of AWS Batch for which there is a newer image",
    environment_letters,
    events.EventPattern(source=[source], detail_type=[old_image]),
    [
        f"AWS has a newer image for the compute environment {its_name}.",
        f"Image type: {field('$.detail.Configuration.ImageType')}",
        f"Environment: {field('$.detail.ComputeEnvironmentArn')}",
        f"Found: {field('$.time')}",
        (
            "Any infrastructure update takes it, such as a changed instance tag; running jobs end with their instances after "
            "the time that the update policy gives them."
        ),
        (
            f"Or now: aws batch update-compute-environment --region {field('$.region')} --compute-environment {its_name} "
            "--compute-resources updateToLatestImageVersion=true"
        ),
    ],
)


def service_role(id: str, service: str, *statements: iam.PolicyStatement) -> iam.Role:
    role = iam.Role(
        stack,
        id,
        assumed_by=iam.ServicePrincipal(
            service, conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        ),
    )
    for statement in statements:
        role.add_to_policy(statement)
    return role


def put(detail_type: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::events:putEvents",
        "Parameters": {
            "Entries": [
                {"Source": source, "DetailType": detail_type, "EventBusName": "default", "Detail.$": "$"}
            ]
        },
        "End": True,
    }


look = {
    "Comment": "Tells EventBridge of compute environments that are INVALID or have an old image",
    "StartAt": "Describe",
    "States": {
        "Describe": {
            "Type": "Task",
            "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:batch:describeComputeEnvironments",
            "Parameters": {
                "ComputeEnvironments": [
                    spot.compute_environment_arn,
                    on_demand.compute_environment_arn,
                ]
            },
            "ResultPath": "$.Found",
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 3}],
            "Next": "Images?",
        },
        "Images?": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [
                        {"Variable": "$.ImageUpdates", "IsPresent": True},
                        {"Variable": "$.ImageUpdates", "BooleanEquals": True},
                    ],
                    "Next": "TellImages",
                }
            ],
            "Default": "Tell",
        },
        "Tell": {
            "Type": "Map",
            "ItemsPath": "$.Found.ComputeEnvironments",
            "ItemProcessor": {
                "StartAt": "Invalid?",
                "States": {
                    "Invalid?": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$.Status", "StringEquals": "INVALID", "Next": "Put"}],
                        "Default": "NoPut",
                    },
                    "NoPut": {"Type": "Succeed"},
                    "Put": put(invalid),
                },
            },
            "End": True,
        },
        "TellImages": {
            "Type": "Map",
            "ItemsPath": "$.Found.ComputeEnvironments",
            "ItemProcessor": {
                "StartAt": "Configured?",
                "States": {
                    "Configured?": {
                        "Type": "Choice",
                        "Choices": [
                            {
                                "Variable": "$.ComputeResources.Ec2Configuration",
                                "IsPresent": True,
                                "Next": "EachType",
                            }
                        ],
                        "Default": "NoEachType",
                    },
                    "NoEachType": {"Type": "Succeed"},
                    "EachType": {
                        "Type": "Map",
                        "ItemsPath": "$.ComputeResources.Ec2Configuration",
                        "ItemProcessor": {
                            "StartAt": "Outdated?",
                            "States": {
                                "Outdated?": {
                                    "Type": "Choice",
                                    "Choices": [
                                        {
                                            "And": [
                                                {
                                                    "Variable": "$.Configuration.BatchImageStatus",
                                                    "IsPresent": True,
                                                },
                                                {
                                                    "Variable": "$.Configuration.BatchImageStatus",
                                                    "StringEquals": "UPDATE_AVAILABLE",
                                                },
                                            ],
                                            "Next": "PutImage",
                                        }
                                    ],
                                    "Default": "NoPutImage",
                                },
                                "NoPutImage": {"Type": "Succeed"},
                                "PutImage": put(old_image),
                            },
                        },
                        "ItemSelector": {
                            "ComputeEnvironmentName.$": "$.ComputeEnvironmentName",
                            "ComputeEnvironmentArn.$": "$.ComputeEnvironmentArn",
                            "Configuration.$": "$$.Map.Item.Value",
                        },
                        "End": True,
                    },
                },
            },
            "End": True,
        },
    },
}
check = sfn.StateMachine(
    stack,
    "Check",
    role=service_role(
        "CheckRole",
        "states.amazonaws.com",
        iam.PolicyStatement(actions=["batch:DescribeComputeEnvironments"], resources=["*"]),
        iam.PolicyStatement(
            actions=["events:PutEvents"],
            resources=[f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:event-bus/default"],
            conditions={"StringEquals": {"events:source": source}},
        ),
    ),
    # The L2's tasks would add wider rights than these.
    definition_body=sfn.DefinitionBody.from_string(stack.to_json_string(look)),
)
starter = service_role("Starter", "scheduler.amazonaws.com")
for name, rate, question in (
    ("Hourly", Duration.minutes(60), "{}"),
    ("Weekly", Duration.days(7), '{"ImageUpdates": true}'),
):
    scheduler.Schedule(
        stack,
        name,
        schedule=scheduler.ScheduleExpression.rate(rate),
        target=scheduler_targets.StepFunctionsStartExecution(
            check, role=starter, input=scheduler.ScheduleTargetInput.from_text(question)
        ),
    )

queue_name = Fn.select(1, Fn.split("/", queue_arn))


def metric(name: str, statistic: str, label: str, color: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/Batch",
        metric_name=name,
        dimensions_map={"JobQueueName": queue_name},
        statistic=statistic,
        label=label,
        color=color,
    )


submitted = metric("JobsSubmitted", "Sum", "submitted", "#7f8c8d")
started = metric("JobsMovedToRunning", "Sum", "started", "#1f77b4")
succeeded = metric("JobsMovedToSucceeded", "Sum", "succeeded", "#2ca02c")
failed = metric("JobsMovedToFailed", "Sum", "failed", "#d62728")
retried = metric("JobsRetried", "Sum", "tried again", "#9467bd")


def minutes(title: str, name: str) -> cloudwatch.GraphWidget:
    parts = (("p50", "p50", "#1f77b4"), ("p90", "p90", "#ff7f0e"))
    return cloudwatch.GraphWidget(
        title=title,
        width=6,
        height=6,
        left=[
            cloudwatch.MathExpression(
                expression=f"m{number}/60000",
                using_metrics={f"m{number}": metric(name, statistic, label, color)},
                label=label,
                color=color,
            )
            for number, (statistic, label, color) in enumerate(parts)
        ],
        left_y_axis=cloudwatch.YAxisProps(label="minutes", min=0, show_units=False),
    )


def counts(title: str, axis: str, *shown: cloudwatch.Metric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        width=6,
        height=6,
        left=list(shown),
        left_y_axis=cloudwatch.YAxisProps(label=axis, min=0, show_units=False),
    )


pages = f"https://{Aws.REGION}.console.aws.amazon.com/batch/home?region={Aws.REGION}"
cloudwatch.Dashboard(
    stack,
    "Dashboard",
    default_interval=Duration.hours(12),
    period_override=cloudwatch.PeriodOverride.INHERIT,
    widgets=[
        [
            cloudwatch.TextWidget(
                width=24,
                height=2,
                markdown=f"## AWS Batch\n[cpu]({pages}#queues/detail/{queue_arn}) | [all jobs]({pages}#jobs) | "
                f"[environments]({pages}#compute-environments)",
            )
        ],
        [
            cloudwatch.SingleValueWidget(
                title="cpu: jobs in all",
                width=24,
                height=3,
                metrics=[submitted, succeeded, failed, retried],
                set_period_to_time_range=True,
            )
        ],
        [
            counts("cpu: jobs", "jobs in 5 minutes", submitted, started, succeeded, failed),
            minutes("cpu: wait for capacity", "JobAttemptRunnableToStartingDuration"),
            minutes("cpu: running time", "JobAttemptExecutionDuration"),
            counts("cpu: retries", "attempts in 5 minutes", retried),
        ],
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
queue_name = Fn.select(1, Fn.split("/", queue.job_queue_arn))
definition_name = Fn.select(0, Fn.split(":", Fn.select(1, Fn.split("/", hello.job_definition_arn))))
submit = f"aws batch submit-job --region {Aws.REGION} --job-name hello --job-queue {queue_name}"
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
    CfnOutput(stack, f"BatchFirst{output}", value=value, description=description)
CfnOutput(stack, "BatchQueueCpu", value=queue_name, description="The job queue 'cpu'")

app.synth()
