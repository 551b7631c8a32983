"""Tests that the template is reviewed, that its jobs run, and that updates stay in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from batch_constructs.testing import assert_can_run, assert_no_findings, assert_updates_in_place
from genomics.stack import Genomics

pytestmark = pytest.mark.usefixtures("fast_synth")

DEPLOYED = Path(__file__).parent / "snapshots" / "test_stack" / "test_genomics.template.json"


@pytest.fixture
def stack() -> Genomics:
    return Genomics(App(), "Genomics")


def test_genomics(stack: Genomics, template_snapshot: Any) -> None:
    """The template is the reviewed one; ``pytest --snapshot-update`` writes a new one."""
    assert stack == template_snapshot


def test_the_jobs_will_run(stack: Genomics) -> None:
    """A job fits the instances, its roles and its network."""
    assert_no_findings(stack)
    assert_can_run(stack.align, stack.queue)


def test_growing_disturbs_nobody() -> None:
    """More vCPUs are an update in place; running jobs continue."""
    assert_updates_in_place(DEPLOYED, Genomics(App(), "Genomics", max_vcpus=512))
