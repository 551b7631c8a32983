"""The pytest plugin, as a user's repository has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import batch_constructs.scheduling_policies  # noqa: F401 - pytester forgets modules that a run loads first, jsii does not

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
    """Written when asked for, then equal, then different: the difference stands under the construct's path."""
    assert run(user, 1, "--snapshot-update").ret == 0
    [file] = (user.path / "snapshots").iterdir()
    assert file.name == "platform.template.json"
    assert '"aws:cdk:path": "Platform/Policy/Resource"' in file.read_text()
    assert run(user, 1).ret == 0
    result = run(user, 0.5)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*Platform/Policy/Resource (Policy*)*"])
    assert "0.5" in result.stdout.str()


def test_the_page_shows_what_works(user: pytest.Pytester) -> None:
    """The documentation's test, pasted below a stack, writes its snapshot where the page says, and finds it again."""
    text = PAGE.read_text("utf-8")
    [block] = re.findall(r"^```py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    [file] = re.findall(r"writes `(\S+)` beside the test", text)
    user.makepyfile(test_stack=OF_THE_PAGE + block)
    options = ("-p", "no:cacheprovider", "-p", "no:xdist")
    assert user.runpytest_inprocess(*options, "--snapshot-update").ret == 0
    assert (user.path / file).exists()
    assert user.runpytest_inprocess(*options).ret == 0


def test_without_syrupy_the_fixture_says_what_is_missing(user: pytest.Pytester) -> None:
    """One sentence, no traceback."""
    user.makepyfile(test_stack=TEST.format(weight=1))
    result = user.runpytest_inprocess("-p", "no:syrupy", "-p", "no:xdist", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*template_snapshot needs syrupy: pip install 'batch-constructs?testing?'*"])
