"""The effects of changed properties in CloudFormation and Batch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from batch_constructs.facts import regenerate_updates, updates
from batch_constructs.facts._data import FOLDER

ENVIRONMENT = updates.TYPES["AWS::Batch::ComputeEnvironment"]


def test_the_shipped_file_is_what_the_command_makes() -> None:
    """The data were not edited by hand, and the installed schemas are not newer."""
    assert json.loads((FOLDER / updates.DATA_FILE).read_text()) == regenerate_updates.content()


def test_every_member_that_needs_new_instances_is_one_of_the_update_api(batch_shapes: dict[str, Any]) -> None:
    """All names exist in the API."""
    members = batch_shapes["ComputeResourceUpdate"]["members"]
    known = {f"ComputeResources.{name[0].upper()}{name[1:]}" for name in members}
    assert known >= updates.INFRASTRUCTURE
    assert not updates.INFRASTRUCTURE & updates.SCALING


def test_the_schema_and_the_api_agree_on_environments() -> None:
    """Members that the schema replaces conditionally are those that need new instances in the API."""
    assert ENVIRONMENT.conditional - updates.INFRASTRUCTURE == {"ComputeResources.ScalingPolicy"}
    assert updates.INFRASTRUCTURE - ENVIRONMENT.conditional == {"ComputeResources.UpdateToLatestImageVersion"}


@pytest.mark.parametrize(
    ("path", "covered", "touched"),
    [
        ("A.B", True, True),
        ("A.B.C", True, True),
        ("A.BC", False, False),
        ("A", False, True),
    ],
)
def test_paths_cover_what_lies_below(path: str, covered: bool, touched: bool) -> None:
    """They touch paths above and below."""
    assert updates.covers(["A.B"], path) is covered
    assert updates.touches(["A.B"], path) is touched


def test_the_facts_have_a_source() -> None:
    """They also have a day."""
    source, day = updates.metadata()
    assert "cfn-lint" in source
    assert len(day) == len("2026-01-01")
