"""Queues of service jobs: only alarms, alerts and graphs that can have data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch

import batch_constructs as bc
from batch_constructs.facts.metrics import QueueMetric
from batch_constructs.local.events import transform
from batch_constructs.monitoring.queue_kinds import has_service_jobs
from tests.monitoring.samples import QUEUE, matches, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    Synth = Callable[[], dict[str, dict[str, Any]]]

TRAINING = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
COMPUTE_ONLY = {"JobSubmittedToFirstStartingDuration", "JobAttemptRunnableToStartingDuration"}


def rules(synth: Synth) -> list[dict[str, Any]]:
    return [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]


def hears(rules: list[dict[str, Any]], name: str, **detail: Any) -> bool:
    return any(matches(rule["EventPattern"], sample(name, **detail)) for rule in rules)


@pytest.fixture
def training(stack: cdk.Stack) -> bc.ImportedSageMakerJobQueue:
    """Return an imported queue of service jobs."""
    return bc.SageMakerJobQueue.from_job_queue_arn(stack, "Training", TRAINING)


@pytest.fixture
def nightly(stack: cdk.Stack) -> batch.CfnJobQueue:
    """Return a queue of compute jobs."""
    return batch.CfnJobQueue(stack, "Nightly", priority=1, compute_environment_order=[])


def sagemaker_queues(stack: cdk.Stack) -> dict[str, Any]:
    """Return ours, an L1 by its type, an L1 by its environments, and an imported one."""
    environment = bc.ServiceEnvironment(stack, "Service", capacity_limits=[bc.CapacityLimit(max_capacity=4)])
    order = batch.CfnJobQueue.ServiceEnvironmentOrderProperty(order=1, service_environment="training")
    return {
        "ours": bc.SageMakerJobQueue(stack, "Ours", service_environment=environment),
        "by type": batch.CfnJobQueue(stack, "Type", priority=1, job_queue_type="SAGEMAKER_TRAINING"),
        "by environments": batch.CfnJobQueue(stack, "Order", priority=1, service_environment_order=[order]),
        "imported": bc.SageMakerJobQueue.from_job_queue_arn(stack, "Imported", TRAINING),
    }


@pytest.mark.parametrize("kind", ["ours", "by type", "by environments", "imported"])
def test_alarms_dashboards_and_metrics_take_what_service_jobs_have(
    stack: cdk.Stack, synth: Synth, kind: str
) -> None:
    """The wait for capacity ends with SCHEDULED; metrics of compute jobs would have no data."""
    queue = sagemaker_queues(stack)[kind]
    assert has_service_jobs(queue) is True
    bc.BatchAlarms(stack, "Alarms", job_queues=[queue], preemptions=bc.CountThreshold(above=0))
    board = bc.BatchDashboard(stack, "Board", job_queues=[queue], free_only=True)
    alarms = {
        each["Properties"]["MetricName"]
        for each in synth().values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert alarms == {"JobsMovedToFailed", "JobAttemptRunnableToScheduledDuration", "JobsPreempted"}
    body = json.dumps(stack.resolve(board.cfn.dashboard_body))
    assert "JobAttemptRunnableToScheduledDuration" in body
    assert "JobsPreempted" in body
    assert not any(name in body for name in COMPUTE_ONLY)
    metrics = bc.JobQueueMetrics(queue)
    assert metrics.metric_queue_wait().metric_name == "JobAttemptRunnableToScheduledDuration"
    assert metrics.metric_time_to_start().metric_name == "JobSubmittedToFirstScheduledDuration"


def test_a_service_queue_has_its_own_metrics(training: bc.ImportedSageMakerJobQueue) -> None:
    """It has methods for them, in addition to those of all queues."""
    assert training.metric_scheduled().metric_name == "JobsMovedToScheduled"
    assert training.metric_preempted().metric_name == "JobsPreempted"
    assert training.metric_queue_wait().metric_name == "JobAttemptRunnableToScheduledDuration"
    assert training.metric(QueueMetric.FAILED).metric_name == "JobsMovedToFailed"


def test_an_imported_queue_of_unknown_kind_counts_as_one_of_compute_jobs(stack: cdk.Stack) -> None:
    """Its kind is unknown, so nothing is refused."""
    queue = bc.JobQueue.from_job_queue_arn(stack, "Queue", QUEUE)
    assert has_service_jobs(queue) is None
    assert queue.metric_queue_wait().metric_name == "JobAttemptRunnableToStartingDuration"
    assert queue.metric(QueueMetric.PREEMPTED).metric_name == "JobsPreempted"
    kind = cdk.CfnParameter(stack, "Kind").value_as_string
    l1 = batch.CfnJobQueue(stack, "L1", priority=1, job_queue_type=kind)
    assert has_service_jobs(l1) is None


def test_fails_when_a_metric_would_never_have_data(
    stack: cdk.Stack, training: bc.ImportedSageMakerJobQueue
) -> None:
    """Fails for both kinds of queues, and for lost hosts."""
    with pytest.raises(ValueError, match="published for compute jobs only, got a queue of service jobs"):
        training.metric(QueueMetric.RUNNABLE_TO_STARTING)
    environment = bc.Ec2ComputeEnvironment.from_compute_environment_arn(
        stack, "Environment", "arn:aws:batch:us-east-1:123456789012:compute-environment/spot"
    )
    queue = bc.JobQueue(stack, "Queue", compute_environments=[environment])
    with pytest.raises(ValueError, match="published for service jobs only, got a queue of compute jobs"):
        queue.metric(QueueMetric.PREEMPTED)
    with pytest.raises(ValueError, match="service jobs, which lose no hosts"):
        bc.JobQueueMetrics(training).metric_spot_reclaims()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"job_queues": "training", "spot_reclaims": 0}, "spot_reclaims need a queue of compute jobs"),
        ({"job_queues": "nightly", "preemptions": 0}, "preemptions need a queue of service jobs"),
    ],
)
def test_fails_when_an_alarm_would_never_have_data(
    stack: cdk.Stack,
    training: bc.ImportedSageMakerJobQueue,
    nightly: batch.CfnJobQueue,
    arguments: dict[str, Any],
    message: str,
) -> None:
    """Fails, and names the right argument."""
    queues: dict[str, Any] = {"training": training, "nightly": nightly}
    name = arguments.pop("job_queues")
    thresholds: dict[str, Any] = {key: bc.CountThreshold(above=value) for key, value in arguments.items()}
    metrics = bc.JobMetrics(stack, "Metrics")
    with pytest.raises(ValueError, match=message):
        bc.BatchAlarms(stack, "Alarms", job_queues=[queues[name]], metrics=metrics, **thresholds)


def test_queues_that_are_named_are_heard_whatever_their_jobs(
    stack: cdk.Stack, synth: Synth, training: bc.ImportedSageMakerJobQueue, nightly: batch.CfnJobQueue
) -> None:
    """Each kind of queue gets its own rule, with only its queues."""
    both: list[Any] = [nightly, training]
    bc.JobFailureAlerts(stack, "Failures", job_queues=both)
    bc.JobQueueBlockedAlerts(stack, "Blocked", job_queues=both)
    bc.StuckJobAlerts(stack, "Stuck", job_queues=both)
    heard = rules(synth)
    assert len(heard) == 6
    for name in (
        "service_job_failed",
        "service_job_queue_blocked",
        "service_job_queue_blocked_by_quota",
        "service_job_terminated_by_time_limit",
    ):
        assert hears(heard, name), name
        assert not hears(heard, name, jobQueue=f"{TRAINING}-other"), name
    nightly_arn = stack.resolve(nightly.job_queue_ref.job_queue_arn)
    kinds = {
        rule["EventPattern"]["detail-type"][0]: rule["EventPattern"]["detail"]["jobQueue"] for rule in heard
    }
    assert kinds["Batch Job State Change"] == [nightly_arn]
    assert kinds["Batch Service Job Queue Blocked"] == [TRAINING]


def test_a_service_queue_alone_needs_no_rule_about_compute_jobs(
    stack: cdk.Stack, synth: Synth, training: bc.ImportedSageMakerJobQueue
) -> None:
    """A rule that could never match is not created."""
    alerts = bc.StuckJobAlerts(stack, "Stuck", job_queues=[training])
    [rule] = rules(synth)
    assert hears([rule], "service_job_terminated_by_time_limit")
    assert not hears([rule], "service_job_failed")
    said = transform(rule["Targets"][0]["InputTransformer"], sample("service_job_terminated_by_time_limit"))
    assert said.startswith('"Service job train-7 never started, and was terminated at ')
    assert "more than its quota share has and may borrow" in said
    assert alerts.rule is alerts.rules[0]


def test_service_jobs_of_all_queues_are_heard_on_request(stack: cdk.Stack, synth: Synth) -> None:
    """For failures and for blocked queues."""
    bc.StuckJobAlerts(stack, "Stuck", include_service_jobs=True)
    assert len(rules(synth)) == 2


def test_failures_leave_to_others_what_these_tell(
    stack: cdk.Stack, synth: Synth, training: bc.ImportedSageMakerJobQueue
) -> None:
    """Ignored reasons apply to service jobs, too."""
    bc.JobFailureAlerts(
        stack, "Failures", job_queues=[training], ignore_reasons=["Terminated by JobStateTimeLimit*"]
    )
    assert hears(rules(synth), "service_job_failed")
    assert not hears(rules(synth), "service_job_terminated_by_time_limit")


@pytest.mark.parametrize("also", [True, False], ids=["beside others", "alone"])
def test_all_alerts_together_tell_each_event_of_a_service_queue_once(
    stack: cdk.Stack,
    synth: Synth,
    training: bc.ImportedSageMakerJobQueue,
    also: bool,
) -> None:
    """No event alerts twice, none is lost, and no other queue of the account alerts."""
    other = bc.JobQueue.from_job_queue_arn(stack, "Other", f"{QUEUE}-other")
    bc.BatchAlerts(
        stack, "Alerts", job_queues=[training, other] if also else [training], emails=["ops@example.com"]
    )
    heard = rules(synth)
    for name in (
        "service_job_failed",
        "service_job_queue_blocked",
        "service_job_queue_blocked_by_quota",
        "service_job_terminated_by_time_limit",
    ):
        assert sum(hears([rule], name) for rule in heard) == 1, name
    assert not hears(heard, "job_queue_blocked_by_invalid_environments")


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (bc.JobFailureAlerts, {"include_service_jobs": False}, "leaves out Stack/Training"),
        (bc.StuckJobAlerts, {"include_service_jobs": False}, "leaves out Stack/Training"),
        (bc.JobQueueBlockedAlerts, {"include_service_jobs": False}, "leaves out Stack/Training"),
        (
            bc.JobQueueBlockedAlerts,
            {"reasons": [bc.BlockedReason.UNDETERMINED]},
            "must hold one that queues of service jobs have, or Stack/Training never alerts",
        ),
        (
            bc.JobFailureAlerts,
            {"job_definitions": ["arn:aws:batch:us-east-1:123456789012:job-definition/a:1"]},
            "job_definitions choose no service jobs, got Stack/Training",
        ),
    ],
)
def test_fails_when_a_service_queue_would_never_be_heard(
    stack: cdk.Stack,
    training: bc.ImportedSageMakerJobQueue,
    make: Any,
    arguments: dict[str, Any],
    message: str,
) -> None:
    """Fails at the call, and names the queue."""
    if "job_definitions" in arguments:
        [arn] = arguments["job_definitions"]
        arguments["job_definitions"] = [bc.Ec2JobDefinition.from_job_definition_arn(stack, "Job", arn)]
    with pytest.raises(ValueError, match=message):
        make(stack, "Alerts", job_queues=[training], **arguments)


def test_fails_when_service_jobs_are_asked_of_compute_queues(
    stack: cdk.Stack, nightly: batch.CfnJobQueue
) -> None:
    """Fails if all queues are known to have compute jobs, or if only reasons of service queues are given."""
    with pytest.raises(ValueError, match="include_service_jobs needs a queue that has service jobs"):
        bc.JobFailureAlerts(stack, "Failures", job_queues=[nightly], include_service_jobs=True)
    with pytest.raises(ValueError, match="must hold one that queues of compute jobs have"):
        bc.JobQueueBlockedAlerts(
            stack, "Named", job_queues=[nightly], reasons=[bc.BlockedReason.QUOTA_MANAGEMENT_LIMIT]
        )
    with pytest.raises(ValueError, match="give include_service_jobs=True"):
        bc.JobQueueBlockedAlerts(stack, "All", reasons=[bc.BlockedReason.QUOTA_MANAGEMENT_LIMIT])


def test_reasons_of_service_queues_alone_are_heard(stack: cdk.Stack, synth: Synth) -> None:
    """A used-up quota of a team can be distinguished from missing capacity."""
    bc.JobQueueBlockedAlerts(
        stack, "Alerts", reasons=[bc.BlockedReason.QUOTA_MANAGEMENT_LIMIT], include_service_jobs=True
    )
    [rule] = rules(synth)
    assert hears([rule], "service_job_queue_blocked_by_quota")
    assert not hears([rule], "service_job_queue_blocked")


def test_fails_when_a_pattern_of_service_queues_names_a_reason_of_others() -> None:
    """Fails, and names the possible reasons."""
    with pytest.raises(ValueError, match="those of service queues"):
        bc.ServiceJobQueueBlockedPattern(reasons=[bc.BlockedReason.MAX_RESOURCE])


def test_preemptions_are_told_when_they_are_completed(stack: cdk.Stack, synth: Synth) -> None:
    """With the reason, the lost attempts, and the state of the job."""
    bc.ServiceJobPreemptionAlerts(stack, "Preempted")
    [rule] = rules(synth)
    assert hears([rule], "service_job_preemption_completed")
    assert not hears([rule], "service_job_preemption_started")
    said = transform(rule["Targets"][0]["InputTransformer"], sample("service_job_preemption_completed"))
    assert "It is now: RUNNABLE" in said
    assert "Reason: Cross-share preemption triggered to reclaim borrowed capacity" in said
    assert "Attempts that it has lost so: 1" in said
    assert "training-job/AWSBatchtrain-9" in said


def test_both_events_of_a_preemption_make_a_card(stack: cdk.Stack, synth: Synth) -> None:
    """A chat drops invalid JSON, so a card has only values that both events have."""
    slack = bc.SlackChannel(stack, "Slack", workspace_id="T0123ABCDEF", channel_id="C0123ABCDEF")
    bc.ServiceJobPreemptionAlerts(stack, "Preempted", phases=list(bc.PreemptionPhase), targets=[slack])
    [rule] = rules(synth)
    for name in ("service_job_preemption_started", "service_job_preemption_completed"):
        for target in rule["Targets"]:
            assert "RUN" in transform(target["InputTransformer"], sample(name))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"phases": []}, "phases must name at least one"), ({"statuses": ["DONE"]}, "statuses must be among")],
)
def test_fails_when_no_preemption_could_be_heard(
    stack: cdk.Stack, arguments: dict[str, Any], message: str
) -> None:
    """Fails at the call."""
    with pytest.raises(ValueError, match=message):
        bc.ServiceJobPreemptionAlerts(stack, "Preempted", **arguments)
