"""The operations of AWS Batch, each classified once, and their resources in AWS's data about IAM."""

from __future__ import annotations

import botocore.session
import pytest

from batch_constructs.facts.api_calls import BULK_CALLS, EVERYDAY_CALLS, READING_CALLS, SENSITIVE_CALLS
from tests.permissions.simulator import resources_of_actions

MODEL = botocore.session.get_session().get_service_model("batch")
READING = ("Describe", "Get", "List")


def test_every_operation_that_changes_something_alerts_or_has_a_reason_not_to() -> None:
    """Fails for a new operation of AWS until it is classified as sensitive or everyday."""
    changing = {name for name in MODEL.operation_names if not name.startswith(READING)}
    assert changing == {*SENSITIVE_CALLS, *EVERYDAY_CALLS}
    assert not set(SENSITIVE_CALLS) & set(EVERYDAY_CALLS)
    assert len(set(SENSITIVE_CALLS)) == len(SENSITIVE_CALLS)
    assert all(EVERYDAY_CALLS.values())


def test_every_operation_that_reads_is_known() -> None:
    """Fails for a new operation, whose resources IAM-08 must know."""
    assert set(READING_CALLS) == {name for name in MODEL.operation_names if name.startswith(READING)}


def test_bulk_calls_need_the_right_of_the_single_ones() -> None:
    """The text of each operation says so."""
    assert set(BULK_CALLS) == {name for name in MODEL.operation_names if name.endswith("Jobs")} - {
        name for name in MODEL.operation_names if name.startswith(READING)
    }
    for bulk, single in BULK_CALLS.items():
        assert f"<code>batch:{single}</code> permission" in MODEL.operation_model(bulk).documentation


@pytest.mark.parametrize("name", sorted(READING_CALLS))
def test_a_reading_call_knows_the_resources_that_aws_publishes(name: str) -> None:
    """AWS's service authorization data list revisions of definitions separately."""
    published = {kind.removesuffix("-revision") for kind in resources_of_actions()[name]}
    assert READING_CALLS[name] == published
