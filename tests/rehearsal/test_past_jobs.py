"""Jobs of the past: logs of other schedulers are played, and the model is fitted to jobs of AWS Batch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from batch_constructs.cli import main
from batch_constructs.local.plan import plan
from batch_constructs.rehearsal import PlanError, RehearsalPlan, parse_plan, rehearse
from batch_constructs.rehearsal.calibration import calibrate
from batch_constructs.rehearsal.traces import load_trace
from tests.rehearsal.conftest import resources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.rehearsal import Rehearsal

# Number, submit, wait, run, processors, CPU time, memory, wanted processors, wanted time, wanted KB a processor, and
# eight more; -1 means unknown.
WORKLOAD = """; Computer: an example
1 100 5 60 2 -1 -1 2 -1 524288 1 -1 -1 -1 -1 -1 -1 -1
2 160 0 30 -1 -1 -1 4 -1 -1 1 -1 -1 -1 -1 -1 -1 -1
3 170 0 -1 1 -1 -1 1 -1 -1 5 -1 -1 -1 -1 -1 -1 -1
"""


def described(result: Rehearsal) -> list[dict[str, Any]]:
    """Return the jobs of a rehearsal as DescribeJobs would show them."""
    begin = 1_700_000_000
    return [
        {
            "jobId": f"{run.label}-{number}",
            "jobQueue": f"arn:aws:batch:us-east-1:123456789012:job-queue/{run.queue}",
            "jobDefinition": "arn:aws:batch:us-east-1:123456789012:job-definition/Job:3",
            "createdAt": round((begin + run.runnable) * 1_000),
            "attempts": [
                {
                    "startedAt": round((begin + run.running) * 1_000),
                    "stoppedAt": round((begin + run.ended) * 1_000),
                }
            ],
            "container": {"resourceRequirements": [{"type": "VCPU", "value": "1"}]},
        }
        for number, run in enumerate(result.runs)
    ]


@pytest.fixture
def workload(tmp_path: Path) -> Path:
    """Return a log of two jobs that ran, and one that did not."""
    path = tmp_path / "log.swf"
    path.write_text(WORKLOAD)
    return path


def test_a_log_in_the_standard_workload_format_is_read(workload: Path) -> None:
    """Times count from the first job; unknown amounts are those of the definition; jobs that never ran are left out."""
    first, second = load_trace(workload)
    assert (first.submitted, first.seconds, first.vcpus, first.memory) == (0, 60, 2, 1_024)
    assert (second.submitted, second.seconds, second.vcpus, second.memory) == (60, 30, 4, 0)


def test_a_log_is_played(workload: Path, rehearsed: Callable[..., Rehearsal]) -> None:
    """Each job runs as long as it did, with the vCPUs that it had."""
    result = rehearsed(f"trace: {{file: {workload}, definition: Job, at: 10}}")
    assert [run.ended - run.running for run in result.runs] == [60, 30]
    assert result.queues[0].vcpu_hours * 3_600 == pytest.approx(2 * (60 + 21) + 4 * (30 + 21))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 2 3\n", "log.swf:1: a line of the Standard Workload Format has 18 numbers"),
        ("; nothing\n", "log.swf has no job that has run to its end"),
        ('{"jobs": []}', "log.swf has no job that has run to its end"),
    ],
)
def test_a_file_that_is_no_log(workload: Path, text: str, sentence: str) -> None:
    """The sentence names file and line, and the plan adds its own line."""
    workload.write_text(text)
    with pytest.raises(PlanError) as error:
        parse_plan(f"\ntrace:\n  file: {workload}")
    assert str(error.value).startswith("plan:3: file: ")
    assert str(error.value).endswith(sentence)


def test_a_log_without_a_definition_is_refused(workload: Path, rehearsed: Callable[..., Rehearsal]) -> None:
    """A log of another scheduler knows no job definitions, so the plan must name one where there are several."""
    found = resources()
    found["Other"] = {**found["Job"]}
    with pytest.raises(
        PlanError, match="a job definition must be named, since there are several: Job, Other"
    ):
        rehearsed(f"trace: {{file: {workload}}}", found)


@pytest.fixture
def past(write: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """Return a template, and the jobs that ran on hosts which boot for five minutes."""
    template = write(resources())
    slow = parse_plan(
        "submissions:\n"
        "- {definition: Job, name: a, count: 30, every: 1h, at: 7}\n"
        "- {definition: Job, name: b, count: 200, every: 30, at: 31h}\n"
        "durations: {'*': 'lognormal(mean 4m, p95 8m)'}\n"
        "assumptions: {boot: 300, container_start: 4}\n"
    )
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps({"jobs": described(rehearse(plan(template), slow))}))
    return template, path


def test_boot_and_start_are_found_again(past: tuple[Path, Path]) -> None:
    """Jobs of a platform with other boot times and starts give these back, and their waits are reproduced."""
    template, path = past
    found = calibrate(plan(template), load_trace(path), "jobs.json")
    assert found.assumptions["container_start"] == pytest.approx(4, abs=0.5)
    assert found.assumptions["boot"] == pytest.approx(300, abs=30)
    assert found.durations["Job"].mean == pytest.approx(240, rel=0.1)
    assert found.summary.startswith("230 jobs of jobs.json; waits: p50 ")


def test_what_the_plan_says_is_kept(past: tuple[Path, Path]) -> None:
    """A duration or an assumption of the plan comes before one that was fitted."""
    template, path = past
    found = calibrate(plan(template), load_trace(path), "jobs.json")
    applied = found.applied(RehearsalPlan(assumptions={"boot": 1.0}))
    assert applied.assumptions["boot"] == 1.0
    assert applied.calibrated == found.summary


def test_the_report_says_whether_it_is_calibrated(past: tuple[Path, Path], tmp_path: Path) -> None:
    """The command fits, and the report says to what and how well."""
    template, path = past
    (tmp_path / "plan.yaml").write_text("submissions: [{definition: Job, count: 3}]")
    done = CliRunner().invoke(
        main, ["rehearse", str(template), str(tmp_path / "plan.yaml"), "--calibrate", str(path)]
    )
    assert done.exit_code == 0
    assert "model: fitted to 230 jobs of jobs.json; waits: p50 " in done.output
    assert "no duration is given" not in done.output


def test_a_log_of_another_scheduler_cannot_calibrate(past: tuple[Path, Path], workload: Path) -> None:
    """It does not say how long jobs waited on AWS Batch."""
    with pytest.raises(ValueError, match="must be the JSON of `aws batch describe-jobs`"):
        calibrate(plan(past[0]), load_trace(workload), "log.swf")


def test_sensitivity_names_what_halves_the_wait(write: Callable[..., Path], tmp_path: Path) -> None:
    """On a full environment, twice the vCPUs do; the table begins with what moves the waits most."""
    template = write(resources(environment={"MaxvCpus": 8}))
    (tmp_path / "plan.yaml").write_text(
        "submissions: [{definition: Job, array: 64}]\ndurations: {'*': 10m}\nscenarios: [{spot_reclaims: 5%/h}]"
    )
    done = CliRunner().invoke(main, ["rehearse", str(template), str(tmp_path / "plan.yaml"), "--sensitivity"])
    assert done.exit_code == 0
    rows = done.output.partition("What moves the result")[2]
    assert rows.index("max_vcpus of Pool: 8 -> 4") < rows.index("assumption boot: 150 -> 300")
    assert "halves the wait: max_vcpus of Pool: 8 -> 16" in rows
