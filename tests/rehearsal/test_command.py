"""``batch-constructs rehearse``: what it prints, and the status it ends with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from batch_constructs.cli import main
from tests.rehearsal.conftest import resources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLAN = """start: 2027-01-04T22:00:00
submissions:
  - {definition: Job, array: 20, at: 10}
  - {definition: Job, name: after, depends_on: [Job]}
durations: {'*': 'lognormal(mean 5m, p95 12m)'}
"""


@pytest.fixture
def run(write: Callable[..., Path], tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs the command on a template and a plan."""
    template = write(resources())
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    return lambda *options: CliRunner().invoke(main, ["rehearse", str(template), str(plan), *options])


def test_it_prints_queues_environments_and_every_assumption(run: Callable[..., Result]) -> None:
    """The report says what was found, at what prices, and on which assumptions."""
    result = run()
    assert result.exit_code == 0
    for words in (
        "21 jobs from 2027-01-04 22:00 UTC: done after",
        "wait p50",
        "c7i.xlarge",
        "list prices, us-east-1",
    ):
        assert words in result.output
    assert "not calibrated" in result.output
    assert "seconds from an instance's launch until it takes" in result.output


def test_the_same_seed_gives_the_same_report(run: Callable[..., Result]) -> None:
    """Two runs differ in nothing."""
    assert run("--format", "json").output == run("--format", "json").output


def test_json_has_the_figures_and_the_timeline(run: Callable[..., Result]) -> None:
    """Programs get numbers, with times in seconds."""
    found = json.loads(run("--format", "json").output)
    assert found["queues"][0]["succeeded"] == 21
    assert found["environments"][0]["types"] == {"c7i.xlarge": 5}
    assert len(found["timeline"]["points"]) > 5
    assert {each["name"] for each in found["assumptions"]} > {"boot", "pull", "idle_end"}


def test_conditions_that_hold_fail_the_command(run: Callable[..., Result]) -> None:
    """The status is 1, and each sentence says what the figure is."""
    result = run("--fail-if", "makespan > 1m", "--fail-if", "cost > 1000", "--fail-if", "wait.p95 > 1s")
    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "makespan > 1m",
        "wait.p95 > 1s",
    ]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("wait.p96 > 1m", "there is no figure 'wait.p96' (did you mean 'wait.p95'?)"),
        ("makespan > soon", "a duration must be like 90s, 5m or 1h30m, got 'soon'"),
        ("much", "a condition must be like 'wait.p95 > 30m' or 'cost > 40', got 'much'"),
        ("Other: wait.p95 > 1m", "there is no queue or share 'Other'; there are Queue"),
        ("cost > x", "cost must be compared with a number, got 'x'"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    run: Callable[..., Result], condition: str, sentence: str
) -> None:
    """The status is 2, since nothing was decided."""
    result = run("--fail-if", condition)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_several_seeds_give_a_spread(run: Callable[..., Result]) -> None:
    """The median, with the least and the most."""
    assert " to " in run("--seeds", "3").output
    assert len(json.loads(run("--seeds", "3", "--format", "json").output)[0]) == 3


def test_two_templates_side_by_side(run: Callable[..., Result], tmp_path: Path) -> None:
    """The reviewer sees what twice the capacity would do."""
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"Resources": resources(environment={"MaxvCpus": 4})}))
    result = run("--compare", str(other))
    assert result.exit_code == 0
    assert "Side by side" in result.output
    assert "other.json" in result.output


def test_the_picture_shows_every_run_of_a_small_plan(run: Callable[..., Result], tmp_path: Path) -> None:
    """The SVG has a title, a panel for vCPUs and one for waiting jobs, and a row for each child."""
    picture = tmp_path / "night.svg"
    assert run("--svg", str(picture)).exit_code == 0
    texts = [each.text for each in ET.fromstring(picture.read_text()).iter() if each.text]
    assert {"Pool: vCPUs", "Jobs in RUNNABLE", "Job:0", "Job:19", "after", "22:00"} <= set(texts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "submissions: [{definition: Jab}]",
            "plan.yaml:1: submission 'Jab': there is no job definition 'Jab'",
        ),
        ("submissions: 1", "plan.yaml:1: submissions: must be a list"),
    ],
)
def test_a_plan_that_makes_no_sense_names_file_and_line(
    run: Callable[..., Result], tmp_path: Path, text: str, sentence: str
) -> None:
    """The message is one line, and the status is 2."""
    (tmp_path / "plan.yaml").write_text(text)
    result = run()
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_file_that_is_not_there(run: Callable[..., Result], tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "plan.yaml").unlink()
    result = run()
    assert (result.exit_code, "plan.yaml" in result.stderr) == (2, True)
