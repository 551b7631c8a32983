"""Example data for the picture of the dashboard: one night of jobs, always the same."""  # noqa: INP001

from __future__ import annotations

import math
from random import Random

POINTS = 144
"""Twelve hours, in steps of 5 minutes."""
HOURS = ("18:00", "21:00", "00:00", "03:00", "06:00")

ROWS = {
    "Failures by reason": [
        ["Reason", "ExitCode", "JobQueue", "failures"],
        ["Essential container in task exited", "137", "Night", "41"],
        ["Host EC2 (instance i-0a1b2c3d4e5f) terminated.", "-", "Night", "12"],
        ["Essential container in task exited", "1", "Urgent", "7"],
        ["Job attempt duration exceeded timeout", "-", "Night", "3"],
        ["Task failed to start", "-", "Urgent", "1"],
    ],
    "Definitions that fail most": [
        ["JobDefinition", "JobQueue", "failures", "successes"],
        ["Align", "Night", "44", "5,912"],
        ["CallVariants", "Night", "12", "1,208"],
        ["Align", "Urgent", "8", "391"],
        ["Merge", "Night", "0", "96"],
    ],
    "Where jobs ran: instance types": [
        ["place", "instances", "successes", "failures", "reclaims"],
        ["c7i.8xlarge", "22", "4,310", "29", "9"],
        ["m7i.4xlarge", "14", "2,114", "20", "3"],
        ["c6a.16xlarge", "5", "1,183", "15", "0"],
    ],
    "Where jobs ran: Availability Zones": [
        ["place", "instances", "successes", "failures", "reclaims"],
        ["eu-west-1a", "19", "3,702", "23", "2"],
        ["eu-west-1b", "22", "3,905", "41", "10"],
    ],
}


def load(point: int) -> float:
    """Return the load from 0 to 1: jobs start at 19:00, and end before 05:00."""
    hour = point / 12
    rise = 1 / (1 + math.exp(-4 * (hour - 1.5)))
    fall = 1 / (1 + math.exp(2.2 * (hour - 9.5)))
    return rise * fall


def series(metric: str, statistic: str, of: str, limit: float) -> list[float]:
    """Return the points of a metric.

    Args:
        metric: The name of the metric.
        statistic: The statistic, such as ``"p50"``.
        of: The queue or environment; each has other points.
        limit: The maximum vCPUs, for metrics that have one.
    """
    random = Random(f"{metric} {of}")  # noqa: S311 - a picture
    size = 1.0 if "Night" in of or "Spot" in of else 0.3
    slow = 1.0 if statistic == "p50" else 2.4
    found = []
    for point in range(POINTS):
        noise, busy = random.uniform(0.8, 1.2), load(point)
        burst = random.random()
        value = {
            "JobsSubmitted": 420 * noise if 10 <= point <= 24 else (30 * noise if burst > 0.9 else 0),
            "JobsMovedToRunning": 62 * busy * noise,
            "JobsMovedToSucceeded": 59 * busy * noise,
            "JobsMovedToFailed": round(4 * busy * burst) + (9 if 60 <= point <= 63 else 0),
            "JobsRetried": round(14 * noise) if 70 <= point <= 76 else round(2 * busy * burst),
            "SpotReclaims": round(12 * noise) if 70 <= point <= 76 else 0,
            "JobAttemptRunnableToStartingDuration": 60_000 * (2 + 7 * busy * noise) * slow,
            "JobAttemptExecutionDuration": 60_000 * (11 + 3 * noise) * slow,
            "DesiredVcpus": limit * min(1.0, math.ceil(8 * busy * 1.1) / 8),
            "MaxVcpus": limit,
            "CPUReservation": 94 * busy * noise if busy > 0.05 else 0,
            "CPUUtilization": 71 * busy * noise if busy > 0.05 else 0,
            "MemoryReservation": 63 * busy * noise if busy > 0.05 else 0,
            "MemoryUtilization": 48 * busy * noise if busy > 0.05 else 0,
        }[metric]
        flat = metric in {"DesiredVcpus", "MaxVcpus"} or metric.endswith(("Duration", "ation"))
        found.append(
            min(100.0, value) if metric.startswith(("CPU", "Memory")) else value * (1 if flat else size)
        )
    return found
