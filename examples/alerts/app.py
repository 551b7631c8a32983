"""Alerts about everything that goes wrong: by email, text message, Slack, webhook, to another account and to a queue."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs

app = App()
stack = Stack(app, "Alerts")

network = bc.BatchNetwork(stack, "Network")
spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=network.vpc, instance_types=["c7i", "m7i"])
queue = bc.JobQueue(
    stack,
    "Queue",
    compute_environments=[spot],
    # A job that can never run is cancelled after half an hour, so that it does not block the others for ever.
    job_state_time_limits=bc.JobStateTimeLimit.for_misconfigurations(Duration.minutes(30)),
)
importing = bc.Ec2JobDefinition(
    stack,
    "Import",
    image="public.ecr.aws/docker/library/busybox:1.37",
    command=["sh", "-c", "echo nothing to do; exit 3"],
    vcpus=1,
    memory=Size.mebibytes(512),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.minutes(10),
)

slack = bc.SlackChannel(stack, "Slack", workspace_id="T0123ABCDEF", channel_id="C0123ABCDEF")
lost = sqs.DeadLetterQueue(queue=sqs.Queue(stack, "Lost", enforce_ssl=True), max_receive_count=3)
tickets = sqs.Queue(stack, "Tickets", enforce_ssl=True, dead_letter_queue=lost)

failures = bc.JobFailureAlerts(
    stack,
    "Failures",
    job_queues=[queue],
    emails=["ops@example.com"],
    # Exit code 3 means "nothing to do", which is no failure. StuckJobAlerts report jobs that a time limit cancelled.
    ignore_exit_codes=[3],
    ignore_reasons=["Canceled by JobStateTimeLimit*"],
    targets=[
        slack,
        bc.HttpsTarget(url="https://pager.example.com/batch"),
        bc.EventBusTarget(event_bus_arn="arn:aws:events:eu-west-1:111122223333:event-bus/operations"),
        targets.SqsQueue(tickets),
    ],
)
bc.JobQueueBlockedAlerts(
    stack,
    "Blocked",
    job_queues=[queue],
    ignore_reasons=bc.BlockedReason.of_environments(),
    topic=failures.topic,
    targets=[slack],
)
bc.StuckJobAlerts(stack, "Stuck", job_queues=[queue], topic=failures.topic, targets=[slack])
bc.ComputeEnvironmentAlerts(
    stack,
    "Environments",
    job_queues=[queue],
    # Checks once an hour, since AWS sends no event while one of several environments still works.
    check_every=Duration.hours(1),
    launch_failures=True,
    targets=[bc.SmsTarget(phone_number="+491701234567"), slack],
)
# Keeps all events, with queries that answer "why did last night go wrong?".
bc.JobEventLog(stack, "Events", job_queues=[queue])
# A job that fails, to see an alert.
bc.SubmissionOutputs(
    stack,
    "Failing",
    job_queue=queue,
    job_definition=importing,
    container_overrides=bc.ContainerOverrides(command=["false"]),
)

app.synth()
