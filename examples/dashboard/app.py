"""A dashboard for two queues: running jobs, waiting times, failures and their reasons; and alarms on them."""

import batch_constructs as bc
from aws_cdk import App, Aws, Duration, Size, Stack
from aws_cdk import aws_cloudwatch_actions as actions

app = App()
stack = Stack(app, "Dashboard")

network = bc.BatchNetwork(stack, "Network")
spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=network.vpc, max_vcpus=512)
on_demand = bc.Ec2ComputeEnvironment(stack, "OnDemand", vpc=network.vpc, max_vcpus=64)
night = bc.JobQueue(stack, "Night", compute_environments=[spot, on_demand])
urgent = bc.JobQueue(stack, "Urgent", compute_environments=[on_demand], priority=10)
align = bc.Ec2JobDefinition(
    stack,
    "Align",
    image="public.ecr.aws/docker/library/busybox:1.37",
    vcpus=1,
    memory=Size.mebibytes(512),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
)

# Metrics that AWS does not publish: lost hosts, sizes of environments, one definition, and where jobs ran.
metrics = bc.JobMetrics(
    stack,
    "Metrics",
    job_queues=[night, urgent],
    compute_environments=[spot, on_demand],
    job_definitions=[align],
    include_instances=True,
)
alarms = bc.BatchAlarms(
    stack,
    "Alarms",
    job_queues=[night, urgent],
    compute_environments=[spot, on_demand],
    metrics=metrics,
    emails=["ops@example.com"],
    failed=bc.CountThreshold(above=10),
    queue_wait=bc.TimeThreshold(above=Duration.hours(1)),
    spot_reclaims=bc.CountThreshold(above=50, period=Duration.hours(1)),
)
bc.BatchDashboard(
    stack,
    "Board",
    job_queues=[night, urgent],
    compute_environments=[spot, on_demand],
    metrics=metrics,
    alarms=alarms,
)

# Your own alarms: on a queue of another team, on a definition, and on an environment.
theirs = bc.JobQueue.from_job_queue_arn(
    stack, "Theirs", f"arn:{Aws.PARTITION}:batch:{Aws.REGION}:{Aws.ACCOUNT_ID}:job-queue/theirs"
)
of_theirs: bc.JobQueueMetrics = bc.JobQueueMetrics(theirs)
of_align: bc.JobDefinitionMetrics = metrics.of_definition(align)
of_spot: bc.ComputeEnvironmentMetrics = metrics.of_environment(spot)
for name, metric, threshold in (
    ("CancelledAlarm", night.metric(bc.QueueMetric.CANCELLED), 20),
    ("TheirsAlarm", of_theirs.metric_failed(), 100),
    ("AlignAlarm", of_align.metric_failed(), 5),
    ("CapacityAlarm", of_spot.metric_desired_vcpus(), 500),
):
    alarm = metric.create_alarm(stack, name, threshold=threshold, evaluation_periods=1)
    if alarms.topic is not None:
        # Without an action, an alarm notifies nobody.
        alarm.add_alarm_action(actions.SnsAction(alarms.topic))
bc.SubmissionOutputs(stack, "First", job_queue=night, job_definition=align)

app.synth()
