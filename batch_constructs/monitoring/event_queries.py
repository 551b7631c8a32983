"""Queries of CloudWatch Logs Insights over the events of AWS Batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["QUERIES"]

_OF_JOBS = 'filter `detail-type` = "Batch Job State Change"'
# Arrays are counted by their children, which determine their state.
_NO_ARRAYS = "filter not ispresent(detail.arrayProperties.size)"
_ENDED = 'filter detail.status in ["SUCCEEDED", "FAILED"]'


def _query(*commands: str) -> str:
    return "\n| ".join(commands)


# EventBridge may deliver an event twice, so that queries count distinct jobs.
QUERIES: Mapping[str, str] = {
    "Failed jobs": _query(
        "fields @timestamp, detail.jobName, detail.statusReason, detail.container.exitCode, detail.container.reason, "
        "detail.jobId, detail.container.logStreamName",
        _OF_JOBS,
        'filter detail.status = "FAILED"',
        "dedup detail.jobId",
        "sort @timestamp desc",
        "limit 1000",
    ),
    "Failures by reason": _query(
        _OF_JOBS,
        'filter detail.status = "FAILED"',
        _NO_ARRAYS,
        "stats count_distinct(detail.jobId) as jobs by detail.statusReason, detail.container.exitCode",
        "sort jobs desc",
    ),
    "Failures by definition": _query(
        _OF_JOBS,
        'filter detail.status = "FAILED"',
        _NO_ARRAYS,
        "stats count_distinct(detail.jobId) as jobs by detail.jobDefinition",
        "sort jobs desc",
    ),
    "Waiting and running time by queue": _query(
        _OF_JOBS,
        _ENDED,
        _NO_ARRAYS,
        "filter ispresent(detail.startedAt)",
        "fields (detail.startedAt - detail.createdAt) / 1000 as waited, "
        "(detail.stoppedAt - detail.startedAt) / 1000 as ran",
        "stats count_distinct(detail.jobId) as jobs, pct(waited, 50) as waited_p50, pct(waited, 95) as waited_p95, "
        "pct(ran, 50) as ran_p50, pct(ran, 95) as ran_p95 by detail.jobQueue",
    ),
    "Retried jobs": _query(
        "fields @timestamp, detail.jobName, detail.attempts.0.statusReason, detail.attempts.1.statusReason, "
        "detail.status, detail.jobId",
        _OF_JOBS,
        _ENDED,
        "filter ispresent(detail.attempts.1.statusReason)",
        "dedup detail.jobId",
        "sort @timestamp desc",
        "limit 1000",
    ),
    "Blocked queues": _query(
        "fields @timestamp, detail.jobQueue, detail.statusReason, detail.jobName, detail.jobId",
        "filter `detail-type` like /Queue Blocked$/",
        "sort @timestamp desc",
        "limit 1000",
    ),
    "The life of a job": _query(
        "fields @timestamp, detail.status, detail.statusReason, detail.jobId",
        _OF_JOBS,
        'filter detail.jobName = "NAME"',
        "sort @timestamp asc",
        "limit 1000",
    ),
}
"""The queries by the names that they are saved under."""
