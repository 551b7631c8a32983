"""The dashboard: its widgets and their layout."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch

import batch_constructs as bc
from batch_constructs.testing import assert_no_findings


@pytest.fixture
def queue(stack):
    return batch.CfnJobQueue(stack, "Queue", priority=1, compute_environment_order=[])


def widgets_of(stack, dashboard) -> list[dict[str, Any]]:
    """Return the widgets, with an X for values that only CloudFormation knows."""
    body = stack.resolve(dashboard.cfn.dashboard_body)
    text = "".join(part if isinstance(part, str) else "X" for part in body["Fn::Join"][1])
    widgets: list[dict[str, Any]] = json.loads(text)["widgets"]
    return widgets


def check_layout(widgets) -> None:
    """Assert that widgets are in a grid of 24 columns, without overlaps and gaps between rows."""
    taken: set[tuple[int, int]] = set()
    for widget in widgets:
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken
        taken |= cells
        assert widget["x"] + widget["width"] <= 24
    rows = {y for _, y in taken}
    assert rows == set(range(max(rows) + 1))


def test_a_dashboard_shows_every_queue_and_environment() -> None:
    """Each widget has a title, a Region, an axis and a period (cdk-monitoring-constructs#612)."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = bc.BatchNetwork(stack, "Network").vpc
    spots = [bc.SpotComputeEnvironment(stack, f"Spot{n}", vpc=vpc) for n in range(4)]
    queues = [bc.JobQueue(stack, f"Queue{n}", compute_environments=[each]) for n, each in enumerate(spots)]
    metrics = bc.JobMetrics(stack, "Metrics", compute_environments=spots, include_instances=True)
    alarms = bc.BatchAlarms(
        stack,
        "Alarms",
        job_queues=queues,
        metrics=metrics,
        compute_environments=spots,
        emails=["ops@example.com"],
    )
    dashboard = bc.BatchDashboard(
        stack, "Board", job_queues=queues, compute_environments=spots, metrics=metrics, alarms=alarms
    )
    assert_no_findings(stack, warnings=True)
    widgets = widgets_of(stack, dashboard)
    kinds = [widget["type"] for widget in widgets]
    assert kinds == ["text", "alarm"] + ["metric"] * (4 + 4 * 4 + 4 + 4) + ["log"] * 4
    check_layout(widgets)
    for widget in widgets[1:]:
        assert widget["properties"]["title"]
    for widget in widgets[2:]:
        assert widget["properties"]["region"]
    series = [w["properties"] for w in widgets if w["properties"].get("view") == "timeSeries"]
    assert len(series) > 20
    for each in series:
        assert each["period"] == 300
        assert each["yAxis"]["left"]["label"]
    titles = {widget["properties"]["title"] for widget in widgets[1:]}
    assert {"Queue0: jobs", "Queue3: wait for capacity", "Spot2: vCPUs", "Failures by reason"} <= titles
    assert len(widgets[1]["properties"]["alarms"]) == len(alarms.alarms) == 4 * 2 + 4 + 1


def test_times_are_drawn_in_minutes(stack, queue) -> None:
    """AWS publishes milliseconds, which are hard to read."""
    widgets = widgets_of(stack, bc.BatchDashboard(stack, "Board", job_queues=[queue], free_only=True))
    [wait] = [each for each in widgets if each["properties"].get("title") == "Queue: wait for capacity"]
    assert wait["properties"]["yAxis"]["left"]["label"] == "minutes"
    [half, _, nine_of_ten, measured] = wait["properties"]["metrics"]
    assert (half[0]["expression"], nine_of_ten[0]["expression"]) == ("m0/60000", "m1/60000")
    assert measured == [
        "AWS/Batch",
        "JobAttemptRunnableToStartingDuration",
        "JobQueueName",
        "X",
        {"id": "m1", "stat": "p90", "visible": False},
    ]


def test_what_is_free_is_enough(stack, queue, synth) -> None:
    """With ``free_only`` there is no function, no log group, and no custom metric."""
    dashboard = bc.BatchDashboard(stack, "Board", job_queues=[queue], free_only=True)
    assert dashboard.metrics is None
    assert "BatchConstructs" not in json.dumps(widgets_of(stack, dashboard))
    assert {each["Type"] for each in synth().values()} == {
        "AWS::Batch::JobQueue",
        "AWS::CloudWatch::Dashboard",
    }


def test_metrics_are_made_unless_they_are_given(stack, queue, synth) -> None:
    """One function provides all metrics that AWS does not publish."""
    dashboard = bc.BatchDashboard(stack, "Board", job_queues=[queue], titles=["Night jobs"])
    assert dashboard.metrics is not None
    titles = [each["properties"].get("title", "") for each in widgets_of(stack, dashboard)]
    assert "Night jobs: Spot reclaims and retries" in titles
    assert "Definitions that fail most" in titles
    assert [each["Type"] for each in synth().values()].count("AWS::Lambda::Function") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"job_queues": []}, "at least one queue"),
        ({"titles": ["a", "b"]}, "as many as job_queues, got 2 for 1"),
        ({"free_only": True, "compute_environments": [object()]}, "AWS publishes no metrics of them"),
        ({"free_only": True, "metrics": object()}, "exclude each other"),
    ],
)
def test_an_impossible_dashboard_is_refused(stack, queue, arguments, message) -> None:
    """Fails for impossible arguments, and adds nothing to the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        bc.BatchDashboard(stack, "Board", **{"job_queues": [queue], **arguments})
    assert len(stack.node.children) == before
