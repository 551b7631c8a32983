"""The function of `JobMetrics` in one run: `python function.py COUNT` prints its seconds, and the growth of memory in MiB."""

from __future__ import annotations

import copy
import io
import json
import resource
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from batch_constructs.monitoring.functions import job_metrics

SAMPLES = Path(__file__).parents[1] / "tests" / "monitoring" / "events"
KINDS = ("job_succeeded", "job_failed", "job_failed_without_its_host", "job_runnable_again")


def events(count: int) -> list[dict[str, Any]]:
    """Return documented events, each of another job."""
    shapes = [json.loads((SAMPLES / f"{name}.json").read_text("utf-8")) for name in KINDS]
    made = []
    for number in range(count):
        event = copy.deepcopy(shapes[number % len(shapes)])
        event["detail"]["jobId"] = f"job-{number}"
        made.append(event)
    return made


def memory() -> float:
    """Return the peak memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(count: int) -> tuple[float, float]:
    """Return the seconds for all events, and the growth of the process in MiB."""
    told, out = events(count), io.StringIO()
    before = memory()
    with redirect_stdout(out):
        start = time.perf_counter()
        for event in told:
            job_metrics.handler(event)
        spent = time.perf_counter() - start
    grown = memory() - before
    assert len(out.getvalue().splitlines()) == count
    return spent, grown


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))
