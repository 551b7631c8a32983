"""The pytest plugin in a user's repository."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import batch_constructs.scheduling.policies  # noqa: F401 - pytester forgets modules that a run loads first, jsii does not
from batch_constructs.testing.snapshots import TemplateSnapshotExtension

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
OF_THE_PAGE = """
import batch_constructs as bc
from aws_cdk import App, Stack

class Genomics(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        bc.FairSharePolicy(self, "Policy")

"""
TEST = """
import aws_cdk as cdk
import pytest
import batch_constructs as bc

pytestmark = pytest.mark.usefixtures("fast_synth")

def test_platform(template_snapshot):
    stack = cdk.Stack(cdk.App(), "Platform")
    bc.FairSharePolicy(stack, "Policy", shares=[bc.Share(identifier="a", weight_factor={weight})])
    assert stack == template_snapshot
"""


@pytest.fixture
def user(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\naddopts = -p no:randomly")
    return pytester


def run(user: pytest.Pytester, weight: float, *arguments: str) -> pytest.RunResult:
    user.makepyfile(test_stack=TEST.format(weight=weight))
    return user.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist", *arguments)


def test_a_snapshot_is_written_read_and_compared(user: pytest.Pytester) -> None:
    """It is written on request, then equal; a difference is shown under the construct's path."""
    assert run(user, 1, "--snapshot-update").ret == 0
    [file] = (user.path / "snapshots").rglob("*.json")
    assert file.relative_to(user.path / "snapshots").as_posix() == "test_stack/test_platform.template.json"
    assert '"aws:cdk:path": "Platform/Policy/Resource"' in file.read_text()
    assert run(user, 1).ret == 0
    result = run(user, 0.5)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*1 resource differs: ~ Platform/Policy",
            "*--snapshot-update*",
            "*Platform/Policy/Resource (Policy*)*",
        ]
    )
    assert "0.5" in result.stdout.str()


def test_tests_of_one_name_in_two_modules_have_two_snapshots(user: pytest.Pytester) -> None:
    """Writing them prints no warning, also for parametrized tests and named snapshots."""
    named = """
def test_named(template_snapshot):
    assert {"Resources": {}} == template_snapshot(name="night")

@pytest.mark.parametrize("size", ["a", "b"])
def test_sizes(template_snapshot, size):
    assert {"Resources": {size: {"Type": "X"}}} == template_snapshot
"""
    user.makepyfile(test_one=TEST.format(weight=1) + named, test_two=TEST.format(weight=2))
    options = ("-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error")
    written = user.runpytest_inprocess(*options, "--snapshot-update")
    assert written.ret == 0
    assert "warning" not in written.stdout.str().lower()
    files = sorted(
        f.relative_to(user.path / "snapshots").as_posix() for f in (user.path / "snapshots").rglob("*.json")
    )
    assert files == [
        "test_one/test_named[night].template.json",
        "test_one/test_platform.template.json",
        "test_one/test_sizes[a].template.json",
        "test_one/test_sizes[b].template.json",
        "test_two/test_platform.template.json",
    ]
    assert user.runpytest_inprocess(*options).ret == 0


def test_a_missing_snapshot_says_how_to_write_it(user: pytest.Pytester) -> None:
    """In one line, without the whole template."""
    result = run(user, 1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*does not exist!*", "*write it with pytest --snapshot-update*"])
    assert "AWS::Batch" not in result.stdout.str()


def test_a_difference_begins_with_the_resources_that_differ() -> None:
    """Removed, added and changed, by construct path; then the other sections."""

    def template(*names: str, **more: Any) -> str:
        resources = {f"{n}1": {"Type": "X", "Metadata": {"aws:cdk:path": f"Etl/{n}/Resource"}} for n in names}
        return json.dumps({"Resources": resources, **more})

    extension = object.__new__(TemplateSnapshotExtension)
    first, *_ = extension.diff_lines(template("MainQueue", "Job"), template("Queue", "Job"))
    assert first == "2 resources differ: - Etl/Queue, + Etl/MainQueue"
    first, *_ = extension.diff_lines(template("Job", Outputs={"A": 1}), template("Job"))
    assert first == "other sections differ: + Outputs"
    many = template(*(f"J{number}" for number in range(30)))
    first, *_ = extension.diff_lines(many, template())
    assert first.startswith("30 resources differ: + Etl/J0, ")
    assert first.endswith(", and 18 more")


def test_the_page_shows_what_works(user: pytest.Pytester) -> None:
    """The page's test writes its snapshot at the documented place, and then passes."""
    text = PAGE.read_text("utf-8")
    block, *_ = re.findall(r"^```py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    [file] = re.findall(r"writes `(\S+)` next to the test", text)
    user.makepyfile(test_stack=OF_THE_PAGE + block)
    options = ("-p", "no:cacheprovider", "-p", "no:xdist")
    assert user.runpytest_inprocess(*options, "--snapshot-update").ret == 0
    assert (user.path / file).exists()
    assert user.runpytest_inprocess(*options).ret == 0


def test_without_syrupy_the_fixture_says_what_is_missing(user: pytest.Pytester) -> None:
    """In one sentence, without a traceback."""
    user.makepyfile(test_stack=TEST.format(weight=1))
    result = user.runpytest_inprocess("-p", "no:syrupy", "-p", "no:xdist", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*template_snapshot needs syrupy: pip install 'batch-constructs?testing?'*"])
