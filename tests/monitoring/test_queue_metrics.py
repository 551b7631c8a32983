"""Metrics of queues, definitions and environments: names, dimensions, statistics, units."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch

import batch_constructs as bc
from batch_constructs.monitoring.functions import job_metrics as function

ARN = "arn:aws:batch:eu-west-1:111122223333"


def dimensions(metric) -> dict[str, str]:
    return dict(metric.dimensions)


def made(of) -> dict[str, Any]:
    """Return all metrics of an object, by method name."""
    return {
        name: method()
        for name, method in inspect.getmembers(of, inspect.ismethod)
        if name.startswith("metric_")
    }


@pytest.mark.parametrize("make", ["ours", "imported", "by metrics"])
def test_a_queue_has_what_aws_publishes_for_nothing(stack, make) -> None:
    """By its name, in AWS's namespace; users need no custom metric (containers-roadmap#1432)."""
    theirs = bc.JobQueue.from_job_queue_arn(stack, "Theirs", f"{ARN}:job-queue/fast")
    found = {
        "ours": lambda: bc.JobQueue(
            stack,
            "Ours",
            compute_environments=[
                bc.Ec2ComputeEnvironment.from_compute_environment_arn(
                    stack, "Environment", f"{ARN}:compute-environment/spot"
                )
            ],
        ),
        "imported": lambda: theirs,
        "by metrics": lambda: bc.JobQueueMetrics(theirs),
    }[make]()
    for name, metric in made(found).items():
        if name != "metric_spot_reclaims":
            assert metric.namespace == "AWS/Batch"
            assert list(dimensions(metric)) == ["JobQueueName"]
            assert metric.metric_name in set(bc.QueueMetric)
            times = metric.metric_name.endswith("Duration")
            assert metric.statistic == ("p90" if times else "Sum")
            assert metric.period.to_seconds() == 300
    assert found.metric_failed(period=cdk.Duration.hours(1)).period.to_hours() == 1
    assert found.metric(bc.QueueMetric.CANCELLED, statistic="SampleCount").statistic == "SampleCount"
    if make != "ours":
        assert dimensions(found.metric_queue_wait(statistic="p50")) == {"JobQueueName": "fast"}


def test_service_queues_have_metrics_too(stack) -> None:
    """Their own metrics are in `QueueMetric`."""
    environment = bc.ServiceEnvironment(
        stack, "Service", capacity_limits=[bc.CapacityLimit(max_capacity=4, capacity_unit="NUM_INSTANCES")]
    )
    queue = bc.SageMakerJobQueue(stack, "Queue", service_environment=environment)
    assert queue.metric(bc.QueueMetric.PREEMPTED).metric_name == "JobsPreempted"


def test_the_name_of_any_queue_is_found_at_deploy_time(stack) -> None:
    """Also for an L1 whose name CloudFormation makes."""
    queue = batch.CfnJobQueue(stack, "Queue", priority=1, compute_environment_order=[])
    [name] = dimensions(bc.JobQueueMetrics(queue).metric_failed()).values()
    resolved = stack.resolve(name)
    assert resolved["Fn::Select"][0] == 1


def test_what_the_function_makes_is_what_is_asked_for(stack) -> None:
    """Names, dimensions and units are those that the function writes."""
    job = bc.Ec2JobDefinition.from_job_definition_arn(stack, "Job", f"{ARN}:job-definition/align:3")
    environment = bc.Ec2ComputeEnvironment.from_compute_environment_arn(
        stack, "Environment", f"{ARN}:compute-environment/spot"
    )
    queue = bc.JobQueue.from_job_queue_arn(stack, "Queue", f"{ARN}:job-queue/fast")
    metrics = bc.JobMetrics(stack, "Metrics", job_definitions=[job], compute_environments=[environment])
    source = Path(str(function.__file__)).read_text("utf-8")
    states = {state.title() for state in function.STATES}
    of_definition = made(metrics.of_definition(job))
    for metric in of_definition.values():
        assert metric.namespace == function.NAMESPACE
        assert dimensions(metric) == {"JobDefinition": "align"}
        assert metric.metric_name in states or f'"{metric.metric_name}"' in source
        assert (metric.statistic == "p90") == (metric.metric_name in function.TIMES)
    assert {each.metric_name for each in of_definition.values()} >= states - {"Scheduled"}
    for metric in made(metrics.of_environment(environment)).values():
        assert dimensions(metric) == {"ComputeEnvironment": "spot"}
        assert f'"{metric.metric_name}"' in source or metric.metric_name in states
    assert dimensions(metrics.of_queue(queue).metric_spot_reclaims()) == {"JobQueue": "fast"}
